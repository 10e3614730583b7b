"""Filling an empty vault with what its owner brought along: every document at once, seeds of identifiers too."""

from collections.abc import Mapping
from dataclasses import replace

from idp.activity.service import ActivityService
from idp.activity.values import Entry, Kind
from idp.storage.db import Database
from idp.vault.errors import DetailHeldError, VaultBrokenError, VaultChangedError
from idp.vault.sealed import open_document, seal_document
from idp.vault.store import SealedDocument, VaultStore
from idp.vault.values import MAIN, Document, VaultKey


class Arrivals:
    """Documents from elsewhere."""

    def __init__(self, *, db: Database, store: VaultStore, activity: ActivityService) -> None:
        self._db = db
        self._store = store
        self._activity = activity

    def is_empty(self, account_id: str, key: VaultKey) -> bool:
        """Tell whether a vault holds neither details nor personas.

        :raises VaultBrokenError: it does not open.
        """
        held = self._store.documents(account_id)
        return held.keys() == {MAIN} and not self._opened(account_id, key, held).attributes

    def arrive(self, account_id: str, key: VaultKey, documents: Mapping[str, Document]) -> None:
        """Put documents in, by persona: seed, details and face; the sign-in name stays the one of here.

        :raises DetailHeldError: something is held already.
        :raises VaultChangedError: another window was faster.
        """
        with self._db.transaction():
            held = self._store.documents(account_id)
            main = self._opened(account_id, key, held)
            if main.attributes or held.keys() != {MAIN}:
                raise DetailHeldError(next((each.claim for each in main.attributes), ""))
            for persona, document in documents.items():
                if persona == MAIN:
                    came = replace(document, version=main.version + 1, login=main.login, face=None)
                    box = self._sealed(account_id, key, persona, came)
                    if not self._store.replace_document(account_id, persona, document=box):
                        raise VaultChangedError
                    claims = tuple(dict.fromkeys(each.claim for each in came.attributes))
                    self._activity.record(Entry(account_id=account_id, kind=Kind.DETAIL_ADDED, claims=claims))
                else:
                    came = replace(document, version=1, login="")
                    box = self._sealed(account_id, key, persona, came)
                    self._store.add_document(account_id, persona, document=box)
                    self._activity.record(Entry(account_id=account_id, kind=Kind.PERSONA_ADDED))

    def _opened(self, account_id: str, key: VaultKey, held: Mapping[str, SealedDocument]) -> Document:
        box = held.get(MAIN)
        if box is None:
            raise VaultBrokenError
        return open_document(key, box.sealed, account_id=account_id, persona=MAIN, version=box.version)

    def _sealed(self, account_id: str, key: VaultKey, persona: str, document: Document) -> SealedDocument:
        box = seal_document(key, document, account_id=account_id, persona=persona)
        return SealedDocument(version=document.version, sealed=box)
