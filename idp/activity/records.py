"""Entries as they leave in a file, and back: stable names, UTC, and all that is needed to check the chain elsewhere."""

from datetime import UTC, datetime
from typing import Any

from idp.activity.values import LinkedRow
from idp.crypto.secrets import b64url


def record_of(linked: LinkedRow) -> dict[str, Any]:
    """Write an entry. What is empty is left out; so is `previous`, which is the hash of the entry before.

    `content` is there for a deleted entry only: of any other it can be worked out.
    """
    record: dict[str, Any] = {"number": linked.sequence}
    if (row := linked.row) is not None:
        record |= {"at": utc(row.at), "kind": str(row.kind)}
        record |= {"service": row.client_id} if row.client_id is not None else {}
        record |= {"details": list(row.claims)} if row.claims else {}
        record |= {"facts": dict(row.facts)} if row.facts else {}
        if linked.content is None:
            record["link"] = "whole"
    else:
        record["deleted_by"] = linked.erased_by
        if linked.content is not None:
            record["content"] = b64url(linked.content)
    return record | {"hash": b64url(linked.hash)}


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
