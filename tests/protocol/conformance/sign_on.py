"""A whole sign-on with the code flow, each answer checked."""

from __future__ import annotations

from tests.protocol.conformance.relying_party import RelyingParty, SignOn
from tests.protocol.conformance.visitor import Visitor


def redirected(party: RelyingParty, visitor: Visitor, **changes: str | None) -> dict[str, str]:
    """Send the browser off and take the answer; `state` and `iss` are as they must be (RFC 9207 §2.4)."""
    visitor.go(party.request(**changes))
    answer = visitor.answer
    assert answer.pop("iss") == party.issuer
    assert answer.pop("state", None) == party.sent.get("state")
    return answer


def refused(party: RelyingParty, visitor: Visitor, **changes: str | None) -> str:
    """The error code that came back (OIDC Core §3.1.2.6)."""
    answer = redirected(party, visitor, **changes)
    assert set(answer) <= {"error", "error_description", "error_uri", "session_state"}, answer
    assert not set(answer.get("error_description", "")) & {'"', "\\"}
    return answer["error"]


def sign_on(party: RelyingParty, visitor: Visitor, **changes: str | None) -> SignOn:
    """The code flow to its end."""
    answer = redirected(party, visitor, **changes)
    assert set(answer) <= {"code", "session_state"}, answer
    tokens = party.redeem(answer["code"])
    claims = party.checked(tokens["id_token"], access_token=tokens["access_token"])
    return SignOn(answer, tokens, claims)
