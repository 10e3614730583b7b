"""A whole sign-on with whatever response type and mode a service uses, each answer checked."""

from __future__ import annotations

from typing import Any

from tests.protocol.conformance.relying_party import RelyingParty, SignOn
from tests.protocol.conformance.visitor import Visitor

#: What may stand in any answer beside what was asked for.
_BESIDE = {"session_state"}
#: Claims of an ID token that say nothing of what the citizen shared (OIDC Core §2, §3.3.2.11).
_OF_PROTOCOL = {
    "iss",
    "aud",
    "exp",
    "iat",
    "nonce",
    "auth_time",
    "acr",
    "amr",
    "azp",
    "sid",
    "at_hash",
    "c_hash",
    "s_hash",
}


def redirected(party: RelyingParty, visitor: Visitor, **changes: str | None) -> dict[str, str]:
    """Send the browser off and take the answer, which came by the way that it must (Multiple Response Types §2.1)."""
    visitor.go(party.request(**changes))
    return arrived(party, visitor)


def arrived(party: RelyingParty, visitor: Visitor) -> dict[str, str]:
    """Take the answer to a request; `state` and `iss` are as they must be (RFC 6749 §4.1.2, RFC 9207 §2.4)."""
    answer = visitor.answer
    assert visitor.place == party.place
    assert answer.pop("iss") == party.issuer
    assert answer.pop("state", None) == party.sent.get("state")
    return answer


def refused(party: RelyingParty, visitor: Visitor, **changes: str | None) -> str:
    """The error code that came back (OIDC Core §3.1.2.6)."""
    answer = redirected(party, visitor, **changes)
    assert set(answer) <= {"error", "error_description", "error_uri"} | _BESIDE, answer
    assert not set(answer.get("error_description", "")) & {'"', "\\"}
    return answer["error"]


def sign_on(party: RelyingParty, visitor: Visitor, **changes: str | None) -> SignOn:
    """A sign-on to its end."""
    return completed(party, redirected(party, visitor, **changes))


def completed(party: RelyingParty, answer: dict[str, str]) -> SignOn:
    """Check all that the authorization endpoint gave, and redeem the code if there is one (OIDC Core §3)."""
    words = party.response_type.split(" ")
    expected = {"code", "id_token"} & set(words)
    if "token" in words:
        expected |= {"access_token", "token_type", "expires_in"}
        assert answer["token_type"].lower() == "bearer"
        assert int(answer["expires_in"]) > 0
    assert set(answer) - _BESIDE - {"scope"} == expected

    claims: dict[str, Any] = {}
    if "id_token" in words:
        claims = party.checked(answer["id_token"], code=answer.get("code"), access_token=answer.get("access_token"))
    if "code" not in words:
        return SignOn(answer, {}, claims)
    tokens = party.redeem(answer["code"])
    redeemed = party.checked(tokens["id_token"], nonce=party.sent.get("nonce"))
    for name in ("iss", "sub") if claims else ():
        # OIDC Core §3.3.3.6.
        assert redeemed[name] == claims[name]
    return SignOn(answer, tokens, redeemed)


def details(party: RelyingParty, signed_on: SignOn) -> dict[str, Any]:
    """What the citizen shared: at UserInfo, or in the ID token where no access token came (OIDC Core §5.4)."""
    if party.response_type == "id_token":
        protocol = {
            "iss",
            "aud",
            "exp",
            "iat",
            "nonce",
            "auth_time",
            "acr",
            "amr",
            "sid",
            "at_hash",
            "c_hash",
            "s_hash",
            "azp",
        }
        return {name: value for name, value in signed_on.claims.items() if name not in protocol}
    return party.userinfo(signed_on.access_token)
