"""Putting the discovery document together."""

import json

import pytest

from idp.protocol.metadata import as_json, discovery


def test_lists_add_up_in_order_without_repetition() -> None:
    document = discovery(issuer="https://id.example", contributions=[{"a": ("x", "y")}, {"a": ("y", "z")}])

    assert document["a"] == ("x", "y", "z")


def test_paths_become_addresses_below_the_issuer() -> None:
    document = discovery(issuer="https://id.example", contributions=[{"token_endpoint": "/token"}])

    assert document == {"issuer": "https://id.example", "token_endpoint": "https://id.example/token"}


def test_two_specifications_that_disagree_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="disagree about a"):
        discovery(issuer="https://id.example", contributions=[{"a": True}, {"a": False}])


def test_it_is_published_as_json() -> None:
    assert json.loads(as_json({"issuer": "https://id.example", "a": ("x",), "b": False})) == {
        "issuer": "https://id.example",
        "a": ["x"],
        "b": False,
    }
