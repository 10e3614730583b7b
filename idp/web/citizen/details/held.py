"""What the vault holds, as the pages about it show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from idp.claims import languages
from idp.claims.display import display
from idp.claims.values import ClaimDefinition, Sensitivity
from idp.consent.page import Origin
from idp.consent.values import Grant
from idp.vault.values import MAIN, Attribute, Document
from idp.web.context import personas, services, signed_in
from idp.web.languages import current


@dataclass(frozen=True, slots=True)
class Holder:
    """A service that gets a detail."""

    grant_id: str
    name: str
    #: What it gets instead of the whole detail, or None.
    smaller: str | None


@dataclass(frozen=True, slots=True)
class HeldDetail:
    """One value in the vault."""

    id: str
    claim: str
    label: str
    #: The citizen's own word for it.
    note: str = field(repr=False)
    shown: str = field(repr=False)
    masked: bool
    origin: Origin
    valid_until: datetime | None
    holders: tuple[Holder, ...]
    #: BCP 47 tag of a value in another language or script, what that is called, and which way it runs; else empty.
    language: str = field(default="", repr=False)
    language_name: str = field(default="", repr=False)
    direction: str = ""
    #: It can be added in another language.
    translatable: bool = False


@dataclass(frozen=True, slots=True)
class DetailGroup:
    """A heading, the details under it, and those that could be added."""

    name: str
    label: str
    held: tuple[HeldDetail, ...]
    #: Claim, label, and whether one is held already.
    addable: tuple[tuple[str, str, bool], ...]


def opened() -> Document | None:
    """Open the vault of the citizen at this browser; None when this session cannot."""
    session = signed_in()
    key = session.vault_key
    return None if key is None else services().vault.read(session.account_id, key)


def groups(document: Document) -> tuple[DetailGroup, ...]:
    """Sort everything under the catalogue's headings."""
    catalogue = services().catalogue
    grants = live_grants()
    return tuple(
        DetailGroup(
            name=group.name,
            label=group.label[current()],
            held=tuple(
                held(attribute, document=document, grants=grants)
                for definition in _typed(group.name)
                for plain in document.values(definition.name)
                for attribute in (plain, *_in_languages(document, definition))
            ),
            addable=tuple(
                (definition.name, definition.label[current()], bool(document.values(definition.name)))
                for definition in _typed(group.name)
                if definition.multiple or not document.values(definition.name)
            ),
        )
        for group in catalogue.groups
        if _typed(group.name)
    )


def held(attribute: Attribute, *, document: Document, grants: Sequence[Grant]) -> HeldDetail:
    """Describe one value."""
    definition = services().catalogue[attribute.claim]
    return HeldDetail(
        id=attribute.id,
        claim=attribute.claim,
        label=definition.label[current()],
        note=attribute.label,
        shown=display(services().catalogue, attribute.claim, attribute.value, language=current()),
        masked=definition.sensitivity is Sensitivity.SENSITIVE,
        origin=Origin(
            kind=attribute.source.kind,
            name=attribute.source.name,
            added_at=attribute.changed_at,
            assurer=attribute.assurer or "",
            checked_at=attribute.checked_at,
            assurance=attribute.assurance,
        ),
        valid_until=attribute.valid_until,
        holders=_holders(attribute, document=document, grants=grants),
        language=attribute.language,
        language_name=languages.name(attribute.language, current()) if attribute.language else "",
        direction=languages.direction(attribute.language) if attribute.language else "",
        translatable=definition.languages and not attribute.language,
    )


def live_grants() -> tuple[Grant, ...]:
    """Return what the citizen shares at the moment."""
    now = services().clock.now()
    return tuple(grant for grant in services().consent.shared_with(signed_in().account_id) if grant.live(now))


def service_name(client_id: str) -> str:
    """Name a service in the reader's language; by its id when it is no longer known."""
    client = services().clients.get(client_id)
    return client.name(current()).text if client else client_id


def _typed(group: str) -> tuple[ClaimDefinition, ...]:
    return tuple(definition for definition in services().catalogue if definition.group == group and definition.typed)


def _in_languages(document: Document, definition: ClaimDefinition) -> tuple[Attribute, ...]:
    return tuple(document.in_languages(definition.name).values()) if definition.languages else ()


def _holders(attribute: Attribute, *, document: Document, grants: Sequence[Grant]) -> tuple[Holder, ...]:
    return tuple(
        Holder(grant.id, service_name(grant.client_id), smaller)
        for grant in grants
        for copy, holding in _held_by(grant, attribute, document)
        for smaller in _forms(grant, copy, holding)
    )


def _held_by(grant: Grant, attribute: Attribute, document: Document) -> tuple[tuple[Attribute, Document], ...]:
    """Return a value as the persona of a grant has it, with that persona's document; nothing when it has not.

    A service that knows the citizen as a persona gets a main detail when the persona follows it.
    """
    if document.face is not None or grant.details_of == MAIN:
        return ((attribute, document),)
    held_there = next((one.document for one in personas() if one.id == grant.details_of), None)
    copy = None if held_there is None else held_there.find(attribute.id)
    return () if held_there is None or copy is None or not copy.follows else ((copy, held_there),)


def _forms(grant: Grant, attribute: Attribute, document: Document) -> tuple[str | None, ...]:
    """Return each form in which a grant gives this very value: None for the whole, else the smaller one's label."""
    if attribute.language:
        # Which languages leave is sealed with the values.
        shared = services().consent.opened(grant, session=signed_in())
        return (None,) if shared is not None and attribute.language in shared.tags(attribute.claim) else ()
    first = document.values(attribute.claim)[0]
    found: list[str | None] = []
    for decision in grant.decisions:
        definition = services().catalogue.find(decision.form)
        if not decision.allowed or definition is None:
            continue
        if (definition.derived_from or definition.name) == attribute.claim and attribute.id == (
            decision.attribute_id or first.id
        ):
            found.append(definition.label[current()] if definition.derived_from else None)
    return tuple(found)
