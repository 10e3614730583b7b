"""Rules of passkeys: who we are to authenticators, what a passkey proves, which may be removed, what names may be."""

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from idp.authentication.levels import DEVICE_PASSKEY_AMR, SYNCED_PASSKEY_AMR
from idp.crypto.secrets import unb64url
from idp.passkeys.errors import CeremonyRefusedError, LastWayInError, NameRefusedError, TooFewWaysError
from idp.passkeys.values import RelyingParty
from idp.vault.policy import is_ready
from idp.vault.values import Slot

#: How long a challenge may be answered (WebAuthn §15.1 recommends five minutes at least where a person is verified).
CEREMONY_LIFETIME: Final = timedelta(minutes=5)
MOST_PASSKEYS: Final = 20
MAX_NAME: Final = 60
_PRF_BYTES: Final = 32


def relying_party(issuer: str) -> RelyingParty:
    """Give who we are: the issuer's host exactly, so that no other host of its domain shares our passkeys."""
    parts = urlsplit(issuer)
    return RelyingParty(id=parts.hostname or "", origin=f"{parts.scheme}://{parts.netloc}")


def prf_salt(rp: RelyingParty) -> bytes:
    """Give what every passkey of this provider evaluates its PRF on; 32 bytes, and no secret.

    One for all: whoever signs in without naming themselves must be offered the same input, or a second ceremony would
    be needed. The key behind the PRF is each passkey's own, so that the outputs have nothing in common.
    """
    return hashlib.sha256(b"proffer vault\0" + rp.id.encode()).digest()


def prf_output(unverified: str) -> bytes | None:
    """Read what the browser says that the PRF gave; None for nothing.

    :raises CeremonyRefusedError: it is not 32 bytes of base64url (WebAuthn §10.1.4).
    """
    if not unverified:
        return None
    try:
        output = unb64url(unverified)
    except ValueError:
        raise CeremonyRefusedError from None
    if len(output) != _PRF_BYTES:
        raise CeremonyRefusedError
    return output


def amr(*, backup_eligible: bool) -> tuple[str, ...]:
    """Give what a ceremony with its person verified proves (RFC 8176 §2)."""
    return SYNCED_PASSKEY_AMR if backup_eligible else DEVICE_PASSKEY_AMR


def require_ways_left(slots: Sequence[Slot], *, without: str | None, signs_in: bool, holds_details: bool) -> None:
    """Make sure that enough is left without one way in.

    :param without: the key slot that goes with it; None for a passkey that has none.
    :param signs_in: whether anything that signs in is left.
    :param holds_details: whether the vault holds, or once held, details.
    :raises LastWayInError: nothing is left to sign in with.
    :raises TooFewWaysError: fewer than two ways to open the vault are left, and it holds details.
    """
    if not signs_in:
        raise LastWayInError
    if without is not None and holds_details and not is_ready([slot for slot in slots if slot.id != without]):
        raise TooFewWaysError


def check_name(typed: str) -> str:
    """Give a name as it is kept: normal form C, without outer or repeated spaces.

    :raises NameRefusedError: with the message key missing, too_long or characters.
    """
    if len(typed) > 2 * MAX_NAME:
        raise NameRefusedError("too_long")
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not name:
        raise NameRefusedError("missing")
    if len(name) > MAX_NAME:
        raise NameRefusedError("too_long")
    # Format characters can hide or reorder what stands beside the name; controls and lone surrogates are no text.
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn") for letter in name):
        raise NameRefusedError("characters")
    return name
