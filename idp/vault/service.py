"""The citizen's details: read, added, changed and removed, always under their own key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from idp.activity.service import ActivityService
from idp.activity.values import ORGANISATION, Entry, Kind
from idp.claims.catalogue import Catalogue
from idp.claims.formats import validate
from idp.claims.values import ClaimValue
from idp.clock import Clock
from idp.crypto.secrets import identifier, random_key
from idp.storage.db import Database
from idp.vault import policy
from idp.vault.bringing import Brought, renewed
from idp.vault.emails import EMAIL, EmailsChanged, tell
from idp.vault.errors import (
    DetailHeldError,
    UnknownDetailError,
    VaultBrokenError,
    VaultChangedError,
    VaultNotReadyError,
)
from idp.vault.personas import carry
from idp.vault.sealed import open_document, seal_document
from idp.vault.slots import KeySlots
from idp.vault.store import SealedDocument, VaultStore
from idp.vault.values import MAIN, TOLD, Attribute, Document, NewDetail, SlotSecret, VaultKey


@dataclass(frozen=True, slots=True)
class _Change:
    """One step from a version of a document to the next, and how the owner's ledger names it."""

    document: Document
    kind: Kind
    claims: tuple[str, ...]
    facts: Mapping[str, str] = field(default_factory=dict)


class VaultService(KeySlots):
    """Vaults: their slots (inherited) and their sealed documents."""

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
        """Work on `store`, checking values by `catalogue` and recording changes in `activity`.

        :param emails_changed: called inside the transaction of the change.
        """
        super().__init__(store=store, clock=clock)
        self._db = db
        self._catalogue = catalogue
        self._activity = activity
        self._emails_changed = emails_changed

    def create(self, account_id: str, *, login: str, slots: Sequence[SlotSecret], persona: str = MAIN) -> VaultKey:
        """Make an empty vault that the given secrets open, and give its key."""
        key = VaultKey(random_key())
        first = Document(version=1, seed=random_key(), login=login)
        with self._db.transaction():
            for secret in slots:
                self.add_slot(account_id, key, secret)
            box = seal_document(key, first, account_id=account_id, persona=persona)
            self._store.add_document(account_id, persona, document=SealedDocument(version=1, sealed=box))
        return key

    def read(self, account_id: str, key: VaultKey, *, persona: str = MAIN) -> Document:
        """Open a persona's document.

        :raises VaultBrokenError: there is none, or it does not open under this key as what its row says that it is.
        """
        held = self._store.document(account_id, persona)
        if held is None:
            raise VaultBrokenError
        return open_document(key, held.sealed, account_id=account_id, persona=persona, version=held.version)

    def version(self, account_id: str, *, persona: str = MAIN) -> int | None:
        """Give the version of a document without opening it; None when there is none."""
        return self._store.version(account_id, persona)

    def add(
        self,
        account_id: str,
        key: VaultKey,
        *details: NewDetail,
        expected_version: int | None = None,
        persona: str = MAIN,
    ) -> Document:
        """Add details, all of them or none, and give the document with them.

        :param expected_version: the version that the citizen was looking at; None for whichever is there.
        :raises InvalidDetailError: a value cannot be one of its claim.
        :raises DetailHeldError: a claim that takes one value has one, or has this one.
        :raises TooManyDetailsError: the document is full.
        :raises UnknownLanguageError: a value in a language in which its claim cannot be held, or before the plain one.
        :raises VaultNotReadyError: fewer than two ways to unlock are confirmed.
        :raises VaultChangedError: somebody else changed the document.
        """
        if not self.ready(account_id):
            raise VaultNotReadyError

        def change(document: Document) -> _Change:
            for detail in details:
                attribute = self._attribute(document, detail)
                document = replace(document, attributes=(*document.attributes, attribute))
            return _Change(document, Kind.DETAIL_ADDED, tuple(dict.fromkeys(detail.claim for detail in details)))

        return self._write(account_id, key, persona, expected_version, change)

    def edit(
        self,
        account_id: str,
        key: VaultKey,
        attribute_id: str,
        raw: object,
        *,
        label: str | None = None,
        expected_version: int | None = None,
        persona: str = MAIN,
    ) -> Document:
        """Change a detail's value, and its label when one is given. From then on the citizen is its source.

        :raises UnknownDetailError: the document holds no such attribute.
        :raises InvalidDetailError: the value cannot be one of its claim.
        :raises DetailHeldError: another attribute of the claim has this value.
        :raises VaultChangedError: somebody else changed the document.
        """

        def change(document: Document) -> _Change:
            old = _find(document, attribute_id)
            value = self._validated(old.claim, raw)
            others = () if old.language else document.values(old.claim)
            if any(other.value == value for other in others if other.id != old.id):
                raise DetailHeldError(old.claim)
            new = replace(old, label=old.label if label is None else policy.label(old.claim, label))
            if value != old.value:
                # What was checked was the old value; nobody vouches for the new one.
                new = replace(
                    new,
                    value=value,
                    source=TOLD,
                    changed_at=self._clock.now(),
                    assurer=None,
                    checked_at=None,
                    valid_until=None,
                    assurance="",
                )
            if new != old:
                # A persona's own from now on; of main details none follows anything.
                new = replace(new, follows=False)
            attributes = tuple(new if attribute.id == old.id else attribute for attribute in document.attributes)
            return _Change(replace(document, attributes=attributes), Kind.DETAIL_CHANGED, (old.claim,))

        return self._write(account_id, key, persona, expected_version, change)

    def remove(
        self,
        account_id: str,
        key: VaultKey,
        attribute_id: str,
        *,
        expected_version: int | None = None,
        persona: str = MAIN,
    ) -> Document:
        """Remove a detail. A plain value that there is one of takes those in other languages with it.

        :raises UnknownDetailError: the document holds no such attribute.
        :raises VaultChangedError: somebody else changed the document.
        """

        def change(document: Document) -> _Change:
            old = _find(document, attribute_id)
            gone = {old.id}
            if self._catalogue[old.claim].languages and not old.language:
                gone |= {each.id for each in document.in_languages(old.claim).values()}
            attributes = tuple(attribute for attribute in document.attributes if attribute.id not in gone)
            return _Change(replace(document, attributes=attributes), Kind.DETAIL_REMOVED, (old.claim,))

        return self._write(account_id, key, persona, expected_version, change)

    def bring(
        self, account_id: str, key: VaultKey, *brought: Brought, organisation: str, expected_version: int
    ) -> Document:
        """Take over what an organisation says, all of it or nothing, and give the document with it.

        :param organisation: its id, for the ledger.
        :raises VaultError: as :meth:`add`; or what was to be replaced is not there.
        """
        if not self.ready(account_id):
            raise VaultNotReadyError

        def change(document: Document) -> _Change:
            for one in brought:
                if one.replaces is None:
                    added = self._attribute(document, one.detail)
                    document = replace(document, attributes=(*document.attributes, added))
                else:
                    old = _find(document, one.replaces)
                    value = self._validated(old.claim, one.detail.raw)
                    document = renewed(document, old, one.detail, value, now=self._clock.now())
            claims = tuple(dict.fromkeys(one.detail.claim for one in brought))
            return _Change(document, Kind.DETAIL_BROUGHT, claims, {ORGANISATION: organisation})

        return self._write(account_id, key, MAIN, expected_version, change)

    def rename(self, account_id: str, key: VaultKey, login: str) -> None:
        """Keep another sign-in name. Its owner's ledger is told by whoever changes the name.

        :raises VaultChangedError: somebody else changed the document.
        """
        document = self.read(account_id, key)
        after = replace(document, login=login, version=document.version + 1)
        box = seal_document(key, after, account_id=account_id, persona=MAIN)
        if not self._store.replace_document(
            account_id, MAIN, document=SealedDocument(version=after.version, sealed=box)
        ):
            raise VaultChangedError

    def erase(self, account_id: str) -> None:
        """Delete everything that an account keeps sealed, and every way to unlock it."""
        self._store.erase(account_id)

    def _write(
        self,
        account_id: str,
        key: VaultKey,
        persona: str,
        expected_version: int | None,
        change: Callable[[Document], _Change],
    ) -> Document:
        """Make one change to a document: read, decide, seal as the next version, replace if nobody was faster."""
        document = self.read(account_id, key, persona=persona)
        if expected_version not in (None, document.version):
            raise VaultChangedError
        made = change(document)
        if made.document == document:
            return document
        after = replace(made.document, version=document.version + 1)
        box = seal_document(key, after, account_id=account_id, persona=persona)
        with self._db.transaction():
            replacement = SealedDocument(version=after.version, sealed=box)
            if not self._store.replace_document(account_id, persona, document=replacement):
                raise VaultChangedError
            if persona == MAIN:
                carry(
                    self._store,
                    key,
                    after,
                    account_id=account_id,
                    catalogue=self._catalogue,
                    emails_changed=self._emails_changed,
                )
            entry = Entry(account_id=account_id, kind=made.kind, claims=made.claims, facts=made.facts)
            self._activity.record(entry)
            if EMAIL in made.claims:
                tell(self._emails_changed, after, account_id=account_id, persona=persona)
        return after

    def _attribute(self, document: Document, detail: NewDetail) -> Attribute:
        value = self._validated(detail.claim, detail.raw)
        if detail.language:
            policy.check_language(document, self._catalogue, detail)
        else:
            policy.check_room(document, self._catalogue[detail.claim], value)
        now = self._clock.now()
        return Attribute(
            id=identifier(),
            claim=detail.claim,
            value=value,
            source=detail.source,
            added_at=now,
            changed_at=now,
            assurer=detail.assurer,
            checked_at=detail.checked_at,
            valid_until=detail.valid_until,
            assurance=detail.assurance,
            label=policy.label(detail.claim, detail.label),
            language=detail.language,
        )

    def _validated(self, claim: str, raw: object) -> ClaimValue:
        return validate(self._catalogue[claim], raw, today=self._clock.now().date())


def _find(document: Document, attribute_id: str) -> Attribute:
    attribute = document.find(attribute_id)
    if attribute is None:
        raise UnknownDetailError
    return attribute
