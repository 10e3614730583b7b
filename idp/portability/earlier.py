"""What happened before a citizen moved here: chains of other providers, sealed in parts, read and never added to."""

from collections.abc import Iterator
from typing import Final

import msgspec

from idp.activity.records import EntryRecord
from idp.crypto.sealing import seal, unseal
from idp.portability.format import LedgerRecord
from idp.portability.store import PortabilityStore
from idp.portability.values import Chain, EarlierPage
from idp.vault.values import VaultKey

#: Entries of one part, which is one page.
PART: Final = 50


class _About(msgspec.Struct, frozen=True):
    """What part 0 says."""

    account: str
    kept_by: str
    services: dict[str, str]


class EarlierLedgers:
    """Chains from before."""

    def __init__(self, *, store: PortabilityStore) -> None:
        self._store = store

    def add(self, account_id: str, key: VaultKey, chain: Chain) -> None:
        """Keep a chain after those that are there."""
        ledger = max(self._store.ledgers(account_id), default=0) + 1
        self._store.add_ledger(
            account_id,
            ledger,
            (_sealed(key, content, account_id, ledger, part) for part, content in enumerate(_parts(chain))),
        )

    def are_there(self, account_id: str) -> bool:
        """Tell whether there is anything from before."""
        return bool(self._store.ledgers(account_id))

    def page(self, account_id: str, key: VaultKey, number: int) -> EarlierPage | None:
        """Give one page, the latest being number 1; None where there is none."""
        places = [
            (ledger, part)
            for ledger, last in reversed(self._store.ledgers(account_id).items())
            for part in range(last, 0, -1)
        ]
        if not 1 <= number <= len(places):
            return None
        ledger, part = places[number - 1]
        about = self._about(account_id, key, ledger)
        entries = msgspec.json.decode(self._opened(account_id, key, ledger, part), type=list[EntryRecord])
        return EarlierPage(
            kept_by=about.kept_by,
            account=about.account,
            services=about.services,
            entries=tuple(reversed(entries)),
            newer=number - 1 if number > 1 else None,
            older=number + 1 if number < len(places) else None,
        )

    def records(self, account_id: str, key: VaultKey) -> list[LedgerRecord]:
        """Give all of it for a file."""
        return [self._record(account_id, key, ledger) for ledger in self._store.ledgers(account_id)]

    def _record(self, account_id: str, key: VaultKey, ledger: int) -> LedgerRecord:
        about = self._about(account_id, key, ledger)
        entries = [
            entry
            for part, sealed in self._store.parts(account_id, ledger)
            if part
            for entry in msgspec.json.decode(
                unseal(key.secret, sealed, context=_context(account_id, ledger, part)), type=list[EntryRecord]
            )
        ]
        return LedgerRecord(account=about.account, kept_by=about.kept_by, services=about.services, entries=entries)

    def _about(self, account_id: str, key: VaultKey, ledger: int) -> _About:
        return msgspec.json.decode(self._opened(account_id, key, ledger, 0), type=_About)

    def _opened(self, account_id: str, key: VaultKey, ledger: int, part: int) -> bytes:
        sealed = self._store.part(account_id, ledger, part) or b""
        return unseal(key.secret, sealed, context=_context(account_id, ledger, part))


def _parts(chain: Chain) -> Iterator[bytes]:
    yield msgspec.json.encode(_About(chain.account, chain.kept_by, dict(chain.services)))
    for start in range(0, len(chain.entries), PART):
        yield msgspec.json.encode(chain.entries[start : start + PART])


def _sealed(key: VaultKey, content: bytes, account_id: str, ledger: int, part: int) -> bytes:
    return seal(key.secret, content, context=_context(account_id, ledger, part))


def _context(account_id: str, ledger: int, part: int) -> bytes:
    return f"earlier_activity\0{account_id}\0{ledger}\0{part}".encode()
