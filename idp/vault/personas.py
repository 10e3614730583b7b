"""Personas: several faces of one citizen, each with details and identifiers of its own.

A persona is a document of the vault beside the main one. Its name and colour are inside it, so the database shows how
many there are and nothing else. Which services know a citizen as which persona is for `idp.consent`.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from idp.activity.service import ActivityService
from idp.activity.values import Entry, Kind
from idp.claims.catalogue import Catalogue
from idp.clock import Clock
from idp.crypto.secrets import identifier, random_key
from idp.storage.db import Database
from idp.vault import faces
from idp.vault.emails import EmailsChanged, tell
from idp.vault.errors import (
    TooManyDetailsError,
    TooManyPersonasError,
    UnknownPersonaError,
    VaultBrokenError,
    VaultChangedError,
)
from idp.vault.following import choose, follow
from idp.vault.policy import MAX_ATTRIBUTES
from idp.vault.sealed import open_document, seal_document
from idp.vault.store import SealedDocument, VaultStore
from idp.vault.values import MAIN, Document, Face, VaultKey


@dataclass(frozen=True, slots=True)
class Persona:
    """A persona with everything that it holds, open."""

    id: str
    face: Face
    document: Document = field(repr=False)

    @property
    def name(self) -> str:
        """Return what its owner calls it."""
        return self.face.name

    @property
    def colour(self) -> str:
        """Return the colour by which its owner finds it."""
        return self.face.colour

    @property
    def initials(self) -> str:
        """Return the letters that stand for its name."""
        return faces.initials(self.face.name)


class Personas:
    """The use cases of having several faces."""

    def __init__(
        self,
        *,
        db: Database,
        store: VaultStore,
        catalogue: Catalogue,
        activity: ActivityService,
        clock: Clock,
        emails_changed: EmailsChanged | None = None,
    ) -> None:
        self._emails_changed = emails_changed
        self._db = db
        self._store = store
        self._catalogue = catalogue
        self._activity = activity
        self._clock = clock

    def all(self, account_id: str, key: VaultKey) -> tuple[Persona, ...]:
        """Return a citizen's personas, the oldest first; the main one is none of them. One statement.

        :raises VaultBrokenError: one does not open.
        """
        found = (
            _opened(key, box, account_id=account_id, persona=name)
            for name, box in self._store.documents(account_id).items()
            if name != MAIN
        )
        return tuple(sorted(found, key=_age))

    def find(self, account_id: str, key: VaultKey, persona: str) -> Persona:
        """Return one persona.

        :raises UnknownPersonaError: the citizen has no such persona.
        """
        box = None if persona == MAIN else self._store.document(account_id, persona)
        if box is None:
            raise UnknownPersonaError
        return _opened(key, box, account_id=account_id, persona=persona)

    def add(self, account_id: str, key: VaultKey, *, name: object, colour: str) -> Persona:
        """Make a persona without details.

        :raises PersonaNameError: the name is not one, or another persona has it.
        :raises TooManyPersonasError: there are as many as there may be.
        """
        others = self.all(account_id, key)
        if len(others) >= faces.MAX_PERSONAS:
            raise TooManyPersonasError
        face = Face(
            name=faces.persona_name(name, others=[other.name for other in others]),
            colour=faces.colour(colour),
            created_at=self._clock.now(),
        )
        document = Document(version=1, seed=random_key(), login="", face=face)
        return self._keep(account_id, key, identifier(), document)

    def rename(self, account_id: str, key: VaultKey, persona: str, *, name: object, colour: str) -> None:
        """Give a persona another name or colour.

        :raises UnknownPersonaError: the citizen has no such persona.
        :raises PersonaNameError: the name is not one, or another persona has it.
        :raises VaultChangedError: another window changed the persona.
        """
        held = self.find(account_id, key, persona)
        others = [other.name for other in self.all(account_id, key) if other.id != persona]
        face = replace(held.face, name=faces.persona_name(name, others=others), colour=faces.colour(colour))
        self._change(account_id, key, held, replace(held.document, face=face))

    def choose(
        self, account_id: str, key: VaultKey, persona: str, chosen: Collection[str], *, expected_version: int
    ) -> None:
        """Let a persona follow these main details and no others; what it holds of its own stays.

        :param chosen: ids of main details; one that is gone meanwhile counts for nothing.
        :param expected_version: of the persona's document, as the citizen saw it.
        :raises UnknownPersonaError: the citizen has no such persona.
        :raises TooManyDetailsError: together with its own ones they are too many.
        :raises VaultChangedError: another window changed the persona.
        """
        held = self.find(account_id, key, persona)
        if held.document.version != expected_version:
            raise VaultChangedError
        main = self._store.document(account_id, MAIN)
        if main is None:
            raise VaultBrokenError
        source = open_document(key, main.sealed, account_id=account_id, persona=MAIN, version=main.version)
        after = choose(held.document, source, chosen, catalogue=self._catalogue)
        if len(after.attributes) > MAX_ATTRIBUTES:
            raise TooManyDetailsError
        self._change(account_id, key, held, after)

    def remove(self, account_id: str, persona: str) -> None:
        """Delete a persona with its details and its seed. What services know of it is for the caller to end first.

        :raises UnknownPersonaError: the citizen has no such persona.
        """
        if persona == MAIN:
            raise UnknownPersonaError
        with self._db.transaction():
            if not self._store.remove_document(account_id, persona):
                raise UnknownPersonaError
            self._activity.record(Entry(account_id=account_id, kind=Kind.PERSONA_REMOVED))

    def _keep(self, account_id: str, key: VaultKey, persona: str, document: Document) -> Persona:
        made = _as_persona(persona, document)
        box = seal_document(key, document, account_id=account_id, persona=persona)
        with self._db.transaction():
            self._store.add_document(account_id, persona, document=SealedDocument(version=document.version, sealed=box))
            self._activity.record(Entry(account_id=account_id, kind=Kind.PERSONA_ADDED))
        return made

    def _change(self, account_id: str, key: VaultKey, held: Persona, after: Document) -> None:
        if after == held.document:
            return
        with self._db.transaction():
            replace_sealed(self._store, key, after, account_id=account_id, persona=held.id)
            tell(self._emails_changed, after, account_id=account_id, persona=held.id)
            self._activity.record(Entry(account_id=account_id, kind=Kind.PERSONA_CHANGED))


def carry(
    store: VaultStore,
    key: VaultKey,
    main: Document,
    *,
    account_id: str,
    catalogue: Catalogue,
    emails_changed: EmailsChanged | None = None,
) -> None:
    """Carry a change of the main details to every persona that follows them. Belongs in the change's transaction.

    Only a persona that something changes for becomes a newer version, so what others share stays as it is.

    :raises VaultChangedError: another window changed a persona at this very moment.
    """
    for name, box in store.documents(account_id).items():
        if name == MAIN:
            continue
        try:
            document = open_document(key, box.sealed, account_id=account_id, persona=name, version=box.version)
        except VaultBrokenError:
            # It can release nothing either. One damaged persona must not keep the main details from being corrected.
            continue
        after = follow(document, main, catalogue=catalogue)
        if after != document:
            replace_sealed(store, key, after, account_id=account_id, persona=name)
            tell(emails_changed, after, account_id=account_id, persona=name)


def replace_sealed(store: VaultStore, key: VaultKey, after: Document, *, account_id: str, persona: str) -> None:
    """Seal a changed document as the next version, in the place of the one that it was made from.

    :param after: with the version that it was made from.
    :raises VaultChangedError: that version is not there any more.
    """
    newer = replace(after, version=after.version + 1)
    box = seal_document(key, newer, account_id=account_id, persona=persona)
    if not store.replace_document(account_id, persona, document=SealedDocument(newer.version, box)):
        raise VaultChangedError


def _opened(key: VaultKey, box: SealedDocument, *, account_id: str, persona: str) -> Persona:
    document = open_document(key, box.sealed, account_id=account_id, persona=persona, version=box.version)
    return _as_persona(persona, document)


def _as_persona(persona: str, document: Document) -> Persona:
    if document.face is None:
        raise VaultBrokenError
    return Persona(persona, document.face, document)


def _age(persona: Persona) -> tuple[datetime, str]:
    return persona.face.created_at, persona.id
