"""A detail in other languages and scripts beside its plain value (OpenID Connect Core §5.2), on our own pages."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from idp.services import Services
from tests.web.citizen.chooser import Chooser, register
from tests.web.citizen.forms import posting


@pytest.fixture
def citizen(app: Flask, services: Services) -> Chooser:
    """A citizen who has told her names and an email address."""
    register(services)
    citizen = Chooser(app, services)
    citizen.holds(("given_name", "Amina"), ("family_name", "Haddad"), ("email", "amina@mail.example"))
    return citizen


def written(citizen: Chooser, claim: str, language: str, value: str) -> int:
    """Fill in the form that adds a detail in another language; gives the answer's status."""
    citizen.address = f"/details/add/{claim}/language"
    form = posting(citizen.http.get(citizen.address).text)
    form.fill({"language": language, "value": value})
    return citizen.send(form.sent()).status_code


def listed(citizen: Chooser) -> str:
    return citizen.http.get("/details").text


def place_of(citizen: Chooser, shown: str) -> str:
    """The id of the row on the list that shows a value."""
    rows = re.findall(
        r'<li class="held__row" id="([^"]+)">(.*?)</li>\s*(?=<li class="held__row"|</ul>)', listed(citizen), re.DOTALL
    )
    return next(place for place, row in rows if shown in row)


def follow(citizen: Chooser, address: str, **typed: str) -> int:
    """Open a form, type and send it; gives the answer's status."""
    citizen.address = address
    form = posting(citizen.http.get(address).text)
    form.fill(typed)
    return citizen.send(form.sent()).status_code


def test_a_name_is_offered_in_another_language_once_it_is_held(citizen: Chooser) -> None:
    page = listed(citizen)

    assert 'href="/details/add/given_name/language"' in page
    assert 'href="/details/add/email/language"' not in page
    assert 'href="/details/add/nickname/language"' not in page


def test_a_value_in_another_language_stands_with_its_language_and_direction(citizen: Chooser) -> None:
    """WCAG 2.2 success criterion 3.1.2: the language of parts."""
    assert written(citizen, "given_name", "ar", "أمينة") == 303
    assert written(citizen, "given_name", "ja-Kana-JP", "アミナ") == 303

    page = listed(citizen)
    assert '<bdi class="value value--lines" lang="ar" dir="rtl">أمينة</bdi>' in page
    assert '<bdi class="value value--lines" lang="ja-Kana-JP" dir="ltr">アミナ</bdi>' in page
    assert "Arabic" in page
    assert "Japanese (Katakana, Japan)" in page


def test_languages_are_named_in_the_readers_own(citizen: Chooser) -> None:
    citizen.http.set_cookie("proffer_language", "fr.9999999999", domain="localhost")
    page = citizen.http.get("/details/add/given_name/language").text

    assert re.search(r'<option value="ar"\s*>Arabe</option>', page)
    assert re.search(r'<option value="ja-Kana-JP"\s*>Japonais \(katakana, Japon\)</option>', page)


def test_a_language_has_to_be_chosen_and_what_was_typed_stays(citizen: Chooser) -> None:
    assert written(citizen, "given_name", "", "أمينة") == 422

    assert 'href="#language"' in citizen.html
    assert "Choose a language." in citizen.html
    assert posting(citizen.html).control("value").value == "أمينة"


@pytest.mark.parametrize("language", ["AR", "tlh", "ar\u0000", "x" * 5000, "<script>", "../ar"])
def test_a_language_that_was_not_offered_is_not_kept(citizen: Chooser, language: str) -> None:
    assert written(citizen, "given_name", language, "Amina") == 422
    assert "Choose a language." in citizen.html


def test_an_empty_value_is_said_at_the_field_and_the_language_stays(citizen: Chooser) -> None:
    assert written(citizen, "given_name", "uk", "") == 422

    assert "Enter a value." in citizen.html
    assert posting(citizen.html).control("language").value == "uk"


def test_each_language_is_held_once(citizen: Chooser) -> None:
    assert written(citizen, "given_name", "ar", "أمينة") == 303
    page = citizen.http.get("/details/add/given_name/language").text
    assert 'value="ar"' not in page

    assert written(citizen, "given_name", "ar", "امينة") == 422
    assert "You have this in that language already." in citizen.html


@pytest.mark.parametrize("claim", ["email", "birthdate", "unheard-of", "given_name%23ar"])
def test_what_has_no_languages_has_no_such_page(citizen: Chooser, claim: str) -> None:
    assert citizen.http.get(f"/details/add/{claim}/language").status_code == 404


def test_a_language_comes_after_the_plain_value(citizen: Chooser) -> None:
    answer = citizen.http.get("/details/add/nickname/language")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/details"


def test_a_value_in_another_language_is_changed_and_removed_by_itself(citizen: Chooser) -> None:
    written(citizen, "given_name", "ar", "أمينة")
    place = place_of(citizen, "أمينة")
    page = citizen.http.get(f"/details/{place}/change").text
    assert re.search(r'<input[^>]*id="value"[^>]*lang="ar"', page)
    assert "Arabic" in page

    assert follow(citizen, f"/details/{place}/change", value="آمنة") == 303
    assert "آمنة" in listed(citizen)
    assert follow(citizen, f"/details/{place}/remove") == 303
    page = listed(citizen)
    assert "آمنة" not in page
    assert "Amina" in page


def test_it_may_be_written_like_the_plain_value(citizen: Chooser) -> None:
    assert written(citizen, "given_name", "fr", "Amina") == 303
    address = f"/details/{place_of(citizen, 'French')}/change"
    assert follow(citizen, address, value="Amine") == 303
    assert follow(citizen, address, value="Amina") == 303


def test_removing_the_plain_value_says_that_its_languages_go_too(citizen: Chooser) -> None:
    written(citizen, "given_name", "ar", "أمينة")
    written(citizen, "family_name", "ar", "حداد")
    address = f"/details/{place_of(citizen, 'Amina')}/remove"
    assert "This also removes it in: <bdi>Arabic</bdi>." in citizen.http.get(address).text

    follow(citizen, address)

    page = listed(citizen)
    assert "أمينة" not in page
    assert "حداد" in page


def test_what_was_typed_for_a_language_removed_meanwhile_is_offered_as_a_new_one(citizen: Chooser) -> None:
    written(citizen, "given_name", "ar", "أمينة")
    address = f"/details/{place_of(citizen, 'أمينة')}/change"
    form = posting(citizen.http.get(address).text)
    follow(citizen, address.replace("change", "remove"))
    form.fill({"value": "آمنة"})
    citizen.address = address

    assert citizen.send(form.sent()).status_code == 409
    again = posting(citizen.html)
    assert again.action == "/details/add/given_name/language"
    assert again.control("language").value == "ar"
    assert again.control("value").value == "آمنة"


def test_the_choosing_page_shows_each_language_and_sends_what_it_showed(citizen: Chooser) -> None:
    written(citizen, "given_name", "ar", "أمينة")
    page = citizen.asked("given_name", "family_name", client="shop", claims_locales="ar fr").text

    assert '<dd><bdi class="value value--lines" lang="ar" dir="rtl">أمينة</bdi>' in page
    form = citizen.form()
    form.tick("claim-given_name")
    citizen.press("consent-allow", form)
    assert "code=" in citizen.answer()
    again = citizen.asked("given_name", "family_name", client="shop", claims_locales="ar fr")
    assert "code=" in again.headers["Location"]


def test_a_detail_says_which_services_get_it_in_which_language(citizen: Chooser) -> None:
    written(citizen, "given_name", "ar", "أمينة")
    written(citizen, "given_name", "uk", "Аміна")
    citizen.asked("given_name", client="shop", claims_locales="ar")
    form = citizen.form()
    form.tick("claim-given_name")
    citizen.press("consent-allow", form)
    citizen.answer()

    assert "Bookshop" in citizen.http.get(f"/details/{place_of(citizen, 'أمينة')}/remove").text
    assert "Bookshop" not in citizen.http.get(f"/details/{place_of(citizen, 'Аміна')}/remove").text
    page = citizen.http.get(f"/sharing/{citizen.grant('shop').id}").text
    assert "Arabic" in page
    assert "Ukrainian" not in page


@pytest.mark.parametrize("sent", ["", "ar", "x" * 10_000, "ar\u0000 <b>", "uk ar"])
def test_a_made_up_list_of_shown_languages_lets_go_no_more_than_was_asked_for(citizen: Chooser, sent: str) -> None:
    written(citizen, "given_name", "ar", "أمينة")
    written(citizen, "given_name", "uk", "Аміна")
    citizen.asked("given_name", client="shop", claims_locales="ar")
    form = citizen.form()
    form.tick("claim-given_name")
    pairs = [pair for pair in form.sent("consent-allow") if not pair[0].startswith("languages-")]

    answer = citizen.send([*pairs, ("languages-given_name", sent), ("languages-family_name", "ar")])

    assert answer.status_code == 303
    shared = citizen.services.consent.opened(citizen.grant("shop"), session=citizen.session)
    assert shared is not None
    assert set(shared.tags("given_name")) <= {"ar"}
