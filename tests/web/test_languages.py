"""Which language a page speaks."""

import pytest
from babel import Locale
from flask.testing import FlaskClient

from idp.web import languages


def test_a_page_speaks_the_browsers_language(client: FlaskClient) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"}).text

    assert '<html lang="fr" dir="ltr">' in page


def test_arabic_runs_from_right_to_left(client: FlaskClient) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": "ar"}).text

    assert '<html lang="ar" dir="rtl">' in page


def test_a_browser_with_no_language_of_ours_gets_the_deployments_first(client: FlaskClient) -> None:
    assert '<html lang="en"' in client.get("/sign-in", headers={"Accept-Language": "sw"}).text


def test_a_choice_in_the_footer_comes_back_to_the_page_and_is_remembered(client: FlaskClient) -> None:
    answer = client.get("/language/fr?next=/sign-up")

    assert (answer.status_code, answer.location) == (303, "/sign-up")
    assert '<html lang="fr"' in client.get("/sign-in", headers={"Accept-Language": "ar"}).text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_a_choice_never_leads_away_from_this_site(client: FlaskClient, target: str) -> None:
    assert client.get("/language/fr", query_string={"next": target}).location == "/"


def test_an_unknown_language_changes_nothing(client: FlaskClient) -> None:
    answer = client.get("/language/xx")

    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("value", ["fr", "fr.", "fr.x", "fr.99999999999999", "xx.1777888800", "fr.²"])
def test_a_choice_that_we_did_not_write_is_ignored(client: FlaskClient, value: str) -> None:
    client.set_cookie("proffer_language", value)

    assert '<html lang="en"' in client.get("/sign-in").text


def test_the_switch_names_each_language_in_itself(client: FlaskClient) -> None:
    page = client.get("/sign-in?next=/details").text

    assert "Français" in page
    assert "العربية" in page
    assert 'href="/language/fr?next=/sign-in?next%3D/details"' in page


@pytest.mark.parametrize("code", sorted(languages._SHIPPED))
def test_what_is_said_of_the_shipped_languages_is_what_babel_says(code: str) -> None:
    locale = Locale.parse(code)
    name = locale.get_display_name(locale)

    assert name is not None
    assert languages._SHIPPED[code] == (name[:1].upper() + name[1:], locale.text_direction)
