"""What a row keeps shut: the address itself, and the citizen's own that it forwards to.

The server has to open it whenever a letter comes, so the key is the server's: derived from the key-encryption secret,
for this and nothing else. A copied table shows neither; table and secret together show both.
"""

import json
from dataclasses import dataclass, field
from typing import Final

from idp.crypto.sealing import derive, seal, unseal

#: Every box has one length, so that none tells how long its address is.
_PADDED: Final = 480


@dataclass(frozen=True, slots=True)
class Way:
    """From where to where."""

    local: str = field(repr=False)
    #: Empty where there is none.
    target: str = field(repr=False)
    #: Which of the citizen's details it is.
    attribute_id: str


class Ways:
    """Seals and opens, each box for one row."""

    def __init__(self, secret: bytes) -> None:
        """Derive the keys from a secret of the server's."""
        self._key = derive(secret, purpose="private addresses")
        #: Marks our envelope senders.
        self.marking = derive(secret, purpose="bounces of private addresses")

    def seal(self, way: Way, *, row: str) -> bytes:
        """Seal for the row with this id."""
        words = json.dumps([way.local, way.target, way.attribute_id]).encode()
        return seal(self._key, words.ljust(_PADDED), context=b"private address:" + row.encode())

    def open(self, sealed: bytes, *, row: str) -> Way:
        """Open the box of a row.

        :raises SealBrokenError: it is another row's, or was changed.
        """
        local, target, attribute_id = json.loads(unseal(self._key, sealed, context=b"private address:" + row.encode()))
        return Way(local, target, attribute_id)
