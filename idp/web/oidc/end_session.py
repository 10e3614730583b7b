"""`/end-session`: where services send citizens to sign out (RP-Initiated Logout).

A POST from elsewhere brings none of our cookies, so it is carried on by GET: as what was understood of it, signed by
us, and never as the ID token, which has no business in an address. The page that asks carries the same.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeTimedSerializer

from idp.protocol.end_session import END_SESSION_PATH, Ask, LogoutRequest, NoLogoutError, Obstacle, SignedOut
from idp.protocol.http import HttpRequest, MalformedRequestError
from idp.web import company, errors, headers, limits
from idp.web.access import protocol, public
from idp.web.context import current_session, other_sessions, services
from idp.web.languages import current, remember_asked
from idp.web.oidc.channel import front_channel
from idp.web.pages import page_blueprint
from idp.web.signing_out import signed_out

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


bp = page_blueprint("end_session", __name__, url_prefix=END_SESSION_PATH)
#: What other sites may post to, which can carry no token of our forms.
posted = Blueprint("end_session_posted", __name__)

#: Name of the parameter that carries a request on, in addresses and forms of our own.
_CARRIED: Final = "request"
_CARRIED_SECONDS: Final = 3600

_OBSTACLES: Final = {
    Obstacle.REPEATED: _l("The service sent a request that can be read in two ways."),
    Obstacle.CLIENT_UNKNOWN: _l("We do not know the service that sent you here."),
    Obstacle.OTHER_CLIENT: _l("The service sent a request that belongs to another service."),
    Obstacle.ADDRESS: _l("The service asked us to send you to an address that it has not registered."),
    Obstacle.STATE_TOO_LONG: _l("The service sent a request that is too long for us to answer."),
}


@bp.get("")
@public
def begin() -> ResponseReturnValue:
    """Sign out, or ask."""
    if (wait := limits.exceeded("authorize")) is not None:
        return errors.wait_page(wait)
    try:
        understood = _understood(_sent().query)
        return _follow(front_channel().end_session.begin(understood, sessions=company.everybody()), understood)
    except MalformedRequestError as error:
        return _refused(error.status, _l("The service sent a request that we cannot read."))
    except NoLogoutError as error:
        return _refused(400, _OBSTACLES[error.obstacle])


@posted.post(END_SESSION_PATH)
@protocol
def carry() -> ResponseReturnValue:
    """Have the browser come again by GET, which brings its cookies."""
    if (wait := limits.exceeded("authorize")) is not None:
        return errors.wait_page(wait)
    try:
        sent = _sent()
        understood = front_channel().end_session.understand(sent.query + sent.form)
    except MalformedRequestError as error:
        return _refused(error.status, _l("The service sent a request that we cannot read."))
    except NoLogoutError as error:
        return _refused(400, _OBSTACLES[error.obstacle])
    answer = redirect(url_for("end_session.begin", request=_carried(understood)), code=303)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.post("/confirm")
@public
def confirm() -> ResponseReturnValue:
    """Sign the citizen whom the browser is with out, or everybody, because they said so; or stay."""
    answer = request.form.get("answer")
    if answer not in {"sign-out", "all"}:
        return redirect(url_for("home.index"), code=303)
    here = company.everybody()
    leaving = here if answer == "all" else here[:1]
    try:
        understood = _restored(request.form.get(_CARRIED, ""))
        return _follow(
            front_channel().end_session.confirm(understood, sessions=leaving),
            understood,
        )
    except NoLogoutError as error:
        return _refused(400, _OBSTACLES[error.obstacle])


@bp.get("/done")
@public
def done() -> ResponseReturnValue:
    """Say that nobody is signed in, if that is so."""
    if current_session() is not None:
        return redirect(url_for("home.index"), code=303)
    return render_template("oidc/signed_out.html")


def _follow(outcome: Ask | SignedOut, understood: LogoutRequest) -> ResponseReturnValue:
    remember_asked(understood.ui_locales, services().clock.now())
    if isinstance(outcome, SignedOut):
        return signed_out(outcome.frames, onward=outcome.onward or url_for("end_session.done"))
    if outcome.onward is not None:
        headers.allow_form_redirect(outcome.onward)
    client = outcome.client
    return render_template(
        "oidc/end_session.html",
        service="" if client is None else client.name(current()).text,
        carried=_carried(outcome.request),
        in_company=bool(other_sessions()),
    )


def _sent() -> HttpRequest:
    return HttpRequest.read(request.environ, max_bytes=services().settings.server.max_body_bytes)


def _understood(pairs: tuple[tuple[str, str], ...]) -> LogoutRequest:
    # Only our own answers send nothing but this; beside other parameters it is an unknown one.
    if len(pairs) == 1 and pairs[0][0] == _CARRIED:
        return _restored(pairs[0][1])
    return front_channel().end_session.understand(pairs)


def _carried(understood: LogoutRequest) -> str:
    return str(_serializer().dumps({name: value for name, value in asdict(understood).items() if value}))


def _restored(carried: str) -> LogoutRequest:
    """Read what we signed; anything else asks for nothing but to sign out."""
    try:
        kept: dict[str, str] = _serializer().loads(carried, max_age=_CARRIED_SECONDS)
    except BadSignature:
        return LogoutRequest()
    return front_channel().end_session.check(LogoutRequest(**kept))


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="end-session")


def _refused(status: int, reason: object) -> Response:
    """Tell the citizen; nothing has changed."""
    return errors.problem_page(
        status,
        _l("You cannot be signed out for this service"),
        reason,
        _l("You are as signed in as before. To sign out, use “Sign out” on our own pages."),
    )
