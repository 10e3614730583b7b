"""A persona as its pages show it."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import abort, redirect, url_for
from flask_babel import gettext as _

from idp.claims.values import Fault
from idp.clients.texts import Wording
from idp.vault.errors import PersonaNameError
from idp.vault.faces import COLOURS, TAKEN
from idp.vault.personas import Persona
from idp.vault.values import Attribute, Document, VaultKey
from idp.web.citizen.details.held import HeldDetail, held, live_grants
from idp.web.context import personas, services, signed_in
from idp.web.languages import current


@dataclass(frozen=True, slots=True)
class KnownAt:
    """A service that knows a persona."""

    grant_id: str
    name: Wording


@dataclass(frozen=True, slots=True)
class Card:
    """A persona with what can be said of it in a few lines."""

    id: str
    name: str = field(repr=False)
    colour: str
    initials: str = field(repr=False)
    #: Labels of what it has, each once.
    details: tuple[str, ...]
    services: tuple[KnownAt, ...]


@dataclass(frozen=True, slots=True)
class PersonaDetail:
    """A value that a persona has, or could take over from the main details."""

    held: HeldDetail = field(repr=False)
    follows: bool
    #: In the form: what is there now is the persona's own value, and it would go.
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class PersonaGroup:
    """A heading, the details under it, and those of which the persona could have one of its own."""

    name: str
    label: str
    details: tuple[PersonaDetail, ...]
    addable: tuple[tuple[str, str, bool], ...] = ()


def key() -> VaultKey:
    """Return the vault key of this session; the list, which says what to do, when it has none."""
    held_key = signed_in().vault_key
    if held_key is None:
        abort(redirect(url_for("personas.index"), code=303))
    return held_key


def found(persona: str) -> Persona:
    """Return one of the citizen's personas; the page of 404 when there is none of that name."""
    key()
    one = next((each for each in personas() if each.id == persona), None)
    if one is None:
        abort(404)
    return one


def card(persona: Persona) -> Card:
    """Describe a persona."""
    catalogue, language = services().catalogue, current()
    claims = dict.fromkeys(one.claim for one in persona.document.attributes)
    return Card(
        id=persona.id,
        name=persona.name,
        colour=persona.colour,
        initials=persona.initials,
        details=tuple(catalogue[claim].label[language] for claim in claims),
        services=tuple(
            KnownAt(grant.id, client.name(language) if client else Wording(grant.client_id, ""))
            for grant in live_grants()
            if grant.persona == persona.id
            for client in (services().clients.get(grant.client_id),)
        ),
    )


def detail_groups(persona: Persona) -> tuple[PersonaGroup, ...]:
    """Sort what a persona has under the catalogue's headings, with what could be added of its own."""
    grants = tuple(grant for grant in live_grants() if grant.persona == persona.id)
    document = persona.document
    groups = []
    for name, label, claims in _headings():
        details = tuple(
            PersonaDetail(held(one, document=document, grants=grants), one.follows)
            for claim in claims
            for one in document.attributes
            if one.claim == claim
        )
        groups.append(PersonaGroup(name, label, details, _addable(document, claims)))
    return tuple(groups)


def choosable_groups(main: Document, persona: Document) -> tuple[PersonaGroup, ...]:
    """Sort the main details under the catalogue's headings, those that a persona follows marked."""
    groups = []
    for name, label, claims in _headings():
        details = tuple(_choosable(one, main, persona) for claim in claims for one in main.values(claim))
        groups.append(PersonaGroup(name, label, details))
    return tuple(group for group in groups if group.details)


def name_fault(error: PersonaNameError) -> str:
    """Say in the reader's language what is wrong with a name."""
    known = {
        Fault.MISSING.value: _("Enter a name for the persona."),
        TAKEN: _("You have a persona of that name already. Choose another name."),
    }
    return known.get(error.code) or services().catalogue.message(error.code, current())


def colours() -> list[tuple[str, str]]:
    """Name the colours, in the order of the page."""
    names = {
        "teal": _("Teal"),
        "plum": _("Plum"),
        "ochre": _("Ochre"),
        "moss": _("Moss"),
        "rose": _("Rose"),
        "slate": _("Slate"),
    }
    return [(colour, names[colour]) for colour in COLOURS]


def _choosable(one: Attribute, main: Document, persona: Document) -> PersonaDetail:
    copy = persona.find(one.id)
    follows = copy is not None and copy.follows
    own = any(not each.follows and not each.language for each in persona.values(one.claim))
    single = not services().catalogue[one.claim].multiple
    replaces = not follows and ((copy is not None) or (own and single))
    return PersonaDetail(held(one, document=main, grants=()), follows, replaces)


def _headings() -> list[tuple[str, str, tuple[str, ...]]]:
    catalogue = services().catalogue
    return [
        (group.name, group.label[current()], claims)
        for group in catalogue.groups
        if (claims := tuple(one.name for one in catalogue if one.group == group.name and one.typed))
    ]


def _addable(document: Document, claims: tuple[str, ...]) -> tuple[tuple[str, str, bool], ...]:
    catalogue = services().catalogue
    return tuple(
        (claim, catalogue[claim].label[current()], bool(document.values(claim)))
        for claim in claims
        if catalogue[claim].multiple or not document.values(claim)
    )
