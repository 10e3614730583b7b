"""Page blueprints: what every page does before and after its view.

A page blueprint checks the form's origin and token before a POST and puts the page headers on every
answer. The hooks sit on the blueprint and not on the application, so protocol routes pay for none
of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, current_app, g, request
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from idp.web import headers
from idp.web.problems import ForeignFormError, StaleFormError

if TYPE_CHECKING:
    from collections.abc import Callable

#: Methods that change nothing, hence need no token.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def page_blueprint(
    name: str, import_name: str, *, url_prefix: str | None = None, largest: Callable[[], int] | None = None
) -> Blueprint:
    """Make a blueprint whose views are pages for people.

    :param largest: bytes that its forms may send where that is more than elsewhere; asked for before any is read.
    """
    blueprint = Blueprint(name, import_name, url_prefix=url_prefix)
    if largest is not None:
        allowed = largest

        def allow_more() -> None:
            request.max_content_length = allowed()

        blueprint.before_request(allow_more)
    blueprint.before_request(_check_form)
    blueprint.after_request(headers.secure)
    return blueprint


def _check_form() -> None:
    # A command or test that keeps an application context open shares `g` between its requests; a
    # token from the one before would not match this browser.
    g.pop("csrf_token", None)
    if request.method in SAFE_METHODS:
        return
    _check_origin()
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError as error:
        raise StaleFormError from error


def _check_origin() -> None:
    # Browsers that send these headers make the check independent of the token: a sibling host that
    # can plant a cookie still cannot forge them. Absent headers (old browsers) leave the token.
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise ForeignFormError
    origin = request.headers.get("Origin")
    if origin is not None and origin not in (_own_origin(), request.host_url.rstrip("/")):
        raise ForeignFormError


def _own_origin() -> str:
    issuer = urlsplit(current_app.extensions["proffer"].settings.issuer)
    return f"{issuer.scheme}://{issuer.netloc}"
