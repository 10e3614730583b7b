"""The logout plans: RP-Initiated, Front-Channel and Back-Channel Logout, and Session Management."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from jwcrypto.jwk import JWK

from tests.protocol.conformance import example
from tests.protocol.conformance.conftest import Register
from tests.protocol.conformance.outside import Outside
from tests.protocol.conformance.relying_party import RelyingParty, header_of, sign
from tests.protocol.conformance.sign_on import refused, sign_on
from tests.protocol.conformance.visitor import Visitor

AFTERWARDS = f"{example.JUDGE}/post_logout_redirect"
STATE = "s" * 128
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture(scope="module")
def service(register: Register, judge: Outside) -> RelyingParty:
    """A service that registered every address that the logout specifications know."""
    return register(
        post_logout_redirect_uris=[AFTERWARDS],
        frontchannel_logout_uri=f"{example.JUDGE}/frontchannel_logout",
        frontchannel_logout_session_required=True,
        backchannel_logout_uri=f"{judge.url}/backchannel_logout",
        backchannel_logout_session_required=True,
    )


def sign_out_url(party: RelyingParty, **parameters: str) -> str:
    return f"{party.metadata['end_session_endpoint']}?{urlencode(parameters)}"


def is_signed_in(party: RelyingParty, visitor: Visitor) -> bool:
    visitor.go(party.request(prompt="none"))
    return "code" in visitor.answer


def test_rp_initiated_2_1_discovery_names_the_end_session_endpoint(metadata: dict[str, Any]) -> None:
    assert metadata["end_session_endpoint"].startswith(f"{metadata['issuer']}/")


def test_rp_initiated_2_a_hint_and_a_registered_address_sign_out_and_come_back_with_state_alone(
    service: RelyingParty, stranger: Visitor
) -> None:
    hint = sign_on(service, stranger).id_token

    stranger.go(sign_out_url(service, id_token_hint=hint, post_logout_redirect_uri=AFTERWARDS, state=STATE))

    assert stranger.url == f"{AFTERWARDS}?state={STATE}"
    assert stranger.pages == []
    assert refused(service, stranger, prompt="none") == "login_required"


def test_rp_initiated_2_without_state_nothing_is_added_to_the_address(service: RelyingParty, stranger: Visitor) -> None:
    hint = sign_on(service, stranger).id_token

    stranger.go(sign_out_url(service, id_token_hint=hint, post_logout_redirect_uri=AFTERWARDS))

    assert stranger.url == AFTERWARDS


def test_rp_initiated_2_a_post_signs_out_as_a_get_does(service: RelyingParty, stranger: Visitor) -> None:
    hint = sign_on(service, stranger).id_token

    stranger.post(
        service.metadata["end_session_endpoint"],
        {"id_token_hint": hint, "post_logout_redirect_uri": AFTERWARDS, "state": STATE},
    )
    stranger.settle()

    assert stranger.url == f"{AFTERWARDS}?state={STATE}"


@pytest.mark.parametrize("address", [f"{example.JUDGE}/elsewhere", f"{AFTERWARDS}?foo=bar"])
def test_rp_initiated_3_an_address_that_is_not_registered_character_by_character_is_never_gone_to(
    service: RelyingParty, stranger: Visitor, address: str
) -> None:
    hint = sign_on(service, stranger).id_token

    stranger.go(sign_out_url(service, id_token_hint=hint, post_logout_redirect_uri=address, state=STATE))

    assert stranger.stayed
    assert stranger.status == 400


def unsigned(hint: str) -> str:
    """The same claims under the algorithm none."""
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{header}.{hint.split('.')[1]}."


def signed_by_another(hint: str) -> str:
    """The same claims under somebody else's key that claims the provider's kid."""
    key = json.loads(JWK.generate(kty="RSA", size=2048, alg="RS256", kid=header_of(hint)["kid"]).export())
    payload = hint.split(".")[1]
    return sign(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))), key)


@pytest.mark.parametrize("spoil", [unsigned, signed_by_another])
def test_rp_initiated_2_a_hint_that_does_not_verify_goes_nowhere(
    service: RelyingParty, stranger: Visitor, spoil: Any
) -> None:
    hint = spoil(sign_on(service, stranger).id_token)

    stranger.open(sign_out_url(service, id_token_hint=hint, post_logout_redirect_uri=AFTERWARDS, state=STATE))

    assert stranger.stayed
    assert stranger.status == 400 or 'id="logout-confirm"' in stranger.body
    assert is_signed_in(service, stranger)


@pytest.mark.parametrize("parameters", [{}, {"state": STATE}, {"post_logout_redirect_uri": AFTERWARDS, "state": STATE}])
def test_rp_initiated_2_without_a_hint_the_citizen_is_asked_and_stays_here(
    service: RelyingParty, stranger: Visitor, parameters: dict[str, str]
) -> None:
    sign_on(service, stranger)

    stranger.go(sign_out_url(service, **parameters))

    assert stranger.pages == ["logout-confirm"]
    assert stranger.stayed
    assert stranger.status == 200
    assert not is_signed_in(service, stranger)


def test_rp_initiated_2_a_hint_without_an_address_signs_out_and_says_so(
    service: RelyingParty, stranger: Visitor
) -> None:
    hint = sign_on(service, stranger).id_token

    stranger.go(sign_out_url(service, id_token_hint=hint))

    assert stranger.stayed
    assert stranger.heading == "You are signed out"
    assert not is_signed_in(service, stranger)


def test_frontchannel_3_discovery_says_that_frames_are_told_the_session(metadata: dict[str, Any]) -> None:
    assert metadata["frontchannel_logout_supported"] is True
    assert metadata["frontchannel_logout_session_supported"] is True


def test_frontchannel_2_signing_out_loads_the_service_in_a_frame_with_issuer_and_session(
    service: RelyingParty, stranger: Visitor
) -> None:
    signed_on = sign_on(service, stranger)

    stranger.go(sign_out_url(service, id_token_hint=signed_on.id_token, post_logout_redirect_uri=AFTERWARDS))

    frames = [urlsplit(frame) for frame in stranger.frames if frame.startswith(f"{example.JUDGE}/frontchannel_logout?")]
    assert [parse_qs(frame.query) for frame in frames] == [{"iss": [service.issuer], "sid": [signed_on.claims["sid"]]}]
    assert stranger.url == AFTERWARDS


def test_backchannel_2_1_discovery_says_that_notices_tell_the_session(metadata: dict[str, Any]) -> None:
    assert metadata["backchannel_logout_supported"] is True
    assert metadata["backchannel_logout_session_supported"] is True


def test_backchannel_2_4_signing_out_posts_a_logout_token_to_the_service(
    service: RelyingParty, stranger: Visitor, judge: Outside
) -> None:
    signed_on = sign_on(service, stranger)
    judge.received.clear()

    stranger.go(sign_out_url(service, id_token_hint=signed_on.id_token, post_logout_redirect_uri=AFTERWARDS))

    token = judge.posted_to("/backchannel_logout")["logout_token"]
    claims = service.opened(token)
    assert header_of(token)["typ"] == "logout+jwt"
    assert header_of(token)["alg"] == "RS256"
    assert claims["iss"] == service.issuer
    assert claims["aud"] == service.client_id
    assert abs(claims["iat"] - time.time()) < 30
    assert claims["exp"] > time.time()
    assert claims["jti"]
    assert claims["events"] == {EVENT: {}}
    assert claims["sid"] == signed_on.claims["sid"]
    assert claims.get("sub", signed_on.claims["sub"]) == signed_on.claims["sub"]
    assert "nonce" not in claims


def test_session_3_discovery_names_the_frame_that_tells_whether_the_session_changed(metadata: dict[str, Any]) -> None:
    assert metadata["check_session_iframe"].startswith(f"{metadata['issuer']}/")


def test_session_3_answers_carry_a_session_state_that_the_frame_can_check(
    service: RelyingParty, stranger: Visitor
) -> None:
    state = sign_on(service, stranger).answer["session_state"]
    digest, _, salt = state.partition(".")
    frame = stranger.fetch(service.metadata["check_session_iframe"])

    assert " " not in state
    assert salt
    assert len(digest) >= len(hashlib.sha256().hexdigest()) * 2 // 3
    assert frame.status_code == 200
    assert "X-Frame-Options" not in frame.headers
    assert "frame-ancestors 'none'" not in frame.headers.get("Content-Security-Policy", "")


def test_session_3_the_state_is_another_one_after_signing_out(service: RelyingParty, stranger: Visitor) -> None:
    before = sign_on(service, stranger)
    stranger.go(sign_out_url(service, id_token_hint=before.id_token, post_logout_redirect_uri=AFTERWARDS))

    after = sign_on(service, stranger)

    assert after.answer["session_state"] != before.answer["session_state"]
