"""A service wants to be surer who is there: only what is missing is asked for, and its request is kept meanwhile."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.authentication.errors import CodeAppError, CodeRefusedError, SlowDownError
from idp.authentication.levels import CODE_AMR, SYNCED_PASSKEY_AMR
from idp.web import context, cookies, errors
from idp.web.access import citizen
from idp.web.citizen.arriving import Arrival
from idp.web.context import Pending, services, signed_in
from idp.web.forms import Problem, text
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("step_up", __name__, url_prefix="/step-up")

_CODE = "code"


@bp.get("/<interaction>")
@citizen
def form(interaction: str) -> ResponseReturnValue:
    """Ask for the passkey or the code, or offer to set one up first."""
    return _page(context.pending(interaction))


@bp.post("/<interaction>")
@citizen
@limited("sign_in")
@own_transactions
def submit(interaction: str) -> ResponseReturnValue:
    """Check the code, or note that the citizen goes on without one."""
    pending, typed = context.pending(interaction), text(_CODE)
    if request.form.get("answer") == "without":
        services().interactions.note(pending.interaction, step_up_declined=True)
        return redirect(context.onward(interaction), code=303)
    if not typed.strip():
        return _page(pending, _("Enter the code that your app shows."))
    try:
        secret = services().authentication.step_up(signed_in(), typed)
    except CodeRefusedError:
        wrong = _("This is not the code of this moment, or it was used before. Wait for the next one.")
        return _page(pending, wrong)
    except CodeAppError:
        return _page(pending)
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    context.forget_session()
    answer = redirect(context.onward(interaction), code=303)
    cookies.set_session(answer, secret)
    return answer


def _page(pending: Pending, problem: str | None = None) -> ResponseReturnValue:
    found = () if problem is None else (Problem(_CODE, problem),)
    by_code, by_passkey = _ways(pending)
    page = render_template(
        "citizen/entrance/step_up.html",
        came=Arrival(pending=pending),
        asking=Arrival(pending=pending).asking,
        problems=found,
        by_code=by_code,
        by_passkey=by_passkey,
        has_app=by_code and services().authentication.has_code_app(signed_in().account_id),
        has_passkey=by_passkey and bool(services().passkeys.of(signed_in().account_id)),
        insists=_insists(pending),
    )
    return page, 422 if found else 200


def _ways(pending: Pending) -> tuple[bool, bool]:
    """Tell whether a code, and whether a passkey, reaches a level that the service would take."""
    parameters, levels = pending.interaction.parameters, services().authentication.levels
    asked = services().consent.request(parameters.get("scope", "").split(), parameters.get("claims"))
    wanted = set(asked.acr_values)
    if not asked.acr_essential:
        wanted |= set(parameters.get("acr_values", "").split() or pending.client.default_acr_values)
    return bool(wanted & levels.met(CODE_AMR)), bool(wanted & levels.met(SYNCED_PASSKEY_AMR))


def _insists(pending: Pending) -> bool:
    """Whether the service takes nothing less (OIDC Core §5.5.1.1), so that going back is the end of its request."""
    parameters = pending.interaction.parameters
    asked = services().consent.request(parameters.get("scope", "").split(), parameters.get("claims"))
    return asked.acr_essential
