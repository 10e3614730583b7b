from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.claims.catalogue import Catalogue
from idp.claims.errors import InvalidDetailError
from idp.claims.formats import validate
from idp.resources import config

CATALOGUE = Catalogue.load(config("claims.toml"))
TODAY = date(2026, 5, 4)
HOME = {"street_address": "1 Hill St", "locality": "Northtown", "postal_code": "sw1a1aa", "country": "UK"}


def valid(claim: str, raw: object) -> Any:
    return validate(CATALOGUE[claim], raw, today=TODAY)


def fault(claim: str, raw: object) -> tuple[str, str | None]:
    with pytest.raises(InvalidDetailError) as refused:
        valid(claim, raw)
    assert str(raw) not in str(refused.value) or not raw
    return str(refused.value.code), refused.value.part


@pytest.mark.parametrize(
    ("claim", "raw", "value"),
    [
        ("given_name", "  Amina   Sara ", "Amina Sara"),
        ("given_name", "Zoe\u0308", "Zo\u00eb"),
        ("given_name", "Null", "Null"),
        ("family_name", "نور\u200cالدین", "نور\u200cالدین"),
        ("family_name", "\u200fالسيد\u200e", "السيد"),
        ("email", "Amina@EXAMPLE.org", "Amina@example.org"),
        ("phone_number", "+44 (0)20 7946 0018", "+442079460018"),
        ("phone_number", "+٢٠ ٢ ٢٧٩٤ ٠٠١٨", "+20227940018"),
        ("phone_number", "+44 20 7946 0018 ext. 12", "+442079460018;ext=12"),
        ("birthdate", "1980-03-31", "1980-03-31"),
        ("birthdate", "1980-3-1", "1980-03-01"),
        ("birthdate", {"day": "31", "month": "3", "year": "1980"}, "1980-03-31"),
        ("birthdate", {"day": "٣١", "month": "٣", "year": "١٩٨٠"}, "1980-03-31"),
        ("birthdate", {"day": "", "month": "", "year": "1980"}, "1980"),
        ("birthdate", "1980", "1980"),
        ("birthdate", "2004-02-29", "2004-02-29"),
        ("birthdate", date(1980, 3, 31), "1980-03-31"),
        ("birthdate", "2026-05-04", "2026-05-04"),
        ("nationalities", ["gb", "Égypte", "egypt-"][:2], ["GB", "EG"]),
        ("nationalities", "france, مصر", ["FR", "EG"]),
        ("website", "https://example.org/~amina?x=1", "https://example.org/~amina?x=1"),
        ("zoneinfo", "europe/london", "Europe/London"),
        ("zoneinfo", "America/New York", "America/New_York"),
        ("locale", "en_gb", "en-GB"),
        ("locale", "zh-Hant-TW", "zh-Hant-TW"),
        ("national_identifier", "qq 12 34 56 c", "QQ 12 34 56 C"),
        ("place_of_birth", {"locality": "Alexandria", "country": "Egypt"}, {"locality": "Alexandria", "country": "EG"}),
        ("place_of_birth", {"locality": "Alexandria"}, {"locality": "Alexandria"}),
    ],
)
def test_a_good_value_is_kept_in_one_form(claim: str, raw: object, value: object) -> None:
    assert valid(claim, raw) == value


@pytest.mark.parametrize(
    ("claim", "raw", "code"),
    [
        ("given_name", "   ", "missing"),
        ("given_name", None, "text"),
        ("given_name", ["Amina"], "text"),
        ("given_name", "a" * 201, "too_long"),
        ("given_name", "a" * 1_000_000, "too_long"),
        ("given_name", "Ami\x00na", "forbidden_characters"),
        ("given_name", "Ami\nna", "forbidden_characters"),
        ("given_name", "Ami\x1b[31mna", "forbidden_characters"),
        ("given_name", "Ami\u202ean", "forbidden_characters"),
        ("given_name", "Ami\u2066na", "forbidden_characters"),
        ("given_name", "Ami\ud800na", "forbidden_characters"),
        ("given_name", "Ami\u2028na", "forbidden_characters"),
        ("email", "amina", "email"),
        ("email", "amina@", "email"),
        ("email", "amina@localhost", "email"),
        ("email", "Amina <amina@example.org>", "email"),
        ("email", "a@example.org, b@example.org", "email"),
        ("phone_number", "020 7946 0018", "phone_country"),
        ("phone_number", "+44 12", "phone"),
        ("phone_number", "call me", "phone"),
        ("birthdate", "1981-02-29", "date"),
        ("birthdate", "31/03/1980", "date"),
        ("birthdate", "1980-13-01", "date"),
        ("birthdate", {"day": "31", "month": "", "year": "1980"}, "date_month"),
        ("birthdate", {"day": "", "month": "", "year": ""}, "missing"),
        ("birthdate", "2026-05-05", "date_in_future"),
        ("birthdate", "2027", "date_in_future"),
        ("birthdate", "1890-01-01", "date_too_early"),
        ("birthdate", "0000-05-04", "date"),
        ("nationalities", [], "countries"),
        ("nationalities", ["GB", "uk"], "countries"),
        ("nationalities", ["Atlantis"], "country"),
        ("nationalities", ["EU"], "country"),
        ("nationalities", ["GB"] * 11, "countries"),
        ("nationalities", {"GB": 1}, "countries"),
        ("website", "example.org", "url"),
        ("website", "javascript:alert(1)", "url"),
        ("website", "https://amina:secret@example.org", "url"),
        ("website", "https://", "url"),
        ("website", "https://[::1", "url"),
        ("website", "https://example.org:99999/", "url"),
        ("website", "https://example.org/a b", "url"),
        ("zoneinfo", "Mars/Olympus", "timezone"),
        ("locale", "xx", "locale"),
        ("locale", "!", "locale"),
        ("national_identifier", "12#34", "national_identifier"),
        ("national_identifier", "1" * 60, "national_identifier"),
        ("address", "1 Hill St, Northtown", "address"),
        ("place_of_birth", {"region": "Delta"}, "place"),
        ("place_of_birth", "Alexandria", "place"),
        ("email_verified", "true", "not_typed"),
        ("updated_at", "1", "not_typed"),
        ("age_over_18", True, "not_typed"),
        ("country", "GB", "not_typed"),
    ],
)
def test_a_bad_value_is_refused_with_the_key_of_its_message(claim: str, raw: object, code: str) -> None:
    assert fault(claim, raw)[0] == code


def test_an_address_is_the_object_of_the_standard_with_its_formatted_member() -> None:
    """OpenID Connect Core §5.1.1."""
    assert valid(
        "address", HOME | {"street_address": "Flat 2\r\n 1 Hill St\r\n", "region": "", "formatted": "fake"}
    ) == {
        "formatted": "Flat 2\n1 Hill St\nNorthtown\nSW1A 1AA\nUnited Kingdom",
        "street_address": "Flat 2\n1 Hill St",
        "locality": "Northtown",
        "postal_code": "SW1A 1AA",
        "country": "GB",
    }


@pytest.mark.parametrize(
    ("members", "code", "part"),
    [
        ({"country": ""}, "country", "country"),
        ({"country": "Narnia"}, "country", "country"),
        ({"street_address": "", "locality": ""}, "address", "street_address"),
        ({"postal_code": "12345"}, "postal_code", "postal_code"),
        ({"postal_code": "75004", "country": "NL"}, "postal_code", "postal_code"),
        ({"postal_code": "<b>", "country": "EG"}, "postal_code", "postal_code"),
        ({"locality": "North\u202etown"}, "forbidden_characters", "locality"),
        ({"street_address": "x" * 301}, "too_long", "street_address"),
        ({"region": 7}, "text", "region"),
    ],
)
def test_an_address_names_the_member_at_fault(members: dict[str, object], code: str, part: str) -> None:
    assert fault("address", HOME | members) == (code, part)


def test_an_empty_address_is_missing() -> None:
    assert fault("address", dict.fromkeys(HOME, "")) == ("missing", None)


def test_an_address_needs_no_postcode() -> None:
    assert "postal_code" not in valid("address", HOME | {"postal_code": ""})


@given(
    claim=st.sampled_from([definition.name for definition in CATALOGUE]),
    raw=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.dates(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["street_address", "locality", "postal_code", "country", "day", "month", "year"]), inner
            )
        ),
        max_leaves=6,
    ),
)
def test_nothing_that_can_be_typed_breaks_a_check(claim: str, raw: object) -> None:
    try:
        value = valid(claim, raw)
    except InvalidDetailError:
        return
    assert value not in ("", [], {})
    assert valid(claim, value) == value


@pytest.mark.parametrize(
    ("typed", "code", "part"),
    [
        ({}, "missing", None),
        ({"day": "31", "month": "3"}, "date_year", "year"),
        ({"day": "31", "month": "3", "year": "80"}, "date_year", "year"),
        ({"day": "31", "month": "3", "year": "19800"}, "date_year", "year"),
        ({"day": "31", "month": "march", "year": "1980"}, "date_month", "month"),
        ({"day": "31", "month": "13", "year": "1980"}, "date_month", "month"),
        ({"day": "31", "year": "1980"}, "date_month", "month"),
        ({"month": "3", "year": "1980"}, "date_day", "day"),
        ({"day": "0", "month": "3", "year": "1980"}, "date_day", "day"),
        ({"day": "3-1", "month": "3", "year": "1980"}, "date_day", "day"),
        ({"day": "3" * 11, "month": "3", "year": "1980"}, "too_long", "day"),
        ({"day": "31", "month": "2", "year": "1980"}, "date", None),
    ],
)
def test_a_date_names_the_part_at_fault(typed: dict[str, str], code: str, part: str | None) -> None:
    assert fault("birthdate", typed) == (code, part)


@given(st.dates(min_value=date(1900, 1, 1), max_value=TODAY))
def test_a_date_comes_out_as_it_went_in_by_its_parts(day: date) -> None:
    written = valid("birthdate", {"day": str(day.day), "month": str(day.month), "year": str(day.year)})
    year, month, number = written.split("-")

    assert written == day.isoformat()
    assert valid("birthdate", {"day": number, "month": month, "year": year}) == written
