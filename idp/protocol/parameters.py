"""The parameters of an authorization request, as sent and as understood.

Owns reading them without repairing anything, and the validated request that the rest of the
protocol works with. `validation` decides what is acceptable.

https://www.rfc-editor.org/rfc/rfc6749#section-3.1, https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from idp.consent.values import ClaimsRequest
from idp.protocol.http import joined
from idp.protocol.prompts import Prompt
from idp.protocol.responder import ReplyTo
from idp.protocol.response_types import ResponseType

#: What we understand. Everything else is ignored (RFC 6749 §3.1) and never stored.
UNDERSTOOD: Final = frozenset(
    {
        "acr_values",
        "claims",
        "claims_locales",
        "client_id",
        "code_challenge",
        "code_challenge_method",
        "display",
        "id_token_hint",
        "login_hint",
        "max_age",
        "nonce",
        "prompt",
        "redirect_uri",
        "resource",
        "response_mode",
        "response_type",
        "scope",
        "state",
        "ui_locales",
    }
)


class Display(StrEnum):
    """How the service would like our pages shown (OIDC Core §3.1.2.1)."""

    PAGE = "page"
    POPUP = "popup"
    TOUCH = "touch"
    WAP = "wap"


@dataclass(frozen=True, slots=True)
class Parameters:
    """Each parameter's one value, and the names of those that were sent more than once."""

    values: Mapping[str, str] = field(repr=False)
    repeated: frozenset[str] = frozenset()
    #: They come from a request object that the client signed.
    signed: bool = False

    def get(self, name: str) -> str | None:
        """Return a parameter's value; None when it is missing, empty or ambiguous."""
        return self.values.get(name)


def read_parameters(pairs: Iterable[tuple[str, str]]) -> Parameters:
    """Sort out what was sent (RFC 6749 §3.1).

    A parameter without a value counts as left out. One that is sent twice has no value at all:
    whichever of the two were believed, another reader of the same request could believe the other.
    """
    sent = tuple(pairs)
    values = dict(sent)
    if len(values) == len(sent):
        return Parameters({name: value for name, value in values.items() if value})
    sent = joined(sent)
    counts = Counter(name for name, _ in sent)
    repeated = frozenset(name for name, count in counts.items() if count > 1)
    return Parameters({name: value for name, value in sent if value and name not in repeated}, repeated)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A request that has been validated against its client."""

    client_id: str
    response_type: ResponseType
    reply_to: ReplyTo
    #: In the order asked for, without those that we or the client do not have.
    scopes: tuple[str, ...]
    claims: ClaimsRequest
    prompts: frozenset[Prompt] = frozenset()
    nonce: str | None = field(default=None, repr=False)
    #: S256 (RFC 7636 §4.2).
    code_challenge: str | None = field(default=None, repr=False)
    max_age: timedelta | None = None
    #: In order of preference.
    acr_values: tuple[str, ...] = ()
    #: The only acceptable ones; empty when the service leaves it open (OIDC Core §5.5.1.1).
    essential_acr: frozenset[str] = frozenset()
    unverified_id_token_hint: str | None = field(default=None, repr=False)
    #: Only ever fills in a field of our own page.
    login_hint: str | None = field(default=None, repr=False)
    ui_locales: tuple[str, ...] = ()
    claims_locales: tuple[str, ...] = ()
    display: Display = Display.PAGE
    #: Audiences of the resource servers that tokens may be asked for (RFC 8707 §2.1).
    resources: tuple[str, ...] = ()

    @property
    def requested_acr(self) -> tuple[str, ...]:
        """Return every level that the request names, in order of preference."""
        return tuple(dict.fromkeys((*self.claims.acr_values, *self.acr_values)))

    def stored(self, parameters: Parameters) -> dict[str, str]:
        """Return what an interaction keeps: the parameters that mean something here.

        The scope is kept as it was understood, so that the page which asks and the answer agree on it.
        """
        kept = {name: value for name, value in parameters.values.items() if name in UNDERSTOOD}
        return kept | {"scope": " ".join(self.scopes)}
