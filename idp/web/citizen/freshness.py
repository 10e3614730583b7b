"""What a browser left open must not be enough for: pages that want a fresh sign-in."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from idp.authentication.levels import is_relayed
from idp.web.context import services, signed_in

#: How recent the sign-in must be before a way in may change.
FRESH = timedelta(minutes=10)


def sign_in_again(back_to: str) -> Response | None:
    """Send a citizen whose sign-in is not fresh to sign in again; None for a fresh one.

    A new way in opens the vault, or closes it to others, for good. So a sign-in that was approved on another device
    is not enough, however fresh: whoever was talked into approving one would lose more than that visit.
    """
    session = signed_in()
    if is_relayed(session.amr):
        flash(_("You were signed in here from another device. For this page, sign in on this one."), "warning")
    elif services().clock.now() - session.auth_time <= FRESH:
        return None
    return redirect(url_for("sign_in.form", next=back_to, again="yes"), code=303)
