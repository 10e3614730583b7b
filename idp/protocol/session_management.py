"""What lets a service's page notice that the citizen signed out or somebody else signed in, without asking us.

A cookie that scripts of our own origin can read says which session the browser has, as a one-way value that opens
nothing. Each answer of the authorization endpoint carries its hash for one service; our page in the service's frame
compares the two.

https://openid.net/specs/openid-connect-session-1_0.html
"""

import hashlib
import hmac
from collections.abc import Iterable

from idp.clients.policy import origin_of
from idp.crypto import secrets

#: The page that services put in a frame.
CHECK_SESSION_PATH = "/check-session"
#: Between the states of several citizens in one browser; part of no state, and plain in a cookie.
SEPARATOR = "~"

_STATE_BYTES = 16


def browser_state(session_secret: str) -> str:
    """Give the "OP browser state" (§3.2): another one for each session, and no way back to it; 22 characters."""
    digest = hmac.digest(session_secret.encode(), b"browser state", hashlib.sha256)
    return secrets.b64url(digest[:_STATE_BYTES])


def browser_states(session_secrets: Iterable[str]) -> str:
    """Give what the cookie holds: the state of each citizen who is signed in to the browser; empty for nobody.

    A service's citizen has not changed for as long as their own session is among them, whoever else comes and goes.
    """
    return SEPARATOR.join(sorted(browser_state(secret) for secret in session_secrets))


def session_state(*, client_id: str, redirect_uri: str, session_secret: str) -> str | None:
    """Give the `session_state` of an answer (§2, §3.2); None where no page could ever compare it.

    `static/js/check-session.js` makes the same value from the same parts.
    """
    origin = origin_of(redirect_uri)
    if origin is None:
        return None
    salt = secrets.identifier()
    state = f"{client_id} {origin} {browser_state(session_secret)} {salt}"
    return f"{hashlib.sha256(state.encode()).hexdigest()}.{salt}"
