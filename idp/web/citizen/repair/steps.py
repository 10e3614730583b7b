"""The steps of putting an account right, one page each. Each goes back to the list, which knows what comes next."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.authentication.errors import PasswordRefusedError, SlowDownError
from idp.consent.errors import GrantGoneError
from idp.repair.errors import NotLockedError, NotProvedError
from idp.repair.values import Step
from idp.web import cookies, errors
from idp.web.access import citizen, while_locked
from idp.web.citizen import refusals
from idp.web.citizen.arriving import arrival
from idp.web.citizen.entrance.recovery_code import shown_once
from idp.web.citizen.sharing.shown import shared
from idp.web.context import services, sign_in_name, signed_in
from idp.web.forms import Problem, text
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("repair_steps", __name__, url_prefix="/repair")

_View = TypeVar("_View", bound=Callable[..., ResponseReturnValue])
_PASSWORD = "password"  # noqa: S105 - the name of a field


def proved(view: _View) -> _View:
    """Send whoever has not shown who they are back to where that is asked; stands under the other decorators."""

    @wraps(view)
    def guard(*args: object, **kwargs: object) -> ResponseReturnValue:
        try:
            if services().repair.proof(signed_in(), browser=cookies.repair()).given:
                return view(*args, **kwargs)
        except (NotLockedError, NotProvedError):
            pass
        return _back()

    return guard  # type: ignore[return-value] # wraps keeps the view's own type


@bp.get("/ways")
@citizen
@while_locked
@proved
def ways() -> ResponseReturnValue:
    """List the ways in, those that are new marked."""
    found = services().repair.ways(signed_in())
    return render_template("citizen/repair/ways.html", came=arrival(), ways=found)


@bp.post("/ways/remove")
@citizen
@while_locked
@proved
def remove_way() -> ResponseReturnValue:
    """Take one away."""
    kind, way_id = text("account"), text("id")
    services().repair.remove_way(signed_in(), kind=kind, way_id=way_id, browser=cookies.repair())
    flash(_("It is removed and signs nobody in any more."), "success")
    return redirect(arrival().to("repair_steps.ways"), code=303)


@bp.post("/seen/<any(ways,sharing,contact):step>")
@citizen
@while_locked
@proved
def seen(step: str) -> ResponseReturnValue:
    """Note that a step was looked at."""
    services().repair.see(signed_in(), Step(step), browser=cookies.repair())
    return _back()


@bp.get("/password")
@citizen
@while_locked
@proved
def password() -> ResponseReturnValue:
    """Ask for a new password."""
    return _vault_first() or _password_page()


@bp.post("/password")
@citizen
@while_locked
@limited("sign_in")
@own_transactions
@proved
def replace_password() -> ResponseReturnValue:
    """Set it; every other browser is signed out."""
    typed = text(_PASSWORD)
    if not typed:
        return _password_page(_("Enter a new password."))
    try:
        services().repair.replace_password(signed_in(), new=typed, browser=cookies.repair())
    except PasswordRefusedError as refused:
        return _password_page(refusals.of_password(refused.code), refusals.hints(refused.hints))
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    return _back()


@bp.get("/recovery-code")
@citizen
@while_locked
@proved
def code() -> ResponseReturnValue:
    """Say why a new code is needed."""
    return _vault_first() or render_template("citizen/repair/code.html", came=arrival())


@bp.post("/recovery-code")
@citizen
@while_locked
@limited("sign_in")
@proved
def renew_code() -> ResponseReturnValue:
    """Make a new code and show it; confirming it comes back here."""
    came = arrival()
    made = services().repair.renew_code(signed_in(), browser=cookies.repair())
    return shown_once(made, query=came.query or {"next": url_for("repair.index")}, new_account=False)


@bp.get("/sharing")
@citizen
@while_locked
@proved
def sharing() -> ResponseReturnValue:
    """Show what has been shared since."""
    found = [shared(grant) for grant in services().repair.sharing(signed_in())]
    return render_template("citizen/repair/sharing.html", came=arrival(), found=found)


@bp.post("/sharing/stop")
@citizen
@while_locked
@proved
def stop_sharing() -> ResponseReturnValue:
    """Stop sharing with a service; it is told."""
    try:
        services().repair.stop_sharing(signed_in(), grant_id=text("id"), browser=cookies.repair())
    except GrantGoneError:
        flash(_("That sharing had ended already."), "info")
    else:
        flash(_("Stopped. The service has been told."), "success")
    return redirect(arrival().to("repair_steps.sharing"), code=303)


@bp.get("/contact")
@citizen
@while_locked
@proved
def contact() -> ResponseReturnValue:
    """Show where letters go."""
    session, repair = signed_in(), services().repair
    return render_template(
        "citizen/repair/contact.html",
        came=arrival(),
        contact=services().letters.contacts.of(session.account_id),
        before=repair.address_before(session),
        reported_at=repair.reported_at(session),
    )


@bp.post("/contact")
@citizen
@while_locked
@proved
def change_contact() -> ResponseReturnValue:
    """Put the address before back, or take the one that is there away."""
    session = signed_in()
    if request.form.get("action") == "restore":
        services().repair.restore_address(session, browser=cookies.repair())
    elif request.form.get("action") == "remove":
        services().letters.contacts.remove(session.account_id, browser=session.browser)
    return redirect(arrival().to("repair_steps.contact"), code=303)


def _password_page(problem: str | None = None, hints: tuple[str, ...] = ()) -> ResponseReturnValue:
    found = () if problem is None else (Problem(_PASSWORD, problem),)
    page = render_template(
        "citizen/repair/password.html",
        came=arrival(),
        problems=found,
        hints=hints,
        minimum=services().settings.passwords.minimum_length,
        login=sign_in_name(),
    )
    return page, 422 if found else 200


def _vault_first() -> ResponseReturnValue | None:
    """Send whoever cannot open the vault to open it, or to begin a new one: nothing can be wrapped before."""
    return redirect(arrival().to("vault.index"), code=303) if signed_in().vault_key is None else None


def _back() -> ResponseReturnValue:
    return redirect(arrival().to("repair.index"), code=303)
