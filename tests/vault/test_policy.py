from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.vault.errors import DetailHeldError, TooManyDetailsError
from idp.vault.policy import MAX_VALUES_OF_A_CLAIM, check_room, claim_value, is_ready, subject
from idp.vault.values import TOLD, Attribute, Document, Slot
from tests.authentication.world import CATALOGUE

AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
TODAY = date(2026, 5, 4)


def attribute(claim: str, value: object, number: int = 1, **members: object) -> Attribute:
    made = Attribute(
        id=f"{claim}-{number}",
        claim=claim,
        value=value,  # type: ignore[arg-type]
        source=TOLD,
        added_at=AT,
        changed_at=AT,
    )
    return replace(made, **members)  # type: ignore[arg-type]


def document(*attributes: Attribute) -> Document:
    return Document(version=1, seed=b"s" * 32, login="amina", attributes=attributes)


def slot(kind: str, *, confirmed: bool = True) -> Slot:
    at = AT if confirmed else None
    return Slot(id=kind, account_id="a", kind=kind, label="", confirmed_at=at, created_at=AT, used_at=None)


@given(sector=st.text(), other=st.text())
def test_a_subject_is_the_same_for_one_sector_and_differs_for_others(sector: str, other: str) -> None:
    """OpenID Connect Core §8.1."""
    seed = b"s" * 32

    assert subject(seed, sector) == subject(seed, sector)
    assert len(subject(seed, sector)) == 43
    assert (subject(seed, sector) == subject(seed, other)) == (sector == other)
    assert subject(seed, sector) != subject(b"t" * 32, sector)


def test_two_confirmed_ways_to_unlock_make_a_vault_ready() -> None:
    assert is_ready([slot("password"), slot("recovery")])
    assert is_ready([slot("passkey"), slot("recovery")])
    assert not is_ready([slot("password")])
    assert not is_ready([slot("password"), slot("recovery", confirmed=False)])
    assert not is_ready([slot("password"), slot("device"), slot("escrow")])


def test_the_first_value_stands_for_a_claim_unless_another_is_chosen() -> None:
    held = document(attribute("email", "a@example.org", 1), attribute("email", "b@example.org", 2))

    def value(attribute_id: str | None) -> object:
        return claim_value(held, CATALOGUE, "email", today=TODAY, attribute_id=attribute_id)

    assert value(None) == "a@example.org"
    assert value("email-2") == "b@example.org"
    assert value("gone") is None


def test_smaller_forms_are_computed() -> None:
    held = document(
        attribute("birthdate", "1980-03-31"),
        attribute("address", {"formatted": "…", "postal_code": "SW1A 1AA", "country": "GB"}),
    )

    def value(name: str) -> object:
        return claim_value(held, CATALOGUE, name, today=TODAY)

    assert value("age_over_18") is True
    assert value("age_over_65") is False
    assert value("postcode_area") == "SW1A"
    assert value("country") == "GB"


def test_what_is_not_held_has_no_value() -> None:
    names = [*CATALOGUE.names, "sub", "age_over_999"]

    assert [claim_value(document(), CATALOGUE, name, today=TODAY) for name in names] == [None] * len(names)


def test_an_email_that_the_citizen_told_is_not_verified() -> None:
    told = attribute("email", "a@example.org", 1)
    checked = attribute("email", "b@example.org", 2, checked_at=AT)
    lapsed = attribute("email", "c@example.org", 3, checked_at=AT, valid_until=datetime(2026, 5, 3, tzinfo=UTC))
    held = document(told, checked, lapsed)

    def verified(attribute_id: str | None) -> object:
        return claim_value(held, CATALOGUE, "email_verified", today=TODAY, attribute_id=attribute_id)

    assert verified(None) is False
    assert verified("email-2") is True
    assert verified("email-3") is False


def test_updated_at_is_the_newest_change_of_a_detail_about_the_person() -> None:
    """OpenID Connect Core §5.1: a number of seconds since 1970."""
    held = document(
        attribute("given_name", "Amina"),
        attribute("nickname", "Mina", changed_at=datetime(2026, 5, 4, 11, 0, tzinfo=UTC)),
        attribute("email", "a@example.org", changed_at=datetime(2026, 5, 4, 12, 0, tzinfo=UTC)),
    )

    def updated_at(among: set[str] | None) -> object:
        return claim_value(held, CATALOGUE, "updated_at", today=TODAY, among=among)

    assert updated_at(None) == int(datetime(2026, 5, 4, 11, 0, tzinfo=UTC).timestamp())
    assert updated_at({"given_name", "email"}) == int(AT.timestamp())
    assert updated_at({"email"}) is None


def test_a_claim_takes_one_value_unless_the_catalogue_says_more() -> None:
    held = document(attribute("nickname", "Mina"), attribute("email", "a@example.org"))

    check_room(held, CATALOGUE["email"], "b@example.org")
    with pytest.raises(DetailHeldError):
        check_room(held, CATALOGUE["nickname"], "Mimi")
    with pytest.raises(DetailHeldError):
        check_room(held, CATALOGUE["email"], "a@example.org")


def test_a_document_does_not_grow_without_end() -> None:
    emails = [attribute("email", f"a{number}@example.org", number) for number in range(MAX_VALUES_OF_A_CLAIM)]

    with pytest.raises(TooManyDetailsError):
        check_room(document(*emails), CATALOGUE["email"], "one-more@example.org")


def test_nothing_personal_is_in_a_repr() -> None:
    held = document(attribute("given_name", "Amina", label="stage name"))

    shown = repr(held) + repr(held.attributes[0])

    assert not any(secret in shown for secret in ("Amina", "amina", "stage name", "sss"))
