"""The authenticator app: set up with a picture or a key, confirmed by a first code, removed with the password."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from idp.authentication.errors import CodeAppError, CodeRefusedError, SignInRefusedError, SlowDownError
from idp.authentication.values import CodeApp
from idp.crypto import one_time
from idp.web import context, cookies, errors, qr
from idp.web.access import citizen
from idp.web.citizen.arriving import Arrival, arrival
from idp.web.citizen.freshness import sign_in_again
from idp.web.context import services, sign_in_name, signed_in
from idp.web.forms import Problem, text
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("authenticator", __name__, url_prefix="/security/authenticator")

_CODE = "code"
_PASSWORD = "password"  # noqa: S105 - the name of a field


@bp.get("")
@citizen
def index() -> ResponseReturnValue:
    """Show where setting it up has got to."""
    app = services().authentication.code_app(signed_in())
    if app is not None and app.confirmed_at is not None:
        return render_template("citizen/security/authenticator.html", since=app.confirmed_at)
    if stale := sign_in_again(request.full_path.rstrip("?")):
        return stale
    came = arrival()
    if app is None:
        return render_template("citizen/security/authenticator_begin.html", came=came, asking=came.asking)
    return _confirm_page(came, app)


@bp.post("")
@citizen
@limited("sign_in")
def begin() -> ResponseReturnValue:
    """Make a key to share with the app; the page that follows shows it."""
    came = arrival()
    here = came.to("authenticator.index")
    if stale := sign_in_again(here):
        return stale
    try:
        services().authentication.begin_code_app(signed_in())
    except CodeAppError:
        return redirect(url_for("authenticator.index"), code=303)
    return redirect(here, code=303)


@bp.post("/confirm")
@citizen
@limited("sign_in")
@own_transactions
def confirm() -> ResponseReturnValue:
    """Take the app's first code; from then on signing in asks for one."""
    came, session, typed = arrival(), signed_in(), text(_CODE)
    if stale := sign_in_again(came.to("authenticator.index")):
        return stale
    app = services().authentication.code_app(session)
    if app is None or app.confirmed_at is not None:
        return redirect(came.to("authenticator.index"), code=303)
    if not typed.strip():
        return _confirm_page(came, app, _("Enter the code that your app shows."))
    try:
        secret = services().authentication.confirm_code_app(session, typed)
    except (CodeRefusedError, CodeAppError):
        wrong = _("This is not the code of this moment. Check that your telephone shows the right time.")
        return _confirm_page(came, app, wrong)
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    flash(_("Your authenticator app is set up. From now on signing in asks for its code."), "success")
    answer = redirect(came.onward if came.query else url_for("security.index"), code=303)
    cookies.set_session(answer, secret)
    context.forget_session()
    return answer


@bp.get("/remove")
@citizen
def removal() -> ResponseReturnValue:
    """Say what removing it means, and ask for the password."""
    if not services().authentication.has_code_app(signed_in().account_id):
        return redirect(url_for("authenticator.index"), code=303)
    return _removal_page()


@bp.post("/remove")
@citizen
@limited("sign_in")
@own_transactions
def remove() -> ResponseReturnValue:
    """Take the app away."""
    typed = text(_PASSWORD)
    if not typed:
        return _removal_page(_("Enter your password."))
    try:
        services().authentication.remove_code_app(signed_in(), password=typed)
    except SignInRefusedError:
        return _removal_page(_("This is not your password."))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    flash(_("Your authenticator app is removed. Your password alone signs you in."), "success")
    return _to_security()


def _to_security() -> Response:
    return redirect(url_for("security.index"), code=303)


def _confirm_page(came: Arrival, app: CodeApp, problem: str | None = None) -> ResponseReturnValue:
    found = () if problem is None else (Problem(_CODE, problem),)
    uri = one_time.key_uri(app.secret, account=sign_in_name(), issuer=_issuer())
    page = render_template(
        "citizen/security/authenticator_confirm.html",
        came=came,
        asking=came.asking,
        problems=found,
        picture=qr.draw(uri),
        uri=uri,
        key=one_time.key_text(app.secret),
    )
    return page, 422 if found else 200


def _removal_page(problem: str | None = None) -> ResponseReturnValue:
    found = () if problem is None else (Problem(_PASSWORD, problem),)
    page = render_template("citizen/security/authenticator_remove.html", problems=found, login=sign_in_name())
    return page, 422 if found else 200


def _issuer() -> str:
    """Name this provider as people know it from their address bar."""
    return urlsplit(services().settings.issuer).netloc
