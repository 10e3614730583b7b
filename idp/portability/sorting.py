"""Sorting out what a file would bring: details are checked as if typed, and what can be worked out is not believed."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from idp.activity.records import EntryRecord, moment
from idp.claims.catalogue import Catalogue
from idp.claims.cleaning import clean
from idp.claims.errors import InvalidDetailError
from idp.claims.formats import validate
from idp.clients.service import ClientService
from idp.clients.values import ClientState
from idp.consent.values import Decision
from idp.crypto.sealing import KEY_BYTES
from idp.crypto.secrets import identifier, unb64url
from idp.portability.errors import FileRefusedError
from idp.portability.format import ChoiceRecord, DetailRecord, Everything, LedgerRecord, PersonaRecord
from idp.portability.values import Arrival, Chain, MovedChoice, MovedPersona
from idp.vault.errors import PersonaNameError
from idp.vault.faces import MAX_PERSONAS, colour, persona_name
from idp.vault.policy import MAX_ATTRIBUTES, MAX_LABEL, MAX_VALUES_OF_A_CLAIM, subject
from idp.vault.values import MAIN, Attribute, Document, Face, Source

_ID: Final = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_LONGEST: Final = 200
_LONGEST_WORD: Final = 300
_MOST: Final = 2000
_MOST_CHAINS: Final = 20
_BASIS: Final = re.compile(r"[0-9a-f]{0,32}", re.ASCII)


def sort_out(
    file: Everything,
    *,
    broken: int | None,
    catalogue: Catalogue,
    clients: ClientService,
    languages: Collection[str],
    today: date,
) -> Arrival:
    """Give what of a file can come in.

    What checked a detail does not: nobody but the citizen vouches for a file. Choices come for services that are here
    under the same client id and whose identifier the seed gives here too.

    :raises FileRefusedError: it lacks what every file has, or has what cannot be.
    """
    try:
        main = next(each for each in file.personas if each.id == MAIN)
        seed, made_at = _seed(main), moment(file.made_at)
        attributes, refused = _attributes(main, catalogue, today)
        personas, refused_there = _personas(file, attributes, catalogue, today)
    except (StopIteration, ValueError, OverflowError):
        raise FileRefusedError("unreadable") from None
    chains = (*file.earlier, file.activity)
    _check_bounds(file, chains)
    held = {MAIN: (seed, attributes)} | {each.id: (each.seed, each.attributes) for each in personas}
    choices, elsewhere = _choices(file, held, catalogue, clients)
    return Arrival(
        made_by=_short(file.made_by),
        made_at=made_at,
        sign_in_name=_short(file.account.sign_in_name),
        seed=seed,
        attributes=attributes,
        personas=personas,
        refused=tuple(dict.fromkeys((*refused, *refused_there))),
        unchecked=sum(each.checked_at is not None for each in main.details),
        choices=choices,
        elsewhere=elsewhere,
        chains=tuple(_chain(each, file.made_by) for each in chains if each.entries),
        broken=broken,
        language=file.account.language if file.account.language in languages else None,
    )


def _personas(
    file: Everything, main: Collection[Attribute], catalogue: Catalogue, today: date
) -> tuple[tuple[MovedPersona, ...], tuple[str, ...]]:
    """Give the personas beside the main one, and the names of details of theirs that cannot be kept here."""
    found: dict[str, MovedPersona] = {}
    refused: list[str] = []
    for record in file.personas:
        if record.id == MAIN:
            continue
        if _ID.fullmatch(record.id) is None or record.id in found or len(found) == MAX_PERSONAS:
            raise ValueError
        name = _persona_name(record.name, others=[each.face.name for each in found.values()])
        attributes, lost = _attributes(record, catalogue, today, main=main)
        refused += lost
        face = Face(name=name, colour=colour(record.colour), created_at=moment(record.made_at or file.made_at))
        found[record.id] = MovedPersona(record.id, face, _seed(record), attributes)
    if len({record.seed for record in file.personas}) != len(file.personas):
        # Two that share a seed would be one person to every service.
        raise ValueError
    return tuple(found.values()), tuple(refused)


def _persona_name(typed: str, *, others: Collection[str]) -> str:
    try:
        return persona_name(typed, others=others)
    except PersonaNameError:
        raise ValueError from None


def _seed(persona: PersonaRecord) -> bytes:
    seed = unb64url(persona.seed)
    if len(seed) != KEY_BYTES or len(persona.details) > MAX_ATTRIBUTES:
        raise ValueError
    return seed


def _attributes(
    persona: PersonaRecord, catalogue: Catalogue, today: date, *, main: Collection[Attribute] = ()
) -> tuple[tuple[Attribute, ...], tuple[str, ...]]:
    """Give the details that can be kept here, and names of those that cannot. Plain values come before other ones.

    :param main: of a persona, the main details, of which it holds copies.
    """
    copied = {each.id: replace(each, follows=True) for each in main}
    kept: dict[str, Attribute] = {}
    refused: list[str] = []
    for record in sorted(persona.details, key=lambda each: bool(each.language)):
        document = Document(version=1, seed=b"", login="", attributes=tuple(kept.values()))
        attribute = copied.get(record.id) if record.follows else None
        if attribute is None or attribute.claim != record.claim:
            attribute = _attribute(record, document, catalogue, today)
        if attribute is None or attribute.id in kept:
            refused.append(_short(record.claim))
        else:
            kept[attribute.id] = attribute
    in_order = [each.id for each in persona.details]
    there = sorted(kept.values(), key=lambda each: in_order.index(each.id) if each.id in in_order else len(in_order))
    return tuple(there), tuple(dict.fromkeys(refused))


def _attribute(record: DetailRecord, held: Document, catalogue: Catalogue, today: date) -> Attribute | None:
    definition = catalogue.find(record.claim)
    if definition is None or definition.accompanies:
        return None
    if record.language:
        room = definition.languages and record.language in catalogue.value_languages and held.values(record.claim)
        if not room or record.language in held.in_languages(record.claim):
            return None
    elif len(held.values(record.claim)) >= (MAX_VALUES_OF_A_CLAIM if definition.multiple else 1):
        return None
    try:
        value = validate(definition, record.value, today=today)
        label = clean(record.label, claim=record.claim, limit=MAX_LABEL, part="label")
    except InvalidDetailError:
        return None
    if not record.language and any(each.value == value for each in held.values(record.claim)):
        return None
    return Attribute(
        id=record.id if _ID.fullmatch(record.id) else identifier(),
        claim=record.claim,
        value=value,
        source=Source(),
        added_at=moment(record.added_at),
        changed_at=moment(record.changed_at),
        label=label,
        language=record.language,
    )


def _choices(
    file: Everything,
    held: Mapping[str, tuple[bytes, tuple[Attribute, ...]]],
    catalogue: Catalogue,
    clients: ClientService,
) -> tuple[tuple[MovedChoice, ...], tuple[str, ...]]:
    moved: dict[str, MovedChoice] = {}
    elsewhere: list[str] = []
    for record in file.choices:
        if record.stopped_at is not None or record.duration == "once" or not record.pinned:
            continue
        client = clients.get(record.service)
        seed, attributes = held.get(record.persona, (b"", ()))
        here = client is not None and client.state is ClientState.APPROVED and seed
        if client is None or not here or subject(seed, client.sector) != record.sub:
            elsewhere.append(_short(record.service_name))
        else:
            details = {each.id for each in attributes}
            moved.setdefault(record.service, _choice(record, details, catalogue))
    return tuple(moved.values()), tuple(dict.fromkeys(elsewhere))


def _choice(record: ChoiceRecord, details: Collection[str], catalogue: Catalogue) -> MovedChoice:
    return MovedChoice(
        client_id=record.service,
        persona=record.persona,
        sub=record.sub,
        decisions=tuple(_decisions(record, details, catalogue)),
        since=_moment(record.since),
        changed_at=_moment(record.changed_at),
    )


def _decisions(record: ChoiceRecord, details: Collection[str], catalogue: Catalogue) -> Iterator[Decision]:
    seen: set[str] = set()
    for each in record.decisions:
        known = catalogue.find(each.claim) is not None and catalogue.find(each.form) is not None
        if known and catalogue.covers(each.claim, each.form) and each.claim not in seen:
            seen.add(each.claim)
            picked = each.detail if each.detail in details else None
            basis = each.basis if _BASIS.fullmatch(each.basis) else ""
            yield Decision(each.claim, each.allowed, each.form, picked, basis)


def _check_bounds(file: Everything, chains: Collection[LedgerRecord]) -> None:
    """Refuse what nobody's life holds, and what no page could show."""
    entries = (entry for chain in chains for entry in chain.entries)
    names = sum(len(chain.services) for chain in chains)
    if len(file.choices) > _MOST or names > _MOST or len(chains) > _MOST_CHAINS or not all(map(_can_be_shown, entries)):
        raise FileRefusedError("unreadable")


def _can_be_shown(entry: EntryRecord) -> bool:
    words = (entry.kind or "", entry.service or "", *entry.details, *entry.facts, *entry.facts.values())
    return len(words) <= _LONGEST and all(len(word) <= _LONGEST_WORD for word in words)


def _chain(ledger: LedgerRecord, made_by: str) -> Chain:
    services = {name: _short(text) for name, text in ledger.services.items()}
    return Chain(_short(ledger.account), _short(ledger.kept_by or made_by), tuple(ledger.entries), services)


def _moment(text: str) -> datetime:
    try:
        return moment(text)
    except (ValueError, OverflowError):
        raise FileRefusedError("unreadable") from None


def _short(text: str) -> str:
    """Cut a text of a stranger to what a page can show."""
    return "".join(letter for letter in text[:_LONGEST] if letter.isprintable())
