"""Answers as JSON Web Tokens: signed, encrypted, or signed and then encrypted, as each service registered.

https://openid.net/specs/openid-connect-core-1_0.html#SigningOrder (signed first, then encrypted),
https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError

from idp.clients.errors import ClientKeysError
from idp.clients.service import ClientService
from idp.clients.values import Client, Encryption
from idp.crypto import jwe
from idp.crypto.errors import NoEncryptionKeyError
from idp.keys.service import KeyService

_log = logging.getLogger(__name__)


class NoAnswerKeyError(InvalidRequestError):
    """A service registered for encrypted answers and publishes no key that they could be encrypted with.

    Neither OpenID Connect nor OAuth has an error of its own for this. `invalid_client` would say that the client
    could not be authenticated, and `invalid_client_metadata` belongs to registration; the description says what to do.
    """


@dataclass(frozen=True, slots=True)
class TypedJwt:
    """A token that is a whole answer, and the media type that it is sent as."""

    token: str = field(repr=False)
    media_type: str


class Answers:
    """Signs with the provider's keys and encrypts to a service's."""

    def __init__(self, *, keys: KeyService, clients: ClientService) -> None:
        self._keys = keys
        self._clients = clients

    def sign_and_encrypt(
        self,
        claims: Mapping[str, Any],
        *,
        client: Client,
        alg: str | None,
        encryption: Encryption | None,
        typ: str | None = None,
    ) -> str:
        """Make a JWS, a JWE that holds the claims, or a JWE that holds a JWS.

        :param alg: what to sign with; None to encrypt only. Something unprotected is never made.
        :param typ: the media type in the header of what is signed (RFC 8725 §3.11).
        :raises NoAnswerKeyError: there is no key to encrypt to.
        """
        if alg is None and encryption is not None:
            return self._encrypted(json.dumps(claims).encode(), client, encryption, cty=None)
        signed = self._keys.signing(alg or client.id_token_alg).sign(claims, typ=typ)
        return signed if encryption is None else self.encrypt(signed, client=client, encryption=encryption)

    def encrypt(self, signed: str, *, client: Client, encryption: Encryption) -> str:
        """Put a signed token into an encrypted one (RFC 7519 §5.2).

        :raises NoAnswerKeyError: there is no key to encrypt to.
        """
        return self._encrypted(signed.encode("ascii"), client, encryption, cty="JWT")

    def require_key(self, client: Client, encryption: Encryption | None) -> None:
        """Make sure that an answer will be possible, before what it is for is used up.

        :raises NoAnswerKeyError: it will not.
        """
        if encryption is not None:
            try:
                self._clients.encryption_keys_of(client).choose(encryption.alg)
            except (ClientKeysError, NoEncryptionKeyError) as error:
                raise _refusal(error, client, encryption) from None

    def _encrypted(self, payload: bytes, client: Client, encryption: Encryption, *, cty: str | None) -> str:
        try:
            keys = self._clients.encryption_keys_of(client)
            return jwe.encrypt(payload, keys=keys, alg=encryption.alg, enc=encryption.enc, cty=cty)
        except (ClientKeysError, NoEncryptionKeyError) as error:
            raise _refusal(error, client, encryption) from None


def _refusal(error: ClientKeysError | NoEncryptionKeyError, client: Client, encryption: Encryption) -> NoAnswerKeyError:
    missing = "its key set is not registered, cannot be fetched, or holds a key that is not acceptable"
    if isinstance(error, NoEncryptionKeyError):
        # Names of algorithms and members, written by us.
        missing = error.missing
    facts = {"client_id": client.client_id, "alg": encryption.alg, "missing": missing}
    _log.warning("an answer cannot be encrypted", extra=facts)
    return NoAnswerKeyError(f"The answer cannot be encrypted for this client: {missing}")
