"""Sign in a device that has no browser of its own: type its code, see what it is, and go on as for any service.

A code proves nothing about who shows it (RFC 8628 §5.4): whoever is lured into typing a stranger's code would sign the
stranger's device in. So the page says which service asks and since when, and nothing goes on before that was seen,
also when the code came along in the address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from idp.crypto import secrets
from idp.crypto.typed_codes import normalised, spelt
from idp.protocol.device_approval import take_up
from idp.web import cookies, limits
from idp.web.access import public
from idp.web.citizen.wording import began
from idp.web.context import current_session, onward, services
from idp.web.forms import Problem
from idp.web.languages import current
from idp.web.pages import page_blueprint
from idp.web.problems import TooManyRequestsError

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from idp.clients.values import Client
    from idp.tokens.devices import Waiting

bp = page_blueprint("device", __name__, url_prefix="/device")

UNPROCESSABLE = 422


@bp.get("")
@public
def form() -> ResponseReturnValue:
    """Ask for the code; one that came along in the address is filled in and nothing more (§3.3.1)."""
    return _ask(_spelt(request.args.get("user_code", "")))


@bp.post("")
@public
def look() -> ResponseReturnValue:
    """Show what the code stands for, before anything happens."""
    typed = request.form.get("user_code", "")
    if not typed.strip():
        return _ask("", problem=str(_("Enter the code that the device shows."))), UNPROCESSABLE
    found = _found(typed)
    if found is None:
        return _ask(typed, problem=_unknown()), UNPROCESSABLE
    waiting, client = found
    return render_template(
        "citizen/device_confirm.html",
        code=_spelt(typed),
        service=client.name(current()),
        run_by=client.organisation.legal_name,
        self_registered=client.dynamic,
        since=began(waiting.created_at, now=services().clock.now()),
    )


@bp.post("/confirm")
@public
def confirm() -> ResponseReturnValue:
    """Begin the sign-on in this browser, or refuse the device."""
    typed = request.form.get("user_code", "")
    found = _found(typed)
    if found is None:
        return _ask(typed, problem=_unknown()), UNPROCESSABLE
    waiting, _client = found
    if request.form.get("action") != "continue":
        services().devices.deny(waiting.digest)
        return redirect(url_for("device.denied"), code=303)
    browser = cookies.flow() or secrets.token()
    answer: Response = make_response(redirect(onward(take_up(waiting, browser=browser, services=services())), code=303))
    if cookies.flow() != browser:
        cookies.set_flow(answer, browser)
    return answer


@bp.get("/approved")
@public
def approved() -> ResponseReturnValue:
    """Say that the device goes on by itself."""
    return render_template("citizen/device_done.html", shared=True)


@bp.get("/denied")
@public
def denied() -> ResponseReturnValue:
    """Say that the device gets nothing."""
    return render_template("citizen/device_done.html", shared=False)


def _found(typed: str) -> tuple[Waiting, Client] | None:
    """Find the device that shows this code, and the service that it is for; counts a try (§5.1)."""
    session = current_session()
    waits = [limits.exceeded("user_code")]
    if session is not None:
        # A stranger with many addresses still has one account.
        waits.append(limits.exceeded("user_code", whose=f"account {session.account_id}"))
    if wait := max(filter(None, waits), default=None):
        raise TooManyRequestsError(retry_after=wait)
    waiting = services().devices.typed(typed)
    client = None if waiting is None else services().clients.get(waiting.client_id)
    return None if waiting is None or client is None or not client.approved else (waiting, client)


def _ask(code: str, *, problem: str | None = None) -> str:
    problems = [] if problem is None else [Problem(field="user-code", message=problem)]
    return render_template("citizen/device.html", code=code, problem=problem, problems=problems)


def _unknown() -> str:
    return str(_("No device waits with this code. Check the letters; a code holds for a few minutes and works once."))


def _spelt(code: str) -> str:
    letters = normalised(code)
    return "" if letters is None else spelt(letters)
