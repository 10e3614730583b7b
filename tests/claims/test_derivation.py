from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.claims.derivation import derive


def age(years: int, birthdate: str, today: date) -> object:
    return derive(f"age_over_{years}", birthdate, today=today)


@pytest.mark.parametrize(
    ("birthdate", "today", "reached"),
    [
        ("2008-05-04", date(2026, 5, 3), False),
        ("2008-05-04", date(2026, 5, 4), True),
        ("2008-02-29", date(2026, 2, 28), False),
        ("2008-02-29", date(2026, 3, 1), True),
        ("2008-03-01", date(2026, 2, 28), False),
        ("2007", date(2026, 1, 1), True),
        ("2008", date(2026, 12, 31), None),
        ("2009", date(2026, 12, 31), False),
        ("0000-05-04", date(2026, 5, 4), None),
    ],
)
def test_an_age_is_reached_on_the_birthday_and_not_claimed_before(
    birthdate: str, today: date, reached: bool | None
) -> None:
    assert age(18, birthdate, today) is reached


def test_born_on_a_leap_day_an_age_is_reached_on_the_day_itself_in_a_leap_year() -> None:
    assert age(20, "2008-02-29", date(2028, 2, 28)) is False
    assert age(20, "2008-02-29", date(2028, 2, 29)) is True


@given(born=st.dates(date(1900, 1, 1), date(2026, 1, 1)), days=st.integers(0, 40_000), years=st.integers(1, 120))
def test_an_age_once_reached_stays_reached(born: date, days: int, years: int) -> None:
    today = date.fromordinal(born.toordinal() + days)
    later = date.fromordinal(today.toordinal() + 1)

    assert age(years, born.isoformat(), today) <= age(years, born.isoformat(), later)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("country", "code", "area"),
    [
        ("GB", "SW1A 1AA", "SW1A"),
        ("GB", "M1 1AE", "M1"),
        ("FR", "75004", "75"),
        ("FR", "97400", "974"),
        ("US", "20500-0003", "205"),
        ("CA", "K1A 0B1", "K1A"),
        ("IE", "D02 X285", "D02"),
        ("NL", "1011 AB", "1011"),
        ("EG", "11511", "11"),
        ("IS", "101", None),
    ],
)
def test_a_postcode_area_is_the_first_part_as_its_country_divides_it(country: str, code: str, area: str | None) -> None:
    address = {"formatted": "…", "postal_code": code, "country": country}

    assert derive("postcode_area", address, today=date(2026, 5, 4)) == area


def test_the_country_comes_from_the_address() -> None:
    assert derive("country", {"formatted": "…", "country": "EG"}, today=date(2026, 5, 4)) == "EG"
    assert derive("country", {"formatted": "…"}, today=date(2026, 5, 4)) is None
    assert derive("postcode_area", {"formatted": "…"}, today=date(2026, 5, 4)) is None


def test_nothing_else_is_derived() -> None:
    """A name is not composed of its parts: their order is not the same everywhere."""
    assert derive("name", "Amina", today=date(2026, 5, 4)) is None
    assert derive("age_over_18", ["1980-03-31"], today=date(2026, 5, 4)) is None
    assert derive("country", "GB", today=date(2026, 5, 4)) is None
