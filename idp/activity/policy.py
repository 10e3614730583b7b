"""The chain of hashes, and what an entry may say: pure rules."""

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Final

from idp.activity.errors import UndeclaredFactError
from idp.activity.values import COUNT, FACTS, SEAL, Entry, Kind, LinkedRow, Mark, Row

#: What the first row of a citizen follows.
BEGINNING: Final = bytes(32)

_SHORT: Final = re.compile(r"[\w .:/()+-]{1,60}")


def check(entry: Entry) -> None:
    """Let only declared, short facts into the ledger.

    :raises UndeclaredFactError: another fact, or one that is longer than a word or two.
    """
    if not entry.facts:
        return
    if undeclared := entry.facts.keys() - FACTS.get(entry.kind, frozenset()):
        raise UndeclaredFactError(f"{entry.kind} does not declare {', '.join(sorted(undeclared))}")
    for name, fact in entry.facts.items():
        if _SHORT.fullmatch(fact) is None:
            raise UndeclaredFactError(f"{name} is not a short word")


def content(row: Row) -> bytes:
    """Give the digest of what a row says: SHA-256, without the row before it.

    The text that is hashed is JSON with sorted names and without spaces, times in UTC to the microsecond.
    """
    return digest_of(_said(row))


def link(*, account_id: str, sequence: int, content: bytes, previous: bytes) -> bytes:
    """Give a row's hash: SHA-256 over its place, the digest of what it says, and the hash of the row before it.

    What it says is not needed, so a row that its citizen deleted still holds the chain together.
    """
    return digest_of(
        {"account": account_id, "sequence": sequence, "content": content.hex(), "previous": previous.hex()}
    )


def linked(row: Row, *, previous: bytes) -> LinkedRow:
    """Put a new row into its place."""
    said = content(row)
    hashed = link(account_id=row.account_id, sequence=row.sequence, content=said, previous=previous)
    return LinkedRow(
        account_id=row.account_id, sequence=row.sequence, row=row, content=said, previous=previous, hash=hashed
    )


def link_at_once(row: Row, *, previous: bytes) -> bytes:
    """Give the hash of a row from before rows could be deleted: over what it says and the row before it at once."""
    return digest_of({**_said(row), "previous": previous.hex()})


class Remains:
    """The seal over what is left of deleted rows, in order: place, content, link and hash of each.

    The entry that tells of a deletion carries it. Nobody can pass a row off as deleted, or put another one in the place
    of a deleted one, without that entry showing it.
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.count = 0

    def add(self, linked: LinkedRow) -> None:
        """Go on with the next deleted row."""
        self.count += 1
        self._hash.update(linked.sequence.to_bytes(8))
        self._hash.update(linked.content or bytes(32))
        self._hash.update(linked.previous + linked.hash)

    @property
    def facts(self) -> dict[str, str]:
        """Give what the entry says of them."""
        seal = urlsafe_b64encode(self._hash.digest()).rstrip(b"=").decode("ascii")
        return {COUNT: str(self.count), SEAL: seal}

    def fits(self, telling: Row | None) -> bool:
        """Tell whether the entry that a deleted row names is one that tells of these rows."""
        return telling is not None and telling.kind is Kind.ACTIVITY_DELETED and self.fit(telling.facts)

    def fit(self, facts: Mapping[str, str]) -> bool:
        """Tell whether these are the facts of an entry that tells of these rows."""
        return all(facts.get(name) == fact for name, fact in self.facts.items())


class Chain:
    """Follows one citizen's rows in order and remembers where the chain breaks.

    :param reached: to go on from where an earlier part of the check ended.
    """

    def __init__(self, reached: Mark | None = None) -> None:
        self.reached = reached or Mark(0, BEGINNING)
        #: The first sequence number that is missing, changed or out of place; None while all is well.
        self.broken: int | None = None

    def follow(self, rows: Iterable[LinkedRow]) -> None:
        """Go on with the next rows; stops at the first break."""
        for each in rows:
            if self.broken is not None:
                return
            last = self.reached
            in_place = each.sequence == last.sequence + 1 and each.previous == last.hash
            if not in_place or not _sound(each):
                self.broken = last.sequence + 1
            self.reached = Mark(last.sequence + 1, each.hash)


def _sound(each: LinkedRow) -> bool:
    """Tell whether a row's hash is the one of what stands there."""
    row, said = each.row, each.content
    if row is None and (each.erased_by or 0) <= each.sequence:
        return False
    if said is None:
        # The entry that tells of its deletion vouches for an old row that is gone.
        return row is None or each.hash == link_at_once(row, previous=each.previous)
    if row is not None and said != content(row):
        return False
    hashed = link(account_id=each.account_id, sequence=each.sequence, content=said, previous=each.previous)
    return each.hash == hashed


def _said(row: Row) -> dict[str, object]:
    return {
        "account": row.account_id,
        "sequence": row.sequence,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": str(row.kind),
        "client": row.client_id,
        "claims": row.claims,
        "facts": dict(row.facts),
    }


def digest_of(said: Mapping[str, object]) -> bytes:
    """Give SHA-256 over JSON with sorted names and without spaces."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).digest()
