"""Files under a password: JWE with PBES2-HS512+A256KW and A256GCM (RFC 7516, RFC 7518 §4.8), compact, never compressed.

The iteration count is the sender's to choose, so one beyond a limit is refused before anything is derived from it, and
so is every other algorithm and header. What is compressed is refused as well: it can grow without bound on arrival.
"""

import binascii
import json
import re
import secrets
from enum import StrEnum
from typing import Any, Final

from jwcrypto import jwa, jwe, jwk
from jwcrypto.common import JWException

from idp.crypto.errors import CryptoError
from idp.crypto.secrets import b64url, unb64url

ITERATIONS: Final = 1_000_000
#: Two seconds at most of one core.
MOST_ITERATIONS: Final = 5_000_000
_ALG: Final = "PBES2-HS512+A256KW"
_ENC: Final = "A256GCM"
_SALT_BYTES: Final = 16
_LONGEST_HEADER: Final = 1024
_HEADER: Final = re.compile(r"[A-Za-z0-9_-]{1,1024}", re.ASCII)
_MEMBERS: Final = frozenset({"alg", "enc", "p2s", "p2c", "typ", "cty"})

# The library's own limit is for tokens that are opened on every request.
jwa.default_max_pbkdf2_iterations = MOST_ITERATIONS


class FileFault(StrEnum):
    """Why a file does not open."""

    #: Not one that :func:`lock` made: another form, another algorithm, another kind of file.
    FOREIGN = "foreign"
    #: The end is missing.
    CUT_SHORT = "cut_short"
    #: Opening it would cost more than it may.
    TOO_COSTLY = "too_costly"
    #: The password is another one, or the header was changed.
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the name of a fault
    #: The password is right and the content is not what was locked.
    CHANGED = "changed"


class FileError(CryptoError):
    """A file does not open, and why."""

    def __init__(self, fault: FileFault) -> None:
        """Keep the reason."""
        super().__init__(fault)
        self.fault = fault


def lock(content: bytes, *, password: bytes, typ: str, cty: str, iterations: int = ITERATIONS) -> str:
    """Encrypt under a password. Slow on purpose.

    :param typ: what kind of file it is; :func:`unlock` takes no other.
    :param cty: media type of the content, without `application/`.
    """
    salt = b64url(secrets.token_bytes(_SALT_BYTES))
    header = {"alg": _ALG, "enc": _ENC, "p2s": salt, "p2c": iterations, "typ": typ, "cty": cty}
    token = jwe.JWE(content, protected=json.dumps(header, separators=(",", ":")))
    token.add_recipient(_key(password))
    return str(token.serialize(compact=True))


def unlock(file: bytes, *, password: bytes, typ: str) -> bytes:
    """Open what :func:`lock` made. Slow: the file says how slow, up to a limit.

    :raises FileError: it does not open; `fault` says why.
    """
    text = _text(file)
    header = _header(text, typ=typ)
    parts = text.split(".")
    if len(parts) != 5 or len(parts[4]) != 22:  # noqa: PLR2004 - RFC 7516 §7.1; a tag of 128 bits
        raise FileError(FileFault.CUT_SHORT)
    count, salt = header.get("p2c"), header.get("p2s")
    if not isinstance(count, int) or not isinstance(salt, str) or count < 1:
        raise FileError(FileFault.FOREIGN)
    if count > MOST_ITERATIONS or len(salt) > 2 * _SALT_BYTES + 20:
        raise FileError(FileFault.TOO_COSTLY)
    opened = jwe.JWE(algs=[_ALG, _ENC])
    try:
        opened.deserialize(text)
        opened.decrypt(_key(password), max_plaintext=len(text))
    except (JWException, ValueError):
        # The key wrap is what a wrong password fails at; after it only the content can be wrong.
        wrong = any("InvalidUnwrap" in line for line in opened.decryptlog or ())
        raise FileError(FileFault.WRONG_PASSWORD if wrong else FileFault.CHANGED) from None
    return bytes(opened.payload)


def _text(file: bytes) -> str:
    try:
        return file.strip().decode("ascii")
    except UnicodeDecodeError:
        raise FileError(FileFault.FOREIGN) from None


def _header(text: str, *, typ: str) -> dict[str, Any]:
    first = text[: _LONGEST_HEADER + 1].partition(".")[0]
    if _HEADER.fullmatch(first) is None:
        raise FileError(FileFault.FOREIGN)
    try:
        header = json.loads(unb64url(first))
    except (ValueError, binascii.Error, RecursionError):
        raise FileError(FileFault.FOREIGN) from None
    if not isinstance(header, dict) or not header.keys() <= _MEMBERS:
        raise FileError(FileFault.FOREIGN)
    if (header.get("alg"), header.get("enc"), header.get("typ")) != (_ALG, _ENC, typ):
        raise FileError(FileFault.FOREIGN)
    return header


def _key(password: bytes) -> jwk.JWK:
    return jwk.JWK(kty="oct", k=b64url(password))
