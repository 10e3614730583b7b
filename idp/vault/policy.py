"""What follows from a vault: pairwise identifiers, values of claims, and what may be added."""

import hashlib
import hmac
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

from idp.claims.catalogue import Catalogue
from idp.claims.cleaning import clean
from idp.claims.derivation import derive
from idp.claims.values import ClaimDefinition, ClaimValue, Format
from idp.crypto.secrets import b64url
from idp.vault.errors import DetailHeldError, TooManyDetailsError, UnknownLanguageError
from idp.vault.values import Attribute, Document, NewDetail, Slot, SlotKind

#: Slots that let an owner in by themselves. A device or an escrow helps, but is not theirs to keep.
UNLOCKING: Final = frozenset({SlotKind.PASSWORD, SlotKind.PASSKEY, SlotKind.RECOVERY})
REQUIRED_SLOTS: Final = 2
MAX_ATTRIBUTES: Final = 100
MAX_VALUES_OF_A_CLAIM: Final = 10
MAX_LABEL: Final = 40


def subject(seed: bytes, sector: str) -> str:
    """Give the subject identifier for one sector (OpenID Connect Core §8.1); 43 characters.

    The sector of a client that registered `public` is the empty one. Without the seed, which is in the vault, two
    identifiers of one citizen cannot be recognised as such.
    """
    return b64url(hmac.digest(seed, b"proffer subject\0" + sector.encode(), hashlib.sha256))


def is_ready(slots: Sequence[Slot]) -> bool:
    """Tell whether the vault may take details: its owner has shown two ways to unlock it."""
    confirmed = [slot for slot in slots if slot.confirmed_at is not None and slot.kind in UNLOCKING]
    return len(confirmed) >= REQUIRED_SLOTS


def label(claim: str, typed: str) -> str:
    """Give the citizen's own word for a value, made harmless.

    :raises InvalidDetailError: it cannot be one.
    """
    return clean(typed, claim=claim, limit=MAX_LABEL, part="label")


def check_room(document: Document, definition: ClaimDefinition, value: ClaimValue) -> None:
    """Make sure that a value may be added.

    :raises DetailHeldError: the claim takes one value and has it, or has this very value.
    :raises TooManyDetailsError: there are as many as there may be.
    """
    held = document.values(definition.name)
    if (held and not definition.multiple) or any(attribute.value == value for attribute in held):
        raise DetailHeldError(definition.name)
    if len(held) >= MAX_VALUES_OF_A_CLAIM or len(document.attributes) >= MAX_ATTRIBUTES:
        raise TooManyDetailsError


def check_language(document: Document, catalogue: Catalogue, detail: NewDetail) -> None:
    """Make sure that a value may be added in another language (OpenID Connect Core §5.2).

    :raises UnknownLanguageError: not one that is offered, or there is no plain value beside which it could stand.
    :raises DetailHeldError: there is one in this language.
    :raises TooManyDetailsError: there are as many as there may be.
    """
    offered = catalogue[detail.claim].languages and detail.language in catalogue.value_languages
    if not offered or not document.values(detail.claim):
        raise UnknownLanguageError
    held = document.in_languages(detail.claim)
    if detail.language in held:
        raise DetailHeldError(detail.claim)
    if len(held) >= MAX_VALUES_OF_A_CLAIM or len(document.attributes) >= MAX_ATTRIBUTES:
        raise TooManyDetailsError


def chosen(document: Document, claim: str, *, attribute_id: str | None = None) -> Attribute | None:
    """Give the attribute that stands for a claim: the one chosen, or else the first one added."""
    held = document.values(claim)
    if attribute_id is not None:
        return next((attribute for attribute in held if attribute.id == attribute_id), None)
    return held[0] if held else None


def claim_value(
    document: Document,
    catalogue: Catalogue,
    name: str,
    *,
    today: date,
    attribute_id: str | None = None,
    among: Collection[str] | None = None,
) -> ClaimValue | None:
    """Give the value that a document yields for any claim of the catalogue, or None.

    Derived claims are computed, `email_verified` and `phone_number_verified` follow their parent, and `updated_at` is
    the newest change, in seconds since 1970 (OpenID Connect Core §5.1).

    :param attribute_id: which of several values, for the claim itself or the one that it comes from.
    :param among: for `updated_at`, the claims that are released with it. A change of any other detail must not show.
    """
    definition = catalogue.find(name)
    if definition is None:
        return None
    if definition.accompanies:
        return _companion(document, definition, today=today, attribute_id=attribute_id, among=among)
    source = chosen(document, definition.derived_from or name, attribute_id=attribute_id)
    if source is None:
        return None
    return derive(name, source.value, today=today) if definition.derived_from else source.value


def is_checked(attribute: Attribute, *, today: date) -> bool:
    """Tell whether somebody other than the citizen vouches for a value today."""
    in_force = attribute.valid_until is None or attribute.valid_until.date() >= today
    return attribute.checked_at is not None and in_force


def _companion(
    document: Document,
    definition: ClaimDefinition,
    *,
    today: date,
    attribute_id: str | None,
    among: Collection[str] | None,
) -> ClaimValue | None:
    if definition.format is Format.BOOLEAN:
        parent = chosen(document, definition.accompanies[0], attribute_id=attribute_id)
        return None if parent is None else is_checked(parent, today=today)
    claims = definition.accompanies if among is None else set(definition.accompanies) & set(among)
    changes: list[datetime] = [attribute.changed_at for claim in claims for attribute in document.values(claim)]
    return int(max(changes).timestamp()) if changes else None
