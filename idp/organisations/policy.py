"""What came, held against the catalogue and the vault. Pure.

`verified_claims`: https://openid.net/specs/openid-connect-4-identity-assurance-1_0.html
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from idp.claims.catalogue import Catalogue
from idp.claims.errors import InvalidDetailError
from idp.claims.formats import validate
from idp.claims.places import ADDRESS_PARTS, PLACE_PARTS
from idp.claims.values import ClaimValue, Format
from idp.organisations.errors import SubjectChangedError
from idp.organisations.values import Offer, Organisation, Said, Standing
from idp.vault.policy import MAX_VALUES_OF_A_CLAIM
from idp.vault.values import Attribute, Document

#: What is said of one person's checks is a handful; more is not looked at.
_MOST_VERIFICATIONS: Final = 5
_LONGEST: Final = 80
#: What tells whether an address or number was checked (OpenID Connect Core §5.1).
_COMPANION: Final = {"email": "email_verified", "phone_number": "phone_number_verified"}
_MEMBERS: Final = {Format.ADDRESS: frozenset(ADDRESS_PARTS), Format.PLACE: frozenset(PLACE_PARTS)}


@dataclass(frozen=True, slots=True)
class _Word:
    """One claim with how it was checked."""

    raw: object = field(repr=False)
    checked_at: datetime | None
    assurance: str


def offers(
    said: Said, organisation: Organisation, document: Document, *, catalogue: Catalogue, now: datetime
) -> tuple[Offer, ...]:
    """Lay what came beside what is held, in the order of the settings; what the organisation left out is left out.

    :raises SubjectChangedError: what is held from this organisation is about another account there.
    """
    for each in document.attributes:
        if each.source.issuer == organisation.issuer and each.source.subject != said.subject:
            raise SubjectChangedError
    found = []
    for claim, theirs in organisation.settings.details.items():
        word = _word(said, organisation, claim, theirs, now=now)
        if word is not None:
            found.append(_offer(claim, word, organisation, document, catalogue=catalogue, now=now))
    return tuple(found)


def _offer(
    claim: str, word: _Word, organisation: Organisation, document: Document, *, catalogue: Catalogue, now: datetime
) -> Offer:
    definition, raw = catalogue[claim], word.raw
    if isinstance(raw, Mapping) and definition.format in _MEMBERS:
        # They may tell more, such as the whole address once more in one text.
        raw = {name: part for name, part in raw.items() if name in _MEMBERS[definition.format] and part != ""}
    try:
        value = validate(definition, raw, today=now.date())
    except InvalidDetailError:
        return Offer(claim, Standing.UNUSABLE, None)
    held = document.values(claim)
    standing, beside = _standing(value, held, organisation, multiple=definition.multiple)
    return Offer(claim, standing, value, held=beside, checked_at=word.checked_at, assurance=word.assurance)


def _standing(
    value: ClaimValue, held: Collection[Attribute], organisation: Organisation, *, multiple: bool
) -> tuple[Standing, Attribute | None]:
    same = next((each for each in held if each.value == value), None)
    if same is not None:
        return Standing.SAME, same
    theirs = next((each for each in held if each.source.issuer == organisation.issuer), None)
    if theirs is not None:
        return Standing.RENEWED, theirs
    if not held or (multiple and len(held) < MAX_VALUES_OF_A_CLAIM):
        return Standing.NEW, None
    return Standing.DIFFERENT, next(iter(held))


def _word(said: Said, organisation: Organisation, claim: str, theirs: str, *, now: datetime) -> _Word | None:
    for verification, claims in _verifications(said.claims.get("verified_claims")):
        framework = verification.get("trust_framework")
        if framework in organisation.settings.trust_frameworks and claims.get(theirs) is not None:
            level = verification.get("assurance_level")
            named = isinstance(level, str) and 0 < len(level) <= _LONGEST
            assurance = f"{framework}, {level}" if named else str(framework)
            return _Word(claims[theirs], _moment(verification.get("time"), now=now) or now, assurance)
    raw = said.claims.get(theirs)
    if raw is None:
        return None
    companion = _COMPANION.get(claim)
    unchecked = companion is not None and said.claims.get(companion) is not True
    if unchecked or said.acr not in organisation.settings.checked_acr:
        return _Word(raw, None, "")
    return _Word(raw, now, said.acr)


def _verifications(told: object) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Read `verified_claims` strictly: one object or a list of them, each with a verification and claims."""
    listed: list[object] = told if isinstance(told, list) else [told]
    for each in listed[:_MOST_VERIFICATIONS]:
        if isinstance(each, Mapping):
            verification, claims = each.get("verification"), each.get("claims")
            if isinstance(verification, Mapping) and isinstance(claims, Mapping):
                yield verification, claims


def _moment(told: object, *, now: datetime) -> datetime | None:
    """Read when something was checked (ISO 8601 with a time zone); nothing that is to come was checked."""
    if not isinstance(told, str) or len(told) > _LONGEST:
        return None
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and moment <= now else None
