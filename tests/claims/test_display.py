import pytest

from idp.claims import countries
from idp.claims.catalogue import Catalogue
from idp.claims.display import display, mask
from idp.resources import config

CATALOGUE = Catalogue.load(config("claims.toml"))
HOME = {
    "formatted": "1 Hill St\nNorthtown\nUnited Kingdom",
    "street_address": "1 Hill St",
    "locality": "Northtown",
    "country": "GB",
}


@pytest.mark.parametrize(
    ("claim", "value", "language", "shown"),
    [
        ("given_name", "Amina", "ar", "Amina"),
        ("birthdate", "1980-03-31", "en", "31 March 1980"),
        ("birthdate", "1980-03-31", "fr", "31 mars 1980"),
        ("birthdate", "1980", "fr", "1980"),
        ("country", "GB", "fr", "Royaume-Uni"),
        ("nationalities", ["GB", "EG"], "en", "United Kingdom, Egypt"),
        ("nationalities", ["EG"], "ar", "مصر"),
        ("age_over_18", True, "fr", "Oui"),
        ("email_verified", False, "ar", "لا"),
        ("phone_number", "+442079460018", "en", "+44 20 7946 0018"),
        ("phone_number", "unwritten", "en", "unwritten"),
        ("locale", "en-GB", "en", "English (United Kingdom)"),
        ("address", HOME, "fr", "1 Hill St\nNorthtown\nRoyaume-Uni"),
        ("place_of_birth", {"locality": "Alexandria", "country": "EG"}, "en", "Alexandria, Egypt"),
        ("updated_at", 1777888800, "en", "4 May 2026"),
    ],
)
def test_a_value_is_shown_as_people_write_it(claim: str, value: object, language: str, shown: str) -> None:
    assert display(CATALOGUE, claim, value, language=language) == shown  # type: ignore[arg-type]


def test_a_mask_tells_nothing_of_what_it_hides() -> None:
    assert mask() == "••••••••"


def test_countries_are_listed_by_their_names_in_the_language() -> None:
    listed = countries.listing("fr")

    assert listed[0] == ("AF", "Afghanistan")
    assert ("EG", "Égypte") in listed
    assert len(listed) == len(countries.codes()) > 240
    assert [name for _, name in listed].index("Égypte") < [name for _, name in listed].index("France")


def test_groups_of_countries_are_no_countries() -> None:
    assert countries.codes().isdisjoint({"EU", "UN", "ZZ", "XA"})
    assert countries.name("QQ", "en") == "QQ"
