"""Security event tokens: what tells a service, server to server, that a citizen changed what it may know.

Made when they are sent, as logout tokens are: a late try carries a fresh time of issue, while `jti` and `toe` stay
those of the notice, so that a service can tell that it has seen it and when it happened. Neither `sub`,
`exp` nor `nonce` is in one: with them it could be taken for an ID token (RFC 8417 §4.5, §4.6).

https://www.rfc-editor.org/rfc/rfc8417 (tokens), https://www.rfc-editor.org/rfc/rfc8935 (bringing them),
https://www.rfc-editor.org/rfc/rfc9493 (`sub_id`)
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from idp.clients.service import ClientService
from idp.clients.values import Client
from idp.clock import Clock
from idp.consent.events import CLAIMS, SUB
from idp.notices.values import Failure, Kind, Notice
from idp.outbound.errors import FetchFailedError, FetchRefusedError
from idp.outbound.fetch import Fetched, Fetcher
from idp.protocol.answers import Answers, NoAnswerKeyError

CLAIMS_UPDATED: Final = "urn:proffer:secevent:claims-updated"
CONSENT_REVOKED: Final = "urn:proffer:secevent:consent-revoked"
TYPE: Final = "secevent+jwt"

_MEDIA_TYPE: Final = "application/secevent+jwt"
#: RFC 8935 §2.2: nothing else says that the event is kept.
_TAKEN: Final = 202
_NOT_TAKEN: Final = 400
_MAX_ANSWER: Final = 16_384
#: Codes of RFC 8935 §2.4 that the table of failures has words for.
_CODES: Final = frozenset(
    {
        Failure.INVALID_REQUEST,
        Failure.INVALID_KEY,
        Failure.INVALID_ISSUER,
        Failure.INVALID_AUDIENCE,
        Failure.AUTHENTICATION_FAILED,
        Failure.ACCESS_DENIED,
    }
)


class SecurityEvents:
    """Makes security event tokens in the name of one issuer, and brings them to services."""

    def __init__(
        self, *, issuer: str, answers: Answers, clients: ClientService, fetcher: Fetcher, clock: Clock
    ) -> None:
        self._issuer = issuer
        self._answers = answers
        self._clients = clients
        self._fetcher = fetcher
        self._clock = clock

    def tell(self, notice: Notice) -> Failure | None:
        """Push a service its event (RFC 8935 §2); None once it has taken it."""
        client = None if notice.client_id is None else self._clients.get(notice.client_id)
        if client is None:
            return Failure.SERVICE_GONE
        if client.security_event_endpoint is None:
            return Failure.NO_ADDRESS
        try:
            answer = self._fetcher.push(
                client.security_event_endpoint,
                self.mint(client, notice).encode("ascii"),
                content_type=_MEDIA_TYPE,
                accept="application/json",
                max_bytes=_MAX_ANSWER,
            )
        except NoAnswerKeyError:
            return Failure.NO_KEY
        except FetchRefusedError:
            return Failure.ADDRESS_REFUSED
        except FetchFailedError:
            return Failure.NO_ANSWER
        return _failure(answer)

    def mint(self, client: Client, notice: Notice) -> str:
        """Make the token of a notice, signed and encrypted as the service's ID tokens are.

        :raises NoAnswerKeyError: the service wants it encrypted and has no key for that.
        """
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": client.client_id,
            "iat": int(self._clock.now().timestamp()),
            "toe": int(notice.created_at.timestamp()),
            "jti": notice.id,
            "sub_id": {"format": "iss_sub", "iss": self._issuer, "sub": notice.payload[SUB]},
            "events": _events(notice),
        }
        return self._answers.sign_and_encrypt(
            claims, client=client, alg=client.id_token_alg, encryption=client.id_token_encryption, typ=TYPE
        )


def _events(notice: Notice) -> Mapping[str, object]:
    """Name exactly one event: what is known of a choice is one fact."""
    if notice.kind is Kind.CLAIMS_UPDATED:
        return {CLAIMS_UPDATED: {"claims": notice.payload[CLAIMS].split()}}
    return {CONSENT_REVOKED: {}}


def _failure(answer: Fetched) -> Failure | None:
    if answer.status == _TAKEN:
        return None
    if answer.status != _NOT_TAKEN:
        return Failure.BAD_STATUS
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return Failure.NOT_TAKEN
    # What the other side wrote is compared, and never kept.
    named = said.get("err") if isinstance(said, dict) else None
    return next((code for code in _CODES if code == named), Failure.NOT_TAKEN)
