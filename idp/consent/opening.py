"""What the page "Choose what to share" opens with, before anything is ticked. Pure."""

from __future__ import annotations

from dataclasses import replace

from idp.consent.compose import Situation
from idp.consent.ending import day_typed
from idp.consent.holdings import candidates, kept_as
from idp.consent.policy import ASKS_A_PART, acceptable_forms
from idp.consent.values import Choices, Duration, Reason


def opening_choices(at: Situation, choices: Choices | None, *, select_all: bool) -> Choices:
    """Return the choices to show: what was submitted, or at first only what the service cannot do without.

    :param select_all: tick everything that could be sent as well.
    """
    asked = frozenset(claim.name for claim in at.asked)
    essential = asked & frozenset(at.assessment.essential)
    shown = choices or _brought_along(at, asked, essential) or _first_choices(at, essential)
    if not select_all:
        return shown
    # What the citizen does not hold would only ask them to type it: ticking that stays their own doing.
    held = {
        claim.name
        for claim in at.asked
        if kept_as(claim.name, catalogue=at.catalogue).name in shown.typed
        or candidates(at.document, claim, catalogue=at.catalogue, today=at.today)
    }
    return replace(shown, allowed=shown.allowed | essential | held)


def _first_choices(at: Situation, essential: frozenset[str]) -> Choices:
    """Return what the page opens with; where a day was named before, and still counts, that day."""
    grant = at.grant
    if grant is None or grant.duration is not Duration.UNTIL or at.difference.reason not in ASKS_A_PART:
        return Choices(allowed=essential)
    return Choices(allowed=essential, duration=grant.duration, until=day_typed(grant.reconfirm_at))


def _brought_along(at: Situation, asked: frozenset[str], essential: frozenset[str]) -> Choices | None:
    """Return what the citizen had chosen at the provider that they come from, to be confirmed; else None."""
    if at.grant is None or at.difference.reason is not Reason.MOVED:
        return None
    before = {each.claim: each.form for each in at.grant.decisions if each.claim in asked and each.allowed}
    offered = {claim.name: acceptable_forms(claim, register=at.client.register) for claim in at.asked}
    forms = {name: form for name, form in before.items() if form in offered[name]}
    return Choices(allowed=essential | before.keys(), forms=forms)
