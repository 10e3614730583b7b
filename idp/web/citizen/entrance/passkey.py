"""Sign in with a passkey. Nobody is named: the browser shows its owner what there is."""

from __future__ import annotations

from flask import redirect
from flask.typing import ResponseReturnValue

from idp.authentication.errors import SlowDownError
from idp.passkeys.errors import PasskeyError
from idp.web import cookies, errors
from idp.web.access import public
from idp.web.citizen.arriving import admit, arrival, origin
from idp.web.citizen.entrance import sign_in
from idp.web.citizen.passkeys import ceremonies
from idp.web.context import services
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("passkey_sign_in", __name__, url_prefix="/sign-in/passkey")


@bp.get("")
@public
def form() -> ResponseReturnValue:
    """Lead back whoever loads the address of an answer again."""
    return redirect(arrival().to("sign_in.form", again="yes"), code=303)


@bp.post("/options")
@public
@limited("passkey")
def options() -> ResponseReturnValue:
    """Give the script a challenge, the same kind for everybody."""
    secret = ceremonies.browser_secret()
    return ceremonies.bound(ceremonies.challenge(services().passkeys.begin_sign_in(browser=secret)), secret)


@bp.post("")
@public
@limited("sign_in")
@own_transactions
def submit() -> ResponseReturnValue:
    """Check the answer and start a new session."""
    came = arrival()
    try:
        signed = services().passkeys.sign_in(
            answer=ceremonies.answered(),
            browser=ceremonies.browser_secret(),
            origin=origin(),
            device_secret=cookies.trusted,
            previous_session=came.previous_session,
        )
    except PasskeyError as refused:
        return sign_in.refused_passkey(came, refused)
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    locked = came.pending is None and not signed.vault_open
    answer = admit(redirect(came.to("vault.index") if locked else came.onward, code=303), came, signed)
    if signed.vault_open and (device := cookies.trusted(signed.account_id)) is not None:
        # It was used just now, so its year begins anew.
        cookies.set_trusted(answer, signed.account_id, device)
    return answer
