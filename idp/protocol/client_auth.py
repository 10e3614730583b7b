"""How a client proves itself: none, client_secret_basic, client_secret_post, private_key_jwt.

https://www.rfc-editor.org/rfc/rfc6749#section-2.3, https://www.rfc-editor.org/rfc/rfc7523#section-3,
https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication

Each client has one registered way, and only that one counts. Authlib's own authentication tries all ways after each
other and fails on a secret or header that is not ASCII; none of it is used.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote_to_bytes

from authlib.oauth2.rfc6749 import InvalidRequestError

from idp.clients.service import ClientService
from idp.clients.values import AuthMethod, Client
from idp.crypto import secrets
from idp.protocol.client_assertion import AssertionVerifier
from idp.protocol.errors import ClientRefusedError

#: Compared with when there is no such client, so that an unknown one costs what a wrong secret costs.
_NO_SECRET: Final = (secrets.digest(secrets.token()),)


class ClientAuthenticator:
    """Finds out which client a request to a back-channel endpoint comes from."""

    def __init__(self, *, clients: ClientService, assertions: AssertionVerifier) -> None:
        self._clients = clients
        self._assertions = assertions

    def authenticate(
        self, *, headers: Mapping[str, str], form: Mapping[str, str], endpoint: str | None = None
    ) -> Client:
        """Give the client that a request proves to come from; a public client proves nothing and is only named.

        No statement, but for private_key_jwt one.

        :param form: the body's parameters, each once.
        :param endpoint: address of an endpoint that an assertion may name as its audience besides issuer and token
            endpoint (RFC 9126 §2).
        :raises InvalidRequestError: more than one way at once (RFC 6749 §2.3), or two different client identifiers.
        :raises ClientRefusedError: everything else, without saying what.
        """
        authorization = headers.get("Authorization")
        asserted = "client_assertion" in form or "client_assertion_type" in form
        if (authorization is not None) + ("client_secret" in form) + asserted > 1:
            raise InvalidRequestError("A client authenticates in one way at a time")
        if asserted:
            client = self._assertions.verified(form, endpoint=endpoint)
            _same_client(form, client.client_id)
            return client
        if authorization is not None:
            client_id, secret = _basic(authorization)
            _same_client(form, client_id)
            return self._with_secret(client_id, secret, AuthMethod.SECRET_BASIC)
        if "client_secret" in form:
            return self._with_secret(form.get("client_id", ""), form["client_secret"], AuthMethod.SECRET_POST)
        client_or_none = self._clients.get(form["client_id"]) if "client_id" in form else None
        if client_or_none is None or not client_or_none.approved or not client_or_none.public:
            raise ClientRefusedError
        return client_or_none

    def _with_secret(self, client_id: str, secret: str, method: AuthMethod) -> Client:
        client = self._clients.get(client_id) if client_id else None
        digests = client.secret_digests if client is not None and client.secret_digests else _NO_SECRET
        known = [secrets.matches(secret=secret, digest=digest) for digest in digests]
        if client is None or not any(known) or client.auth_method is not method or not client.approved:
            raise ClientRefusedError
        return client


def _same_client(form: Mapping[str, str], client_id: str) -> None:
    if form.get("client_id", client_id) != client_id:
        raise InvalidRequestError("The client identifiers of the request differ")


def _basic(authorization: str) -> tuple[str, str]:
    """Read Basic credentials (RFC 7617), each form-encoded before (RFC 6749 §2.3.1).

    :raises ClientRefusedError: another scheme, or not credentials.
    """
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise ClientRefusedError
    try:
        credentials = base64.b64decode(encoded.strip().encode("ascii"), validate=True)
        client_id, separator, secret = credentials.partition(b":")
        if not separator:
            raise ClientRefusedError
        return _form_decoded(client_id), _form_decoded(secret)
    except (UnicodeError, binascii.Error):
        raise ClientRefusedError from None


def _form_decoded(raw: bytes) -> str:
    return unquote_to_bytes(raw.replace(b"+", b" ")).decode()
