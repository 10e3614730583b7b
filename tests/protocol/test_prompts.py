"""OIDC Core §3.1.2.1, Initiating User Registration 1.0."""

import pytest
from authlib.oauth2.rfc6749 import InvalidRequestError

from idp.protocol.prompts import Prompt, read_prompts


@pytest.mark.parametrize("value", [None, "", " "])
def test_a_request_without_prompt_asks_for_nothing(value: str | None) -> None:
    assert read_prompts(value) == frozenset()


def test_several_prompts_are_read_in_any_order() -> None:
    assert read_prompts("consent login") == {Prompt.LOGIN, Prompt.CONSENT}


def test_create_is_understood() -> None:
    assert read_prompts("create") == {Prompt.CREATE}


@pytest.mark.parametrize("value", ["none login", "login none", "none none consent"])
def test_none_cannot_be_combined(value: str) -> None:
    with pytest.raises(InvalidRequestError):
        read_prompts(value)


def test_none_twice_is_still_none() -> None:
    assert read_prompts("none none") == {Prompt.NONE}


@pytest.mark.parametrize("value", ["Login", "everything", "login,consent", "lo\u0433in", 'login"'])
def test_an_unknown_prompt_is_refused_and_not_skipped(value: str) -> None:
    with pytest.raises(InvalidRequestError):
        read_prompts(value)
