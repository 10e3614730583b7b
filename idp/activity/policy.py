"""The chain of hashes, and what an entry may say: pure rules."""

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import UTC
from typing import Final

from idp.activity.errors import UndeclaredFactError
from idp.activity.values import FACTS, Entry, LinkedRow, Row

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


def link(row: Row, *, previous: bytes) -> bytes:
    """Give a row's hash: SHA-256 over everything it says and the hash of the row before it.

    The text that is hashed is JSON with sorted names and without spaces, times in UTC to the microsecond.
    """
    said = {
        "account": row.account_id,
        "sequence": row.sequence,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": row.kind.value,
        "client": row.client_id,
        "claims": row.claims,
        "facts": dict(row.facts),
        "previous": previous.hex(),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).digest()


class Chain:
    """Follows one citizen's rows in order and remembers where the chain breaks."""

    def __init__(self) -> None:
        self._last = BEGINNING
        self._next = 1
        #: The first sequence number that is missing, changed or out of place; None while all is well.
        self.broken: int | None = None

    def follow(self, rows: Iterable[LinkedRow]) -> None:
        """Go on with the next rows; stops at the first break."""
        for linked in rows:
            if self.broken is not None:
                return
            sound = (
                linked.row.sequence == self._next
                and linked.previous == self._last
                and linked.hash == link(linked.row, previous=self._last)
            )
            if not sound:
                self.broken = self._next
            self._last = linked.hash
            self._next += 1
