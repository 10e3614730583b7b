"""Rules of sessions and new passwords, and what is kept of a browser's description of itself."""

import hashlib
import hmac
import unicodedata
from datetime import datetime, timedelta
from typing import Final

from idp.authentication.errors import PasswordRefusedError
from idp.authentication.values import family
from idp.crypto.secrets import b64url

#: NIST SP 800-63B §3.1.1.2 asks for 64 at least. The limit only bounds the work of normalising.
MAX_PASSWORD_CHARACTERS: Final = 1024
#: How exactly `seen_at` is kept: one write a minute, however many pages are asked for.
SEEN_PRECISION: Final = timedelta(minutes=1)
KNOWN_BROWSER_LIFETIME: Final = timedelta(days=365)
_SESSION_BYTES: Final = 16

#: The first name found in a User-Agent wins, so a browser stands before those that it claims to be.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chromium", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def normalise(password: str) -> bytes:
    """Give the octets that are hashed: one form for all ways to type the same password (NIST SP 800-63B §3.1.1.2).

    What is longer than any password can be is not normalised: the time that takes grows with the square of a run of
    combining marks, to a second for what one form holds.
    """
    if len(password) > MAX_PASSWORD_CHARACTERS:
        return password.encode("utf-8", "surrogatepass")
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def check_form(password: str, *, minimum: int) -> None:
    """Make sure that a new password has a length and characters that can be typed again.

    There are no rules of composition: they make passwords worse (NIST SP 800-63B §3.1.1.2).

    :raises PasswordRefusedError: too_long, too_short or forbidden_characters.
    """
    if len(password) > MAX_PASSWORD_CHARACTERS:
        raise PasswordRefusedError("too_long")
    normal = unicodedata.normalize("NFKC", password)
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in normal):
        raise PasswordRefusedError("forbidden_characters")
    if len(normal) < minimum:
        raise PasswordRefusedError("too_short")


def is_alive(*, seen_at: datetime, expires_at: datetime, now: datetime, idle: timedelta) -> bool:
    """Tell whether a session has neither rested too long nor reached its absolute end."""
    return now < expires_at and now < seen_at + idle


def browser_name(user_agent: str) -> str:
    """Give what a browser calls itself, such as "Firefox", without a version; empty for one that nobody knows."""
    return next((name for mark, name in _BROWSERS if mark in user_agent), "")


def system_name(user_agent: str) -> str:
    """Give what it runs on, such as "Linux", without a version; empty for a system that nobody knows."""
    return next((name for mark, name in _SYSTEMS if mark in user_agent), "")


def browser_family(user_agent: str) -> str:
    """Give what a citizen recognises their browser by, such as "Firefox on Linux"; nothing that could track it."""
    return family(browser_name(user_agent), system_name(user_agent))


def session_identifier(*, sid: str, client_id: str, sub: str) -> str:
    """Give the `sid` under which one client knows a browser session (OIDC Front-Channel Logout §3); 22 characters.

    Different clients get different ones, so that they cannot tell that they serve the same browser, and so does each
    identifier that one client knows: two personas in one browser are two sessions to it.
    """
    digest = hmac.digest(sid.encode(), b"\0".join((b"sid:" + client_id.encode(), sub.encode())), hashlib.sha256)
    return b64url(digest[:_SESSION_BYTES])
