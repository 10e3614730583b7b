from pathlib import Path

import pytest

from idp.claims.catalogue import Catalogue
from idp.claims.errors import CatalogueError, UnknownClaimError
from idp.claims.values import Fault, Format, Sensitivity
from idp.resources import config

CATALOGUE = Catalogue.load(config("claims.toml"))


def test_every_standard_claim_is_there() -> None:
    """OpenID Connect Core §5.1, but for `sub`, which is no detail."""
    standard = {definition.name for definition in CATALOGUE if definition.standard}

    assert standard == {
        "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
        "website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number",
        "phone_number_verified", "address", "updated_at",
    }  # fmt: skip


def test_scopes_ask_for_what_the_standard_says() -> None:
    """OpenID Connect Core §5.4."""
    assert len(CATALOGUE.claims_of_scope("profile")) == 14
    assert CATALOGUE.claims_of_scope("email") == ("email", "email_verified")
    assert CATALOGUE.claims_of_scope("phone") == ("phone_number", "phone_number_verified")
    assert CATALOGUE.claims_of_scope("address") == ("address",)
    assert CATALOGUE.claims_of_scope("openid") == ()
    assert set(CATALOGUE.scopes) == {"profile", "email", "phone", "address"}


@pytest.mark.parametrize("years", [1, 5, 18, 67, 120])
def test_an_age_is_found_for_any_number_of_years(years: int) -> None:
    definition = CATALOGUE[f"age_over_{years}"]

    assert (definition.age, definition.format, definition.derived_from) == (years, Format.BOOLEAN, "birthdate")
    assert str(years) in definition.label["en"]


@pytest.mark.parametrize("name", ["age_over_0", "age_over_121", "age_over_018", "age_over_x", "age_over_", "sub", ""])
def test_what_is_not_in_the_catalogue_is_not_found(name: str) -> None:
    assert CATALOGUE.find(name) is None
    assert name not in CATALOGUE
    with pytest.raises(UnknownClaimError):
        CATALOGUE[name]


def test_a_smaller_form_covers_the_claim_that_it_comes_from_and_not_the_other_way_round() -> None:
    assert CATALOGUE.covers("birthdate", "age_over_21")
    assert CATALOGUE.covers("address", "country")
    assert CATALOGUE.covers("email", "email")
    assert not CATALOGUE.covers("age_over_21", "birthdate")
    assert not CATALOGUE.covers("age_over_21", "age_over_18")
    assert not CATALOGUE.covers("birthdate", "country")
    assert not CATALOGUE.covers("sub", "sub")


def test_companions_go_with_their_parent_only() -> None:
    assert CATALOGUE.companions("email") == ("email_verified",)
    assert CATALOGUE.companions("phone_number") == ("phone_number_verified",)
    assert CATALOGUE.companions("nickname") == ("updated_at",)
    assert CATALOGUE.companions("address") == ()
    assert not CATALOGUE["email_verified"].typed


def test_several_emails_phones_and_addresses_may_be_held() -> None:
    assert [definition.name for definition in CATALOGUE if definition.multiple] == ["email", "phone_number", "address"]


def test_an_identity_number_is_sensitive() -> None:
    assert CATALOGUE["national_identifier"].sensitivity is Sensitivity.SENSITIVE


def test_every_fault_has_a_message_in_every_language() -> None:
    messages = {CATALOGUE.message(code, language) for code in Fault for language in CATALOGUE.languages}

    assert CATALOGUE.languages == ("en", "fr", "ar")
    assert len(messages) == 3 * len(Fault)


def test_a_regional_language_falls_back_to_its_own_and_an_unknown_one_to_english() -> None:
    label = CATALOGUE["birthdate"].label

    assert label["fr-CA"] == label["fr_CA"] == "Date de naissance"
    assert label["de"] == "Date of birth"


def test_every_group_is_used() -> None:
    assert {group.name for group in CATALOGUE.groups} == {definition.group for definition in CATALOGUE}
    assert CATALOGUE.group("home").label["fr"] == "Où vous habitez"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('fr = "Surnom", ', "", "claims.nickname.label needs a text"),
        ('group = "names"', 'group = "nowhere"', "is in no group"),
        ('format = "text"', 'format = "prose"', "claims.name"),
        ('smaller = ["age_over_18"]', 'smaller = ["country"]', "cannot be made smaller"),
        ('accompanies = ["phone_number"]', 'accompanies = ["phone"]', "names an unknown claim"),
        ('scope = "email"', 'scoop = "email"', "unknown key: scoop"),
        ('languages = ["en", "fr", "ar"]', 'languages = ["fr", "ar"]', "must hold en"),
        ("timezone = { en =", "timezones = { en =", "faults has no timezone"),
        ('sensitivity = "personal"\n', "", "has no sensitivity"),
        ("[groups]", "[groups", "claims.toml"),
    ],
)
def test_a_fault_in_the_file_is_named_with_its_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    text = config("claims.toml").read_text()
    broken = tmp_path / "claims.toml"
    assert old in text
    broken.write_text(text.replace(old, new, 1))

    with pytest.raises(CatalogueError, match=place):
        Catalogue.load(broken)


def test_a_missing_file_is_a_fault_of_the_catalogue(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError):
        Catalogue.load(tmp_path / "none.toml")
