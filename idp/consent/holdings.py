"""What a citizen holds of what is asked: pure questions to an open vault document."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from idp.claims.catalogue import Catalogue
from idp.claims.values import ClaimDefinition
from idp.consent.values import ClaimsRequest, RequestedClaim
from idp.vault.policy import claim_value
from idp.vault.values import Attribute, Document


def kept_as(name: str, *, catalogue: Catalogue) -> ClaimDefinition:
    """Return the detail that the vault keeps for a claim: itself, or the one that it is derived from."""
    definition = catalogue[name]
    return catalogue[definition.derived_from] if definition.derived_from else definition


def candidates(
    document: Document, claim: RequestedClaim, *, catalogue: Catalogue, today: date
) -> tuple[Attribute, ...]:
    """Return the held values that answer a request. One that the service would not take counts as not held."""
    held = document.values(kept_as(claim.name, catalogue=catalogue).name)
    if claim.accepted is None:
        return held
    return tuple(
        attribute
        for attribute in held
        if claim.accepts(claim_value(document, catalogue, claim.name, today=today, attribute_id=attribute.id))
    )


def can_be_typed(document: Document, claim: RequestedClaim, *, catalogue: Catalogue, today: date) -> bool:
    """Tell whether the citizen may type the detail in: nothing fitting is held, and there is room for it."""
    definition = kept_as(claim.name, catalogue=catalogue)
    if not definition.typed or candidates(document, claim, catalogue=catalogue, today=today):
        return False
    return definition.multiple or not document.values(definition.name)


def languages_wished(request: ClaimsRequest, held: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """Return, per claim, the languages whose values a request would get of those that are held."""
    found: dict[str, tuple[str, ...]] = {}
    for wish in request.languages:
        tag = wish.met_by(held.get(wish.claim, ()))
        if tag is not None and tag not in found.get(wish.claim, ()):
            found[wish.claim] = (*found.get(wish.claim, ()), tag)
    return found


def languages_shown(
    request: ClaimsRequest, document: Document, *, decided: Mapping[str, Collection[str]]
) -> dict[str, tuple[str, ...]]:
    """Return, per claim, the languages whose values the page shows: those wished for, and those agreed to before."""
    claims = dict.fromkeys((*(wish.claim for wish in request.languages), *decided))
    held = {claim: document.in_languages(claim) for claim in claims}
    wished = languages_wished(request, held)
    shown = {
        claim: tuple(tag for tag in held[claim] if tag in wished.get(claim, ()) or tag in decided.get(claim, ()))
        for claim in claims
    }
    return {claim: tags for claim, tags in shown.items() if tags}
