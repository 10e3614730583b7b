"""Chains that were kept elsewhere and came in a file: checked by the same rules, whatever their entries say."""

from collections.abc import Iterable

from idp.activity import policy
from idp.activity.records import WHOLE, EntryRecord, moment
from idp.activity.values import Kind, LinkedRow
from idp.crypto.secrets import unb64url


def first_broken(account: str, entries: Iterable[EntryRecord]) -> int | None:
    """Give the number of the first entry that is missing, changed or out of place; None when the chain is whole.

    A kind that this version does not know is hashed like any other.
    """
    previous = policy.BEGINNING
    deleted: dict[int, policy.Remains] = {}
    telling: dict[int, dict[str, str]] = {}
    for number, entry in enumerate(entries, start=1):
        try:
            sound = entry.number == number and _follow(account, entry, previous, deleted)
            previous = unb64url(entry.hash)
        except (ValueError, OverflowError):
            sound = False
        if not sound:
            return number
        if entry.kind == Kind.ACTIVITY_DELETED:
            telling[number] = entry.facts
    told = all(remains.fit(telling.get(by, {})) for by, remains in deleted.items())
    return None if told and telling.keys() == deleted.keys() else min((*telling, *deleted), default=1)


def _follow(account: str, entry: EntryRecord, previous: bytes, deleted: dict[int, policy.Remains]) -> bool:
    hashed = unb64url(entry.hash)
    content = unb64url(entry.content) if entry.content is not None else None
    if entry.deleted_by is not None:
        # What was deleted says nothing any more: no hash would cover it.
        speaks = any((entry.at, entry.kind, entry.service, entry.details, entry.facts))
        if speaks or entry.deleted_by <= entry.number:
            return False
        left = LinkedRow(account, entry.number, None, content, previous, hashed, entry.deleted_by)
        deleted.setdefault(entry.deleted_by, policy.Remains()).add(left)
        return content is None or hashed == _link(account, entry.number, content, previous)
    if entry.at is None or entry.kind is None:
        return False
    said = {
        "account": account,
        "sequence": entry.number,
        "at": moment(entry.at).isoformat(timespec="microseconds"),
        "kind": entry.kind,
        "client": entry.service,
        "claims": entry.details,
        "facts": entry.facts,
    }
    if entry.link == WHOLE:
        return hashed == policy.digest_of({**said, "previous": previous.hex()})
    return hashed == _link(account, entry.number, policy.digest_of(said), previous)


def _link(account: str, number: int, content: bytes, previous: bytes) -> bytes:
    return policy.link(account_id=account, sequence=number, content=content, previous=previous)
