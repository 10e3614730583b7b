"""`/authorize`: where services send citizens, and where our pages send them back to.

POST is open to other sites (OIDC Core §3.1.2.1 requires it), so it carries no form token: like GET it only begins a
request, and whatever a citizen decides is decided on a page of ours that has one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from idp.protocol.authorization import Again, Answered, Page, Visit
from idp.protocol.dispatch import Consent, Repair, SelectAccount, SignIn, SignUp, StepUp, Unlock
from idp.protocol.http import HttpRequest, MalformedRequestError
from idp.protocol.refusals import NoReplyError, Obstacle
from idp.protocol.responder import FormPost, Redirect, Reply
from idp.protocol.specifications import AUTHORIZE_PATH
from idp.web import cookies, errors, headers, limits
from idp.web.access import protocol
from idp.web.context import current_session, other_sessions, services
from idp.web.languages import remember_asked_now
from idp.web.oidc.channel import front_channel
from idp.web.state import page_state

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.datastructures import Headers

bp = Blueprint("oidc", __name__)

_PAGES: Final[dict[type[Page], str]] = {
    SignIn: "sign_in.form",
    SignUp: "sign_up.form",
    SelectAccount: "choose_account.form",
    StepUp: "step_up.form",
    Unlock: "vault.index",
    Repair: "repair.index",
    Consent: "consent.choose",
}

_OBSTACLES: Final = {
    Obstacle.CLIENT_UNKNOWN: _l("We do not know the service that sent you here."),
    Obstacle.CLIENT_NOT_OPEN: _l("The service that sent you here may not use this sign-in at the moment."),
    Obstacle.REDIRECT_URI: _l("The service asked us to send you to an address that it has not registered."),
    Obstacle.STATE_TOO_LONG: _l("The service sent a request that is too long for us to answer."),
    Obstacle.REPEATED: _l("The service sent a request that can be read in two ways."),
    Obstacle.REQUEST_OBJECT: _l("The service sent a signed request that we cannot accept."),
}


class _Exact(Response):
    """An answer whose Location leaves as it was built.

    Werkzeug would encode it anew, and so change an address that was compared character by character.
    """

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:  # noqa: ARG002 - Werkzeug's signature
        """Give the headers as they are; they are complete."""
        return self.headers


@bp.route(AUTHORIZE_PATH, methods=["GET", "POST"])
@protocol
def authorize() -> Response:
    """Begin a service's request, or go on with one after a page."""
    # Only what has to be stored counts, or was signed by nobody: those who are answered at once may be a whole town
    # behind one address.
    if (wait := limits.spent("authorize")) is not None:
        return errors.wait_page(wait)
    pairs: tuple[tuple[str, str], ...] = ()
    try:
        sent = HttpRequest.read(request.environ, max_bytes=services().settings.server.max_body_bytes)
        pairs = sent.query + sent.form
        return _outcome(pairs)
    except MalformedRequestError as error:
        return _not_sent_on(error.status, _l("The service sent a request that we cannot read."))
    except NoReplyError as error:
        remember_asked_now(next((value for name, value in pairs if name == "ui_locales"), ""))
        if error.obstacle is Obstacle.REQUEST_OBJECT:
            limits.exceeded("authorize")
        if error.obstacle is Obstacle.REQUEST_GONE:
            return errors.step_expired()
        return _not_sent_on(400, _OBSTACLES[error.obstacle])


def _outcome(pairs: tuple[tuple[str, str], ...]) -> Response:
    authorization = front_channel().authorization
    if request.method == "POST" and cookies.session_secret() is None and cookies.flow() is None:
        carried = authorization.carry(pairs)
        if not isinstance(carried, Answered) or carried.in_vain:
            limits.exceeded("authorize")
        if isinstance(carried, Answered):
            return reply(carried.reply)
        return _by_get(carried)
    session, others, browser = current_session(), other_sessions(), cookies.flow()
    # Only our own pages send nothing but an interaction; beside other parameters it is an unknown one.
    if len(pairs) == 1 and pairs[0][0] == "interaction":
        outcome = authorization.resume(pairs[0][1], session=session, browser=browser, others=others)
    else:
        outcome = authorization.begin(pairs, session=session, browser=browser, others=others)
        if isinstance(outcome, Visit) or outcome.in_vain:
            limits.exceeded("authorize")
    if isinstance(outcome, Answered):
        answer = reply(outcome.reply)
        here = others if session is None else (session, *others)
        cookies.keep_states(answer, [each.secret for each in here])
        return answer
    return _to_page(outcome)


def reply(answer: Reply) -> Response:
    """Send the browser to the service with its answer."""
    if isinstance(answer, FormPost):
        return _form_post(answer)
    return _see_other(answer)


def _see_other(answer: Redirect) -> Response:
    headers = {
        "Location": answer.location,
        "Content-Length": "0",
        "Cache-Control": "no-store",
        # The service must not learn the address that the citizen came from, which may carry its own request.
        "Referrer-Policy": "no-referrer",
    }
    return _Exact(status=303, headers=headers)


def _form_post(answer: FormPost) -> Response:
    # It may be open in a window of the service's own, which has to stay tied to it.
    page_state().for_service = True
    remember_asked_now(answer.ui_locales)
    response = make_response(render_template("oidc/form_post.html", action=answer.action, fields=answer.fields))
    # No form-action: browsers apply it to the redirects that follow a submission as well, and where the service
    # sends the citizen next is not ours to know. The page holds one form, to an address that was registered.
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{headers.nonce()}'; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    # Without a referrer browsers would send `Origin: null`, which services rightly refuse.
    response.headers["Referrer-Policy"] = "strict-origin"
    return headers.secure(response)


def _by_get(again: Again) -> Response:
    to = url_for("oidc.authorize", client_id=again.client_id, request_uri=again.request_uri)
    return _see_other(Redirect(to))


def _to_page(visit: Visit) -> Response:
    response = _see_other(Redirect(url_for(_PAGES[type(visit.page)], interaction=visit.interaction)))
    if cookies.flow() != visit.browser:
        cookies.set_flow(response, visit.browser)
    return response


def _not_sent_on(status: int, reason: object) -> Response:
    """Tell the citizen, because there is no service that could be told safely (RFC 6749 §4.1.2.1)."""
    return errors.problem_page(
        status,
        _l("You cannot be signed in to this service"),
        reason,
        _l("Nothing was shared. Go back to the service and tell whoever runs it; they can put this right."),
    )
