"""The browser's cookies: names, attributes and nothing else.

On https every name carries ``__Host-`` (RFC 6265bis §4.1.3.2): set by this host only, over TLS only,
for all of its paths. Development over http uses the plain names.

session   the session secret; ends with the browser
others    secrets of the other citizens who are signed in in this browser; ends with the browser
half      what a right password leaves until its code comes; five minutes
ceremony  binds the challenges of passkeys to the browser that asked for them; ends with the browser
handover  binds a sign-in that is approved on another device to the browser that asked for it; five minutes
flow      binds an authorization request in flight to the browser that started it
repair    shows that a letter about a locked account was opened in this browser; a day
vault_…   opens a citizen's vault once they have signed in, one for each who trusts this browser; a year
device    proves an earlier successful sign-in from this browser to the slow-down
language  the language chosen on our pages, and when
state     tells our page in a service's frame that the session has changed, and nothing else; scripts can read it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, request

from idp.authentication.second_factor import HALF_LIFETIME
from idp.crypto.secrets import digest
from idp.handover.policy import LIFETIME as HANDOVER_LIFETIME
from idp.protocol.session_management import browser_states

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response

YEAR = 365 * 24 * 3600
#: As long as the server waits for the code.
HALF_SECONDS = int(HALF_LIFETIME.total_seconds())
DAY = 24 * 3600

SESSION = "proffer_session"
OTHERS = "proffer_others"
HALF = "proffer_half"
HANDOVER = "proffer_handover"
CEREMONY = "proffer_ceremony"
#: Followed by what stands for an account.
VAULT = "proffer_vault_"
FLOW = "proffer_flow"
DEVICE = "proffer_device"
REPAIR = "proffer_repair"
LANGUAGE = "proffer_language"
BROWSER_STATE = "proffer_state"
PAGE = "proffer_page"

#: Longer values are not ours; they are ignored before anything hashes them.
_LONGEST = 128
#: Characters that stand for an account in the name of a cookie.
_VAULT_NAME = 16
#: As many citizens can be signed in in one browser beside the one it is with.
MOST_OTHERS = 4
#: Between their secrets; not a character of base64url.
_SEPARATOR = "."


def secure() -> bool:
    """Whether the deployment is reached over TLS."""
    return bool(current_app.extensions["proffer"].settings.secure)


def name(base: str) -> str:
    """Give the full name of one of our cookies in this deployment."""
    return f"__Host-{base}" if secure() else base


def read(base: str) -> str | None:
    """Read one of our cookies; an empty or oversized value counts as absent."""
    value = request.cookies.get(name(base))
    return value if value and len(value) <= _LONGEST else None


def write(response: Response, base: str, value: str, *, max_age: int | None = None) -> None:
    """Set one of our cookies; without ``max_age`` (seconds) it ends with the browser."""
    response.set_cookie(name(base), value, max_age=max_age, path="/", secure=secure(), httponly=True, samesite="Lax")


def remove(response: Response, base: str) -> None:
    """Make the browser forget one of our cookies."""
    response.delete_cookie(name(base), path="/", secure=secure(), httponly=True, samesite="Lax")


def session_secret() -> str | None:
    """Read the secret of the browser session."""
    return read(SESSION)


def set_session(response: Response, secret: str, *, beside: Sequence[str] | None = None) -> None:
    """Give the browser its session.

    :param beside: secrets of the other citizens' sessions, when they are not those that the browser came with.
    """
    write(response, SESSION, secret)
    if beside is not None:
        _set_others(response, beside)
    _set_states(response, browser_states((secret, *(others() if beside is None else beside))))


def clear_session(response: Response) -> None:
    """Take every session from the browser."""
    remove(response, SESSION)
    _set_others(response, ())
    _set_states(response, "")


def keep_states(response: Response, secrets: Sequence[str]) -> None:
    """Set the browser's state right where it is not that of its sessions, which may have ended by themselves."""
    states = browser_states(secrets)
    if (read(BROWSER_STATE) or "") != states:
        _set_states(response, states)


def _set_states(response: Response, states: str) -> None:
    """Let our page in the frames of services know of these sessions, or of none.

    Its script has to read the cookie, in frames on pages of other sites (OpenID Connect Session Management §3.3):
    browsers send it there over TLS only, so on http nothing but pages of this very site can notice.
    """
    max_age, same_site = None if states else 0, "None" if secure() else "Lax"
    response.set_cookie(name(BROWSER_STATE), states, max_age=max_age, path="/", secure=secure(), samesite=same_site)


def others() -> tuple[str, ...]:
    """Read the secrets of the other sessions, the last used first."""
    value = request.cookies.get(name(OTHERS), "")
    secrets = value.split(_SEPARATOR) if len(value) <= _LONGEST * MOST_OTHERS else []
    return tuple(dict.fromkeys(secret for secret in secrets if 0 < len(secret) <= _LONGEST))[:MOST_OTHERS]


def _set_others(response: Response, secrets: Sequence[str]) -> None:
    """Keep the secrets of the other sessions."""
    if secrets:
        write(response, OTHERS, _SEPARATOR.join(secrets[:MOST_OTHERS]))
    elif name(OTHERS) in request.cookies:
        remove(response, OTHERS)


def half() -> str | None:
    """Read what the right password left in this browser."""
    return read(HALF)


def set_half(response: Response, secret: str) -> None:
    """Bind the code that is asked for next to this browser."""
    write(response, HALF, secret, max_age=HALF_SECONDS)


def clear_half(response: Response) -> None:
    """Forget that a password was given."""
    remove(response, HALF)


def handover() -> str | None:
    """Read what binds the approval on another device to this browser."""
    return read(HANDOVER)


def set_handover(response: Response, secret: str) -> None:
    """Bind the approval on another device to this browser."""
    write(response, HANDOVER, secret, max_age=int(HANDOVER_LIFETIME.total_seconds()))


def clear_handover(response: Response) -> None:
    """Forget that this browser asked."""
    remove(response, HANDOVER)


def ceremony() -> str | None:
    """Read what binds the challenges of passkeys to this browser."""
    return read(CEREMONY)


def set_ceremony(response: Response, secret: str) -> None:
    """Bind the challenges of passkeys to this browser."""
    write(response, CEREMONY, secret)


def trusted(account_id: str) -> str | None:
    """Read what makes this browser a trusted device of a citizen; None where it is none."""
    return read(_vault(account_id))


def set_trusted(response: Response, account_id: str, secret: str) -> None:
    """Make this browser a trusted device of a citizen, for a year from now."""
    write(response, _vault(account_id), secret, max_age=YEAR)


def clear_trusted(response: Response, account_id: str) -> None:
    """Let this browser be no trusted device of a citizen any more."""
    remove(response, _vault(account_id))


def _vault(account_id: str) -> str:
    # Its name tells nobody who looks at the browser which account it belongs to.
    return VAULT + digest(b"trusted device\0" + account_id.encode()).hex()[:_VAULT_NAME]


def flow() -> str | None:
    """Read what binds this browser to the requests that it started."""
    return read(FLOW)


def set_flow(response: Response, token: str) -> None:
    """Bind this browser to a request that it starts."""
    write(response, FLOW, token)


def repair() -> str | None:
    """Read what shows that a letter about a locked account was opened here."""
    return read(REPAIR)


def set_repair(response: Response, token: str) -> None:
    """Let this browser show for a day that a letter was opened in it."""
    write(response, REPAIR, token, max_age=DAY)


def clear_repair(response: Response) -> None:
    """Forget it."""
    remove(response, REPAIR)


def device() -> str | None:
    """Read the proof of an earlier sign-in from this browser."""
    return read(DEVICE)


def set_device(response: Response, token: str) -> None:
    """Give this browser its proof of a successful sign-in, for a year."""
    write(response, DEVICE, token, max_age=YEAR)
