"""What a browser left open must not be enough for: pages that want a fresh sign-in."""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, url_for
from werkzeug.wrappers import Response

from idp.web.context import services, signed_in

#: How recent the sign-in must be before a way in may change.
FRESH = timedelta(minutes=10)


def sign_in_again(back_to: str) -> Response | None:
    """Send a citizen whose sign-in is not fresh to sign in again; None for a fresh one.

    A new way in opens the vault, or closes it to others, for good.
    """
    if services().clock.now() - signed_in().auth_time <= FRESH:
        return None
    return redirect(url_for("sign_in.form", next=back_to, again="yes"), code=303)
