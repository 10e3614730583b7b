"""Logout tokens: what tells a service, server to server, that a session at it has ended.

Made when they are sent, so that a late try carries a fresh time; `jti` stays that of the notice, so that a service can
tell that it has seen it.

https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken
"""

from collections.abc import Mapping
from typing import Any, Final

from idp.clients.service import ClientService
from idp.clients.values import Client
from idp.clock import Clock
from idp.logout.farewells import SID, SUB
from idp.notices.values import Failure, Notice
from idp.outbound.errors import FetchFailedError, FetchRefusedError
from idp.outbound.fetch import Fetcher
from idp.protocol.answers import Answers, NoAnswerKeyError

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
TYPE: Final = "logout+jwt"
#: §4: at most two minutes, because whoever gets hold of one can only use it once anyway.
LIFETIME_SECONDS: Final = 120

#: §2.8; 204 is what some frameworks make of an empty 200.
_TAKEN: Final = frozenset({200, 204})
_NOT_TAKEN: Final = 400
_MAX_ANSWER: Final = 16_384


class LogoutTokens:
    """Makes logout tokens in the name of one issuer, and brings them to services."""

    def __init__(
        self, *, issuer: str, answers: Answers, clients: ClientService, fetcher: Fetcher, clock: Clock
    ) -> None:
        self._issuer = issuer
        self._answers = answers
        self._clients = clients
        self._fetcher = fetcher
        self._clock = clock

    def tell(self, notice: Notice) -> Failure | None:
        """Send a service its logout token (§2.5); None once it has taken it.

        A suspended service is told as well: that its sessions have ended is why.
        """
        client = None if notice.client_id is None else self._clients.get(notice.client_id)
        if client is None:
            return Failure.SERVICE_GONE
        if client.backchannel_logout_uri is None:
            return Failure.NO_ADDRESS
        try:
            token = self.mint(client, jti=notice.id, about=notice.payload)
            answer = self._fetcher.post(client.backchannel_logout_uri, {"logout_token": token}, max_bytes=_MAX_ANSWER)
        except NoAnswerKeyError:
            return Failure.NO_KEY
        except FetchRefusedError:
            return Failure.ADDRESS_REFUSED
        except FetchFailedError:
            return Failure.NO_ANSWER
        if answer.status in _TAKEN:
            return None
        return Failure.NOT_TAKEN if answer.status == _NOT_TAKEN else Failure.BAD_STATUS

    def mint(self, client: Client, *, jti: str, about: Mapping[str, str]) -> str:
        """Make a logout token (§2.4), signed and encrypted as the service's ID tokens are; it never has a `nonce`.

        :param about: `sub`, `sid` or both: how the service knows the citizen and the session.
        :raises NoAnswerKeyError: the service wants it encrypted and has no key for that.
        """
        now = int(self._clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": client.client_id,
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
            "jti": jti,
            "events": {EVENT: {}},
        }
        claims |= {name: about[name] for name in (SUB, SID) if name in about}
        return self._answers.sign_and_encrypt(
            claims, client=client, alg=client.id_token_alg, encryption=client.id_token_encryption, typ=TYPE
        )
