"""Failures as pages: what happened, what to do next, and nothing about the inside.

Failures on protocol routes that nobody caught answer JSON, as an OAuth client expects. A 500 names
a reference under which the log holds the details.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException, TooManyRequests

from idp.authentication.errors import SessionEndedError
from idp.interactions.errors import InteractionGoneError
from idp.web import headers
from idp.web.access import Audience, audience_of
from idp.web.context import current_session
from idp.web.problems import ForeignFormError, StaleFormError, TooManyRequestsError

if TYPE_CHECKING:
    from flask import Flask

_log = logging.getLogger(__name__)

#: Status -> template. Every other 4xx shows the page of 400, every other 5xx that of 500.
TEMPLATES = {
    400: "errors/bad_request.html",
    401: "errors/forbidden.html",
    403: "errors/forbidden.html",
    404: "errors/not_found.html",
    405: "errors/method_not_allowed.html",
    413: "errors/too_large.html",
    429: "errors/too_many.html",
    500: "errors/unexpected.html",
}

_WAIT_MINIMUM = 1


def init_app(app: Flask) -> None:
    """Answer every failure of the application."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StaleFormError, lambda _error: _form_page(_l("This page is too old to send")))
    app.register_error_handler(ForeignFormError, lambda _error: _form_page(_l("This was not sent from our page")))
    app.register_error_handler(InteractionGoneError, lambda _error: step_expired())
    app.register_error_handler(SessionEndedError, _session_ended)
    app.register_error_handler(TooManyRequestsError, _too_many)
    app.register_error_handler(Exception, _unexpected)


def problem_page(status: int, title: object, *paragraphs: object) -> Response:
    """Show a problem in words of the caller's own (translated, without details of the inside)."""
    return page("errors/problem.html", status, title=title, paragraphs=paragraphs)


def page(template: str, status: int, **values: object) -> Response:
    """Render an error page with the page headers."""
    return headers.secure(make_response(render_template(template, **values), status))


def step_expired() -> Response:
    """Tell that a sign-on in flight has ended: too old, finished, or begun in another browser."""
    return page("errors/step_expired.html", 410)


def wait_page(seconds: int) -> Response:
    """Ask for patience; the answer carries ``Retry-After`` in seconds (RFC 9110 §10.2.3)."""
    seconds = max(seconds, _WAIT_MINIMUM)
    answer = page(TEMPLATES[429], 429, seconds=seconds, minutes=-(-seconds // 60))
    answer.headers["Retry-After"] = str(seconds)
    return answer


def log_unexpected(error: Exception) -> str:
    """Log a failure that nobody foresaw; gives the reference under which the log has it."""
    reference = secrets.token_hex(4)
    # The exception's text may quote input, hence personal values: the log keeps its type and its places.
    frames = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    _log.error(
        "unexpected failure %s: %s at %s",
        reference,
        type(error).__name__,
        frames[-1] if frames else "an unknown place",
        extra={"reference": reference, "failure": type(error).__name__, "frames": frames},
    )
    return reference


def _session_ended(_error: SessionEndedError) -> Response:
    """Send a citizen whose session can no longer open the vault to sign in again."""
    session = current_session()
    if session is not None and session.vault_key is None:
        # Alive, and only its vault is shut.
        return headers.secure(make_response(redirect(url_for("vault.index"), code=303)))
    return headers.secure(make_response(redirect(url_for("sign_in.form", again="yes"), code=303)))


def _form_page(title: object) -> Response:
    return page("errors/form.html", 403, title=title)


def _too_many(error: TooManyRequestsError) -> Response:
    if _is_protocol():
        answer = jsonify(error="temporarily_unavailable", error_description="too many requests")
        answer.status_code = 429
        answer.headers["Retry-After"] = str(error.retry_after)
        answer.headers["Cache-Control"] = "no-store"
        return answer
    return wait_page(error.retry_after)


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        # abort(response) or a redirect: the answer is made already.
        return make_response(error.response)
    if isinstance(error, TooManyRequests):
        return _too_many(TooManyRequestsError(retry_after=60))
    status = error.code or 500
    if _is_protocol():
        return _protocol_answer(status)
    template = TEMPLATES.get(status) or TEMPLATES[_kind(status)]
    answer = page(template, status, reference=None)
    # Allow of a 405, Retry-After of a 503: what HTTP itself says must survive our page.
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def _unexpected(error: Exception) -> Response:
    reference = log_unexpected(error)
    if current_app.testing and current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    if _is_protocol():
        return _protocol_answer(500)
    return page(TEMPLATES[500], 500, reference=reference)


def _kind(status: int) -> HTTPStatus:
    """Tell whose fault a status is: 400 for the caller's, 500 for ours."""
    ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return HTTPStatus.INTERNAL_SERVER_ERROR if ours else HTTPStatus.BAD_REQUEST


def _protocol_answer(status: int) -> Response:
    answer = jsonify(error="invalid_request" if _kind(status) == HTTPStatus.BAD_REQUEST else "server_error")
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _is_protocol() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return audience_of(view) is Audience.PROTOCOL
