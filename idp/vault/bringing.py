"""Details that an organisation tells: how they take their place in a document. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from idp.claims.values import ClaimValue
from idp.vault.values import Attribute, Document, NewDetail


@dataclass(frozen=True, slots=True)
class Brought:
    """One detail that the citizen decided to take over."""

    detail: NewDetail
    #: The attribute whose place it takes; None adds one.
    replaces: str | None = None


def renewed(document: Document, old: Attribute, new: NewDetail, value: ClaimValue, *, now: datetime) -> Document:
    """Put an organisation's word in the place of what was held; the citizen's own label stays."""
    attribute = replace(
        old,
        value=value,
        source=new.source,
        changed_at=now,
        assurer=new.assurer,
        checked_at=new.checked_at,
        valid_until=new.valid_until,
        assurance=new.assurance,
    )
    attributes = tuple(attribute if each.id == old.id else each for each in document.attributes)
    return replace(document, attributes=attributes)
