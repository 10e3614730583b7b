"""Entries as they leave in a file, and back: stable names, UTC, and all that is needed to check the chain elsewhere."""

from datetime import UTC, datetime

import msgspec

from idp.activity.values import LinkedRow
from idp.crypto.secrets import b64url

#: Value of `link` for a row whose hash is over what it says and its link at once.
WHOLE = "whole"


class EntryRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An entry. What is empty is left out; so is the hash before it, which is that of the entry before."""

    number: int
    at: str | None = None
    kind: str | None = None
    service: str | None = None
    details: list[str] = []
    facts: dict[str, str] = {}
    #: The citizen deleted it: the number of the entry that tells of it.
    deleted_by: int | None = None
    #: Of a deleted entry: the digest of what it said. Of any other it can be worked out.
    content: str | None = None
    link: str | None = None
    hash: str


def record_of(linked: LinkedRow) -> EntryRecord:
    """Write an entry."""
    hashed = b64url(linked.hash)
    if (row := linked.row) is None:
        content = None if linked.content is None else b64url(linked.content)
        return EntryRecord(number=linked.sequence, deleted_by=linked.erased_by, content=content, hash=hashed)
    return EntryRecord(
        number=linked.sequence,
        at=utc(row.at),
        kind=str(row.kind),
        service=row.client_id,
        details=list(row.claims),
        facts=dict(row.facts),
        link=WHOLE if linked.content is None else None,
        hash=hashed,
    )


def utc(at: datetime) -> str:
    """Write a moment: RFC 3339 in UTC, to the microsecond, with Z."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """Read what :func:`utc` wrote.

    :raises ValueError: it is no moment, or has no zone.
    """
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("no time zone")
    return found.astimezone(UTC)
