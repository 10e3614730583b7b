"""The contact address: given, changed and removed by its owner, and confirmed from the letter that was sent to it."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.letters.errors import InvalidAddressError, LinkGoneError, MailOffError, SameAddressError
from idp.web import limits
from idp.web.access import citizen, public
from idp.web.citizen.freshness import sign_in_again
from idp.web.context import services, signed_in
from idp.web.forms import Problem, text
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.problems import TooManyRequestsError

bp = page_blueprint("contact", __name__)

_FIELD = "email"


@bp.get("/security/contact")
@citizen
def index() -> ResponseReturnValue:
    """Show where letters go, and ask for an address."""
    return sign_in_again(url_for("contact.index")) or _page()


@bp.post("/security/contact")
@citizen
@limited("mail")
def ask() -> ResponseReturnValue:
    """Have a letter sent to the address that was typed."""
    if stale := sign_in_again(url_for("contact.index")):
        return stale
    _count()
    session, typed = signed_in(), text(_FIELD)
    try:
        services().letters.contacts.ask(session.account_id, typed, browser=session.browser)
    except InvalidAddressError as refused:
        return _page(typed, _words(refused.code))
    except SameAddressError:
        return _page(typed, _("This is your contact address already."))
    except MailOffError:
        return redirect(url_for("contact.index"), code=303)
    flash(_("We have sent a letter. Open the link in it to confirm the address."), "success")
    return redirect(url_for("contact.index"), code=303)


@bp.get("/security/contact/remove")
@citizen
def removal() -> ResponseReturnValue:
    """Say what removing it means."""
    if stale := sign_in_again(url_for("contact.removal")):
        return stale
    contact = services().letters.contacts.of(signed_in().account_id)
    if contact.current is None and contact.asked is None:
        return redirect(url_for("contact.index"), code=303)
    return render_template("citizen/letters/contact_remove.html", contact=contact)


@bp.post("/security/contact/remove")
@citizen
def remove() -> ResponseReturnValue:
    """Take the address away."""
    if stale := sign_in_again(url_for("contact.removal")):
        return stale
    session = signed_in()
    services().letters.contacts.remove(session.account_id, browser=session.browser)
    flash(_("Your contact address is removed. We can no longer write to you."), "success")
    return redirect(url_for("contact.index"), code=303)


@bp.get("/contact/<secret>")
@public
def confirmation(secret: str) -> ResponseReturnValue:
    """Ask whoever reads the letter to confirm. Looking at the link must not: mail programs do that by themselves."""
    works = services().letters.contacts.can_confirm(secret)
    return render_template("citizen/letters/contact_confirm.html", works=works), 200 if works else 410


@bp.post("/contact/<secret>")
@public
@limited("recovery")
def confirm(secret: str) -> ResponseReturnValue:
    """Take the link as proof that the address is read."""
    try:
        services().letters.contacts.confirm(secret)
    except LinkGoneError:
        return render_template("citizen/letters/contact_confirm.html", works=False), 410
    return redirect(url_for("contact.confirmed"), code=303)


@bp.get("/contact")
@public
def confirmed() -> ResponseReturnValue:
    """Say that it is confirmed."""
    return render_template("citizen/letters/contact_confirmed.html")


def _page(typed: str = "", problem: str | None = None) -> ResponseReturnValue:
    letters = services().letters
    contact = letters.contacts.of(signed_in().account_id)
    if not (letters.on or contact.current):
        abort(404)
    found = () if problem is None else (Problem(_FIELD, problem),)
    page = render_template(
        "citizen/letters/contact.html",
        contact=contact,
        on=letters.on,
        typed=typed,
        problems=found,
        first="first" in request.args,
    )
    return page, 422 if found else 200


def _count() -> None:
    """Count a letter for the citizen as well: a stranger with many addresses still has one account."""
    wait = limits.exceeded("mail", whose=f"account {signed_in().account_id}")
    if wait is not None:
        raise TooManyRequestsError(retry_after=wait)


def _words(code: str) -> str:
    if code == "missing":
        return str(_("Enter your email address."))
    return str(_("Enter a whole email address, such as name@example.org."))
