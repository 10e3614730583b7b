"""An authenticator in software: makes and signs what real ones do, and what hostile ones would.

Written against WebAuthn Level 3 §6 with a CBOR writer of its own, so that it shares nothing with what it tests.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from idp.crypto.secrets import b64url, unb64url
from idp.passkeys.values import Answer, Begun

UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def cbor(value: Any) -> bytes:
    """Encode what authenticators send (RFC 8949 §4.2)."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    assert isinstance(value, dict)
    return _head(5, len(value)) + b"".join(cbor(key) + cbor(member) for key, member in value.items())


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    size = 1 if number < 0x100 else 2 if number < 0x10000 else 4
    return bytes([major << 5 | {1: 24, 2: 25, 4: 26}[size]]) + number.to_bytes(size)


def _long(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def cose(key: Key) -> bytes:
    """Write a public key as a COSE_Key (RFC 9052 §7, RFC 8230 §4)."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        point = key.public_key().public_numbers()
        size = key.key_size // 8
        kind = {256: (-7, 1), 384: (-35, 2)}[key.key_size]
        return cbor({1: 2, 3: kind[0], -1: kind[1], -2: point.x.to_bytes(size), -3: point.y.to_bytes(size)})
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return cbor({1: 1, 3: -8, -1: 6, -2: key.public_key().public_bytes_raw()})
    numbers = key.public_key().public_numbers()
    return cbor({1: 3, 3: -257, -1: _long(numbers.n), -2: _long(numbers.e)})


@dataclass
class Device:
    """One authenticator with one passkey. Every part of what it sends can be bent."""

    origin: str = "http://localhost:8000"
    rp_id: str = "localhost"
    key: Key = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    #: What its PRF yields; None for a device that has none.
    prf: bytes | None = None
    flags: int = UP | UV
    count: int = 0
    user_handle: bytes = b""
    extra: dict[str, Any] = field(default_factory=dict)

    def make(self, begun: Begun, *, with_prf: bool = True) -> Answer:
        """Answer `navigator.credentials.create()`."""
        options = json.loads(begun.options)
        self.user_handle = unb64url(options["user"]["id"])
        client_data = self._client_data("webauthn.create", options["challenge"])
        attested = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id + cose(self.key)
        authenticator_data = self._data(self.flags | AT) + attested
        attestation = cbor({"fmt": "none", "attStmt": {}, "authData": authenticator_data})
        response = {
            "clientDataJSON": b64url(client_data),
            "attestationObject": b64url(attestation),
            "transports": ["internal", "hybrid"],
        }
        return self._answer(begun, response, with_prf=with_prf)

    def sign(self, begun: Begun, *, with_prf: bool = True) -> Answer:
        """Answer `navigator.credentials.get()`."""
        options = json.loads(begun.options)
        client_data = self._client_data("webauthn.get", options["challenge"])
        authenticator_data = self._data(self.flags)
        signed = authenticator_data + hashlib.sha256(client_data).digest()
        response = {
            "clientDataJSON": b64url(client_data),
            "authenticatorData": b64url(authenticator_data),
            "signature": b64url(self._signature(signed)),
            "userHandle": b64url(self.user_handle) or None,
        }
        return self._answer(begun, response, with_prf=with_prf)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, **self.extra}).encode()

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _signature(self, signed: bytes) -> bytes:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(signed)
        return self.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())

    def _answer(self, begun: Begun, response: dict[str, Any], *, with_prf: bool) -> Answer:
        credential = {
            "id": b64url(self.credential_id),
            "rawId": b64url(self.credential_id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {"prf": {"enabled": self.prf is not None}},
        }
        prf = b64url(self.prf) if self.prf is not None and with_prf else ""
        return Answer(begun.ceremony, json.dumps(credential), prf)


def bent(answer: Answer, **members: Any) -> Answer:
    """The same answer with members of its credential replaced; a member of the response by `response__name`."""
    credential = json.loads(answer.unverified_credential)
    for name, value in members.items():
        place, _, inner = name.partition("__")
        if inner:
            credential[place][inner] = value
        else:
            credential[place] = value
    return Answer(answer.ceremony, json.dumps(credential), answer.unverified_prf)
