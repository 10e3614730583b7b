"""The Implicit and Hybrid plans: what belongs to answers that carry tokens (OIDC Core §3.2, §3.3).

Their other rows hold for every response type: `test_every_flow`.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.protocol.conformance import example
from tests.protocol.conformance.conftest import RESPONSE_TYPES, NewParty
from tests.protocol.conformance.relying_party import half_hash
from tests.protocol.conformance.sign_on import refused, sign_on
from tests.protocol.conformance.visitor import Visitor

IN_FRONT = [each for each in RESPONSE_TYPES if each != "code"]
MODES = [None, "form_post"]


def test_discovery_3_every_response_type_and_mode_is_announced(metadata: dict[str, Any]) -> None:
    assert {" ".join(sorted(each.split())) for each in metadata["response_types_supported"]} == set(RESPONSE_TYPES)
    assert {"query", "fragment", "form_post"} <= set(metadata["response_modes_supported"])
    assert {"authorization_code", "implicit", "refresh_token"} <= set(metadata["grant_types_supported"])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", [each for each in IN_FRONT if "id_token" in each])
def test_core_3_2_2_1_an_id_token_from_the_authorization_endpoint_needs_a_nonce(
    new_party: NewParty, amina: Visitor, kind: str, mode: str | None
) -> None:
    party = new_party("first", response_type=kind, response_mode=mode)

    assert refused(party, amina, nonce=None) == "invalid_request"


def test_core_3_3_2_1_code_token_needs_no_nonce(new_party: NewParty, amina: Visitor) -> None:
    party = new_party("first", response_type="code token")

    assert "nonce" not in sign_on(party, amina, nonce=None).claims


@pytest.mark.parametrize("kind", IN_FRONT)
def test_multiple_response_types_5_tokens_never_travel_in_a_query(
    new_party: NewParty, amina: Visitor, kind: str
) -> None:
    party = new_party("first", response_type=kind)

    assert refused(party, amina, response_mode="query") == "invalid_request"


def test_core_3_3_2_11_the_hashes_in_a_hybrid_id_token_are_those_of_what_came_with_it(
    new_party: NewParty, amina: Visitor
) -> None:
    party = new_party("first", response_type="code id_token token")
    answer = sign_on(party, amina).answer

    claims = party.opened(answer["id_token"])

    assert claims["c_hash"] == half_hash(answer["code"], "RS256")
    assert claims["at_hash"] == half_hash(answer["access_token"], "RS256")


def test_core_3_3_3_both_access_tokens_of_a_hybrid_sign_on_are_good(new_party: NewParty, amina: Visitor) -> None:
    party = new_party("first", response_type="code token")
    signed_on = sign_on(party, amina, scope="openid email")

    assert party.userinfo(signed_on.answer["access_token"]) == party.userinfo(signed_on.tokens["access_token"])


@pytest.mark.parametrize("kind", IN_FRONT)
def test_registration_2_a_service_gets_only_the_response_types_that_it_registered(
    new_party: NewParty, amina: Visitor, kind: str
) -> None:
    party = new_party("signing", response_type=kind, method="private_key_jwt", key=example.PRIVATE_KEY)

    assert refused(party, amina) in {"unauthorized_client", "unsupported_response_type"}
