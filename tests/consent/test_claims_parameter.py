"""The `claims` parameter (OIDC Core §5.5): read strictly, never repeated in an error, never a crash."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.consent.claims_parameter import claims_request
from idp.consent.errors import ClaimsParameterError
from idp.consent.values import ClaimsRequest, Destination
from tests.authentication.world import CATALOGUE

USERINFO, ID_TOKEN = frozenset({Destination.USERINFO}), frozenset({Destination.ID_TOKEN})
#: RFC 6749 §4.1.2.1: the characters of error_description.
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")


def read(document: Any, *scopes: str) -> ClaimsRequest:
    return claims_request(scopes, json.dumps(document), catalogue=CATALOGUE)


def test_a_scope_asks_for_its_claims_at_userinfo() -> None:
    request = claims_request(["openid", "email", "unheard-of"], None, catalogue=CATALOGUE)

    assert [(claim.name, claim.destinations) for claim in request.claims] == [
        ("email", USERINFO),
        ("email_verified", USERINFO),
    ]


def test_the_example_of_the_specification_is_understood() -> None:
    """OIDC Core §5.5."""
    request = read(
        {
            "userinfo": {
                "given_name": {"essential": True},
                "nickname": None,
                "email": {"essential": True},
                "http://example.info/claims/groups": None,
            },
            "id_token": {"auth_time": {"essential": True}, "acr": {"values": ["urn:mace:incommon:iap:silver"]}},
        }
    )

    assert [(claim.name, claim.essential_requested) for claim in request.claims] == [
        ("given_name", True),
        ("nickname", False),
        ("email", True),
    ]
    assert request.auth_time
    assert (request.acr_values, request.acr_essential) == (("urn:mace:incommon:iap:silver",), False)


def test_a_claim_asked_at_both_places_goes_to_both() -> None:
    request = read({"userinfo": {"email": None}, "id_token": {"email": {"essential": True}}})

    assert request.claims[0].destinations == USERINFO | ID_TOKEN
    assert request.claims[0].essential_requested


def test_a_named_value_narrows_a_claim_that_a_scope_asks_for() -> None:
    email = read({"userinfo": {"email": {"value": "a@b.example"}}}, "email").claim("email")

    assert email is not None
    assert email.accepts("a@b.example")
    assert not email.accepts("c@d.example")
    assert not email.accepts(None)


def test_values_at_both_places_have_to_be_met_together() -> None:
    request = read({"userinfo": {"email": {"values": ["a", "b"]}}, "id_token": {"email": {"values": ["b", "c"]}}})

    assert [each for each in ("a", "b", "c") if request.claims[0].accepts(each)] == ["b"]


def test_the_order_of_an_objects_members_does_not_matter() -> None:
    address = read({"userinfo": {"address": {"value": {"country": "GB", "locality": "N"}}}}).claim("address")

    assert address is not None
    assert address.accepts({"locality": "N", "country": "GB"})


def test_a_subject_may_be_named() -> None:
    """OIDC Core §5.5.1."""
    assert read({"id_token": {"sub": {"value": "248289761001"}}}).subject == "248289761001"


def test_every_age_is_known() -> None:
    assert read({"userinfo": {"age_over_21": None, "age_over_121": None}}).names == {"age_over_21"}


@pytest.mark.parametrize(
    "parameter",
    [
        "",
        "null",
        "[]",
        '"userinfo"',
        "{",
        "{'userinfo': null}",
        '{"userinfo": []}',
        '{"userinfo": {"email": true}}',
        '{"userinfo": {"email": "x"}}',
        '{"userinfo": {"email": {"essential": "true"}}}',
        '{"userinfo": {"email": {"essential": 1}}}',
        '{"userinfo": {"email": {"essential": null}}}',
        '{"userinfo": {"email": {"values": "x"}}}',
        '{"userinfo": {"email": {"values": []}}}',
        '{"userinfo": {"email": {"value": "x", "values": ["x"]}}}',
        '{"userinfo": {"email": null, "email": {"essential": true}}}',
        '{"userinfo": null, "userinfo": {}}',
        '{"userinfo": {"email": {"value": NaN}}}',
        '{"userinfo": {"email": {"value": -Infinity}}}',
        '{"id_token": {"sub": {"value": 7}}}',
        '{"id_token": {"sub": {"values": ["a", "b"]}}}',
        '{"id_token": {"acr": {"values": [1]}}}',
        '{"userinfo": {"email": {"value": ' + "[" * 10 + "]" * 10 + "}}}",
        "[" * 10_000,
        '{"userinfo": {"email": {"value": ' + "9" * 5000 + "}}}",
        '{"userinfo": {' + ",".join(f'"c{n}": null' for n in range(101)) + "}}",
        '{"x": "' + "x" * 16_384 + '"}',
    ],
)
def test_what_is_malformed_is_refused_with_a_description_fit_for_oauth(parameter: str) -> None:
    with pytest.raises(ClaimsParameterError) as refused:
        claims_request(["openid"], parameter, catalogue=CATALOGUE)

    assert DESCRIPTION.fullmatch(refused.value.description)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"userinfo": {}},
        {"userinfo": None},
        {"new": 7},
        {"userinfo": {"email": {"new": 7}}},
        {"userinfo": {"": None}},
    ],
)
def test_what_the_specification_does_not_know_is_passed_over(document: dict[str, Any]) -> None:
    assert read(document).names <= {"email"}


def test_a_named_value_is_not_in_a_repr() -> None:
    assert "amina" not in repr(read({"userinfo": {"email": {"value": "amina@b.example"}}}))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["userinfo", "id_token", "email", "sub", "acr", "essential", "value", "values"])
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        _json.map(json.dumps), st.text(), st.fixed_dictionaries({"userinfo": _json, "id_token": _json}).map(json.dumps)
    )
)
def test_any_input_is_read_or_refused(parameter: str) -> None:
    try:
        request = claims_request(["openid"], parameter, catalogue=CATALOGUE)
    except ClaimsParameterError as error:
        fit = DESCRIPTION.fullmatch(error.description) is not None
    else:
        fit = all(name in CATALOGUE for name in request.names)

    assert fit
