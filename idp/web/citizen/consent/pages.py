"""Choose what to share: the page on which a citizen answers a service, claim by claim.

Owns reading the form and going on; what may be asked and what a choice means is decided in `idp.consent`.
Visiting without a session, or when all is settled, goes back to the dispatcher.
"""

from __future__ import annotations

from contextlib import suppress

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.consent.errors import ChoiceInvalidError, EssentialRefusedError, GrantGoneError, UnrequestedClaimError
from idp.consent.page import ChoicePage
from idp.consent.values import Choices, Grant
from idp.web.access import public
from idp.web.citizen import wording
from idp.web.citizen.consent.asking import Asking, asking
from idp.web.citizen.consent.choices import KNOWN_AS, SHOWN_AS, read_choices
from idp.web.citizen.consent.shown import paused, render
from idp.web.context import onward, services
from idp.web.errors import problem_page
from idp.web.pages import page_blueprint

bp = page_blueprint("consent", __name__, url_prefix="/consent")
wording.register(bp)

#: What cannot be worked with: the page again, with the reason at each field.
UNPROCESSABLE = 422


@bp.get("/<interaction>")
@public
def choose(interaction: str) -> ResponseReturnValue:
    """Show what the service asks for."""
    asked = asking(interaction)
    if asked is None:
        return _onward(interaction)
    return _page(asked, asked.page()) if asked.paused is None else paused(asked)


@bp.post("/<interaction>")
@public
def decide(interaction: str) -> ResponseReturnValue:
    """Take the answer, or show the page again with everything that was chosen so far."""
    try:
        asked = asking(interaction, known_as=request.form.get(KNOWN_AS))
        if asked is None:
            return _onward(interaction)
        if (action := request.form.get("action")) == "deny":
            return _refuse(asked)
        if asked.paused is not None:
            return _resume(asked, asked.paused) if action == "resume" else paused(asked)
        choices = read_choices(request.form, catalogue=services().catalogue)
        return _share(asked, choices) if action == "allow" else _again(asked, choices, action)
    except UnrequestedClaimError:
        return _made_up()


def _share(asked: Asking, choices: Choices) -> ResponseReturnValue:
    if not _was_shown(asked):
        # What the other identity would share has not been on the page yet, so it cannot have been agreed to.
        return _page(asked, asked.page(choices=choices), status=UNPROCESSABLE, unseen=True)
    try:
        grant = asked.decide(choices)
    except EssentialRefusedError:
        return _refuse(asked)
    except ChoiceInvalidError as error:
        return _page(asked, asked.page(choices=choices, faults=error.faults), status=UNPROCESSABLE)
    services().interactions.note(asked.interaction, grant_id=grant.id)
    return _onward(asked.secret)


def _resume(asked: Asking, grant: Grant) -> ResponseReturnValue:
    # Another window may have resumed it, or stopped it: the dispatcher sees what is left to ask.
    with suppress(GrantGoneError):
        services().consent.resume(account_id=grant.account_id, grant_id=grant.id)
    return _onward(asked.secret)


def _was_shown(asked: Asking) -> bool:
    shown_as = request.form.get(SHOWN_AS, asked.known_as)
    shown = asked if shown_as == asked.known_as else asking(asked.secret, known_as=shown_as)
    return shown is not None and asked.asks_like(shown)


def _refuse(asked: Asking) -> ResponseReturnValue:
    services().consent.refuse(asked.request, session=asked.session, client=asked.client)
    services().interactions.note(asked.interaction, refused=True)
    return _onward(asked.secret)


def _again(asked: Asking, choices: Choices, action: str | None) -> Response:
    page = asked.page(choices=choices, select_all=action == "select-all")
    return _page(asked, page, preview_open=action == "preview")


def _page(
    asked: Asking, page: ChoicePage, *, status: int = 200, preview_open: bool = False, unseen: bool = False
) -> Response:
    return render(page, asked, status=status, preview_open=preview_open, unseen=unseen)


def _made_up() -> Response:
    return problem_page(
        400,
        _("Your choices did not match what is asked"),
        _("Nothing was shared."),
        _("The page may have changed since you opened it. Go back, load it again and choose once more."),
    )


def _onward(interaction: str) -> ResponseReturnValue:
    return redirect(onward(interaction), code=303)
