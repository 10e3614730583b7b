"""How a persona's details follow the main ones. Pure rules.

A persona's document is whole by itself: it holds copies, and each copy knows that it follows the main detail of the
same id. So a release opens one document, as before, and a grant goes stale only when its own persona changes. The price
is that a change of a main detail is carried to its followers, in the same transaction.
"""

from collections.abc import Collection
from dataclasses import replace

from idp.claims.catalogue import Catalogue
from idp.vault.values import Attribute, Document


def choose(persona: Document, main: Document, chosen: Collection[str], *, catalogue: Catalogue) -> Document:
    """Let a persona follow these main details and no others. What it holds of its own stays.

    A detail that there is one of takes the place of the persona's own one. Values in other languages come along with
    the plain one that they stand beside.
    """
    plain = [one for one in main.attributes if one.id in chosen and not one.language]
    claims = {one.claim for one in plain}
    own = tuple(one for one in persona.attributes if not one.follows and _stays(one, plain, catalogue))
    spoken = {(one.claim, one.language) for one in own if one.language}
    beside = [
        one
        for one in main.attributes
        if one.language and one.claim in claims and (one.claim, one.language) not in spoken
    ]
    copies = {one.id: replace(one, follows=True) for one in (*plain, *beside)}
    return replace(persona, attributes=_in_place(persona, own, copies))


def follow(persona: Document, main: Document, *, catalogue: Catalogue) -> Document:
    """Bring the followers of a persona up to what the main details are now; what was removed there goes here too."""
    chosen = {one.id for one in persona.attributes if one.follows}
    return choose(persona, main, chosen, catalogue=catalogue)


def _stays(own: Attribute, followed: Collection[Attribute], catalogue: Catalogue) -> bool:
    rivals = [one for one in followed if one.claim == own.claim]
    if own.language:
        return True
    if any(one.id == own.id or one.value == own.value for one in rivals):
        return False
    return not rivals or catalogue[own.claim].multiple


def _in_place(persona: Document, own: Collection[Attribute], copies: dict[str, Attribute]) -> tuple[Attribute, ...]:
    """Keep the order in which a persona's details were added: the first of several is the one that stands for them."""
    kept = {one.id: one for one in own} | copies
    before = [kept[one.id] for one in persona.attributes if one.id in kept]
    held = {one.id for one in before}
    after = (*before, *(one for one in copies.values() if one.id not in held))
    told = {one.claim for one in after if not one.language}
    # A value in another language stands beside a plain one, or not at all.
    return tuple(one for one in after if one.claim in told)
