"""Who decides what leaves: pure rules, no I/O.

What leaves is always requested ∩ registered ∩ decided, worked out by :func:`releasable` at each release and nowhere
else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from idp.claims.catalogue import Catalogue
from idp.claims.languages import MARK, untagged
from idp.clients.values import Register
from idp.consent.errors import EssentialRefusedError, UnrequestedClaimError
from idp.consent.values import (
    Assessment,
    Choices,
    ClaimsRequest,
    Decision,
    Difference,
    Duration,
    Grant,
    Reason,
    RequestedClaim,
)

#: Reasons after which only a part is asked, and the rest of the choice holds as it was.
ASKS_A_PART: Final = frozenset({Reason.NEW_DETAIL, Reason.CHANGED_PURPOSE})


def assess(request: ClaimsRequest, *, register: Register, catalogue: Catalogue) -> Assessment:
    """Hold a request against the register.

    Only the register makes a claim essential; a service without an entry may ask, and everything is voluntary.
    Companions such as `email_verified` are not choices of their own and appear nowhere here.
    """
    names = [claim.name for claim in request.claims if not catalogue[claim.name].accompanies]
    if not register.registered:
        return Assessment((), tuple(names), (), unregistered=True)
    entries = {name: register.detail(name) for name in names}
    return Assessment(
        essential=tuple(name for name, entry in entries.items() if entry is not None and entry.essential),
        voluntary=tuple(name for name, entry in entries.items() if entry is not None and not entry.essential),
        over_asked=tuple(name for name, entry in entries.items() if entry is None),
        unregistered=False,
    )


def acceptable_forms(claim: RequestedClaim, *, register: Register) -> tuple[str, ...]:
    """Return the forms in which a claim may be given, the smallest first and itself last.

    Whether a smaller form serves the purpose is for the register to say; without an entry nobody knows. A service that
    asks for certain values can only be answered with the claim itself.
    """
    entry = register.detail(claim.name)
    if entry is None or entry.claim != claim.name or claim.accepted is not None:
        return (claim.name,)
    return (*entry.smaller, claim.name)


def basis(name: str, *, register: Register) -> str:
    """Return a fingerprint of what citizens are told about this claim: purpose, lawful basis and its own entry.

    It changes with what is said about this very claim, so that another detail added to the same use asks nobody again
    about the ones that they decided on.
    """
    if not register.registered:
        return ""
    known = register.bases.get(name)
    if known is None:
        known = register.bases[name] = _basis(name, register)
    return known


def _basis(name: str, register: Register) -> str:
    entry, use = register.detail(name), register.use_of(name)
    if entry is None or use is None:
        return ""
    told = [
        use.purpose.entries,
        use.lawful_basis.value,
        entry.claim,
        entry.reason.entries,
        entry.essential,
        entry.retention.entries,
        entry.smaller,
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def difference(
    assessment: Assessment,
    *,
    register: Register,
    grant: Grant | None,
    now: datetime,
    ask_again: bool = False,
    offline: bool = False,
    reach: Collection[str] = (),
    unseen: Collection[str] = (),
) -> Difference | None:
    """Return what has to be asked, or None when all of it is remembered.

    :param offline: the service wants to look again while the citizen is away, which is asked about like a detail.
    :param reach: where it wants to go in the citizen's name, asked about alike.
    :param unseen: claims that it wants in a language in which the citizen holds them and has not seen them leave.
    :param grant: the citizen's grant for this service, in whatever state.
    :param ask_again: the service wants the page (prompt=consent).
    """
    if (reason := _asks_everything(grant, now=now, ask_again=ask_again)) is not None or grant is None:
        reason = reason or Reason.FIRST
        return Difference(reason, tuple((name, reason) for name in assessment.offered))
    if grant.paused_at is not None:
        # Before anything else: what is new is asked once the citizen has resumed.
        return Difference(Reason.PAUSED, ())
    asked = tuple(
        (name, why)
        for name in assessment.offered
        if (why := _asks(name, grant, register=register, essential=name in assessment.essential, unseen=unseen))
        is not None
    )
    if not asked and (not offline or grant.offline) and (not reach or grant.reaches(reach)):
        return None
    reasons = {why for _, why in asked}
    headline = Reason.CHANGED_PURPOSE if Reason.CHANGED_PURPOSE in reasons else Reason.NEW_DETAIL
    return Difference(headline, asked)


def settle(
    choices: Choices,
    *,
    request: ClaimsRequest,
    assessment: Assessment,
    asked: frozenset[str],
    register: Register,
    earlier: tuple[Decision, ...],
) -> tuple[Decision, ...]:
    """Turn a submitted form into decisions: new ones for what was asked, earlier ones for the rest.

    :param asked: the claims that the page showed.
    :param earlier: decisions that still hold.
    :raises UnrequestedClaimError: the form names a claim or a form that the page did not offer.
    :raises EssentialRefusedError: a claim that the service cannot do without was refused.
    """
    shown = asked & frozenset(assessment.offered)
    if unrequested := (choices.allowed | choices.forms.keys() | choices.attributes.keys()) - shown:
        raise UnrequestedClaimError(f"{len(unrequested)} claims that were not offered")
    forms = {claim.name: acceptable_forms(claim, register=register) for claim in request.claims if claim.name in shown}
    if any(choices.forms.get(name, offered[0]) not in offered for name, offered in forms.items()):
        raise UnrequestedClaimError("a form that was not offered")
    if not (frozenset(assessment.essential) & shown) <= choices.allowed:
        raise EssentialRefusedError
    new = {
        name: Decision(
            claim=name,
            allowed=name in choices.allowed,
            form=choices.forms.get(name, forms[name][0]),
            attribute_id=choices.attributes.get(name),
            basis=basis(name, register=register),
        )
        for name in assessment.offered
        if name in shown
    }
    return (*(decision for decision in earlier if decision.claim not in new), *new.values())


def releasable(
    requested: Collection[str], *, register: Register, decisions: Collection[Decision], catalogue: Catalogue
) -> Mapping[str, Decision]:
    """Return what may leave: requested ∩ registered ∩ decided. THE rule, the same at every release.

    :returns: the claim names that leave, each with the decision that lets it. A companion leaves only with a claim that
        it accompanies. A name with a language leaves only with the claim itself, and of its values only those were ever
        sealed whose language the citizen saw when they decided.
    """
    leaving = {
        decision.form: decision
        for decision in decisions
        if decision.allowed
        and decision.claim in requested
        and (not register.registered or register.detail(decision.claim) is not None)
        and catalogue.covers(decision.claim, decision.form)
    }
    companions = {
        companion: decision
        for form, decision in leaving.items()
        for companion in catalogue.companions(form)
        if companion in requested
    }
    in_languages = {
        name: leaving[claim]
        for name in requested
        if MARK in name and (claim := untagged(name)) in leaving and catalogue[claim].languages
    }
    return companions | leaving | in_languages


def _asks_everything(grant: Grant | None, *, now: datetime, ask_again: bool) -> Reason | None:
    if grant is None or grant.prepared:
        return Reason.FIRST
    if grant.withdrawn_at is not None:
        return Reason.STOPPED
    if grant.moved:
        return Reason.MOVED
    if grant.duration is Duration.ONCE:
        return Reason.ONCE_ONLY
    if not grant.stands(now):
        return Reason.ENDED if grant.duration is Duration.UNTIL else Reason.EXPIRED
    return Reason.SERVICE_ASKS if ask_again and grant.paused_at is None else None


def _asks(name: str, grant: Grant, *, register: Register, essential: bool, unseen: Collection[str]) -> Reason | None:
    decision = grant.decision(name)
    if decision is None:
        return Reason.NEW_DETAIL
    if decision.basis != basis(name, register=register):
        return Reason.CHANGED_PURPOSE
    if decision.allowed and name in unseen:
        return Reason.NEW_DETAIL
    # Agreed to once and since removed from the vault: asked again, so that it can be given, instead of an error.
    return Reason.NEW_DETAIL if essential and decision.form not in grant.claims else None
