"""Details in other languages: tagged names and `claims_locales` (OpenID Connect Core §5.2, §5.5.2, §3.1.2.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from idp.clients.values import Client
from idp.consent.sealed import SharedValues, seal_values, unwrap_key
from idp.consent.values import Choices, ClaimsRequest, Grant, Reason
from idp.vault.values import NewDetail
from tests.consent.town import Town, detail

NAMES = (detail("given_name", essential=True), detail("family_name"))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A citizen who writes her names in Arabic and in Canada's French too."""
    town = Town(tmp_path)
    with town.world.context():
        town.move_in()
        write(town, "family_name", "حداد", "ar")
        write(town, "family_name", "Hadad", "fr-CA")
        write(town, "given_name", "أمينة", "ar")
        yield town
        town.consent.close()
    town.world.db.close()


def write(town: Town, claim: str, value: str, language: str) -> None:
    key = town.session.vault_key
    assert key is not None
    town.world.vault.add(town.session.account_id, key, NewDetail(claim, value, language=language))


def asking(town: Town, *names: str, locales: str | None = None, id_token: tuple[str, ...] = ()) -> ClaimsRequest:
    claims = {"userinfo": dict.fromkeys(names), "id_token": dict.fromkeys(id_token)}
    return town.consent.request(["openid"], json.dumps(claims), claims_locales=locales)


def choose(town: Town, request: ClaimsRequest, service: Client, *allowed: str) -> Grant:
    """Press "Share" on the page as it is."""
    page = town.page(request, service)
    shown = {each.claim: frozenset(value.tag for value in each.languages) for each in page.needed + page.optional}
    return town.share(request, service, *allowed, languages=shown)


def answer(town: Town, request: ClaimsRequest, service: Client) -> dict[str, Any]:
    return town.answer(request, service)


def test_a_tagged_name_brings_that_language_beside_the_plain_value(town: Town) -> None:
    """§5.5.2."""
    service, request = town.service(*NAMES), asking(town, "given_name", "family_name", "family_name#ar")
    choose(town, request, service, "given_name", "family_name")

    assert answer(town, request, service) == {
        "given_name": "Amina",
        "family_name": "Haddad",
        "family_name#ar": "حداد",
    }


def test_a_tagged_name_by_itself_asks_for_the_detail(town: Town) -> None:
    service, request = town.service(*NAMES), asking(town, "family_name#ar", "given_name")
    choose(town, request, service, "given_name", "family_name")

    assert set(answer(town, request, service)) == {"given_name", "family_name", "family_name#ar"}


@pytest.mark.parametrize(
    ("tag", "brought"),
    [
        ("AR", "family_name#ar"),
        ("ar-EG", "family_name#ar"),
        ("fr", "family_name#fr-CA"),
        ("FR-ca", "family_name#fr-CA"),
        ("fr-CH", None),
        ("de", None),
    ],
)
def test_tags_are_compared_without_case_and_met_by_the_nearest_language(
    town: Town, tag: str, brought: str | None
) -> None:
    """§5.2: a more specific value serves; otherwise RFC 4647 §3.4. What leaves says which language it is in."""
    service, request = town.service(*NAMES), asking(town, f"family_name#{tag}", "given_name")
    choose(town, request, service, "given_name", "family_name")

    assert set(answer(town, request, service)) == {"given_name", "family_name"} | ({brought} if brought else set())


def test_claims_locales_brings_the_best_language_of_each_claim_asked_for_without_one(town: Town) -> None:
    """§3.1.2.1: in order of preference."""
    service = town.service(*NAMES)
    request = asking(town, "given_name", "family_name", locales="de fr ar")
    choose(town, request, service, "given_name", "family_name")

    assert answer(town, request, service) == {
        "given_name": "Amina",
        "given_name#ar": "أمينة",
        "family_name": "Haddad",
        "family_name#fr-CA": "Hadad",
    }


def test_languages_nobody_holds_are_passed_over(town: Town) -> None:
    """§3.1.2.1: an error should not result."""
    service = town.service(*NAMES)
    request = asking(town, "given_name", locales="de ja-Kana-JP x" + "y" * 60 + " \u202e <b>")
    town.share(request, service, "given_name")

    assert answer(town, request, service) == {"given_name": "Amina"}


@pytest.mark.parametrize(
    "name",
    ["family_name#", "family_name#" + "a" * 300, "family_name#a\nr", "family_name#ar#fr", "family_name#\u202ear",
     "family_name#../ar", "email#ar", "unheard_of#ar", "sub#ar", "#ar"],
)  # fmt: skip
def test_names_with_what_is_no_language_tag_are_names_that_nobody_knows(town: Town, name: str) -> None:
    """§5.5: unknown claims are passed over; kinds that have no languages have no tagged names."""
    request = asking(town, "given_name", name)

    assert request.names == {"given_name"}
    assert request.languages == ()


def test_spellings_of_one_tag_in_a_request_are_one_wish(town: Town) -> None:
    request = asking(town, "family_name#ar", "family_name#AR", "family_name#aR")

    assert len(request.languages) == 1


def test_a_tagged_name_that_takes_certain_values_only_is_passed_over(town: Town) -> None:
    """A value that nobody can hold against the wish is not given away instead."""
    request = town.consent.request(["openid"], '{"userinfo":{"family_name#ar":{"value":"x"},"given_name":null}}')

    assert request.names == {"given_name"}
    assert request.languages == ()


def test_the_page_shows_each_value_with_its_language_and_direction(town: Town) -> None:
    service, request = town.service(*NAMES), asking(town, "given_name", "family_name", locales="ar")
    page = town.page(request, service, "fr")
    [family_name] = page.optional

    assert [(each.tag, each.name, each.direction, each.shown) for each in family_name.languages] == [
        ("ar", "Arabe", "rtl", "حداد")
    ]
    preview = town.page(request, service, choices=Choices(frozenset({"given_name", "family_name"}))).preview
    assert list(json.loads(preview)) == ["sub", "given_name", "given_name#ar", "family_name", "family_name#ar"]


def test_what_the_page_did_not_show_is_not_agreed_to(town: Town) -> None:
    """A value added in another window after the page was opened waits for a page of its own."""
    service, request = town.service(*NAMES), asking(town, "given_name", "given_name#fr", "given_name#ar")
    shown = {"given_name": frozenset({"ar"})}
    write(town, "given_name", "Amine", "fr")
    town.share(request, service, "given_name", languages=shown)

    assert set(town.userinfo(town.ticket(request, service), service)) == {"given_name", "given_name#ar"}
    asked = town.difference(request, service)
    assert asked is not None
    assert asked.claims == (("given_name", Reason.NEW_DETAIL),)


def test_the_form_cannot_agree_to_a_language_that_was_not_asked_for(town: Town) -> None:
    service, request = town.service(*NAMES), asking(town, "given_name", "family_name", "family_name#fr")
    everything = {name: frozenset({"ar", "fr-CA", "he"}) for name in ("given_name", "family_name", "email")}
    town.share(request, service, "given_name", "family_name", languages=everything)

    wider = asking(town, "given_name", "family_name", "family_name#fr", "family_name#ar", "given_name#ar")
    assert set(town.userinfo(town.ticket(wider, service), service)) == {
        "given_name",
        "family_name",
        "family_name#fr-CA",
    }


def test_a_language_asked_for_later_is_asked_about_only_if_the_citizen_holds_it(town: Town) -> None:
    service, request = town.service(*NAMES), asking(town, "given_name", "family_name")
    choose(town, request, service, "given_name", "family_name")

    assert town.difference(asking(town, "given_name", "family_name", locales="de"), service) is None
    later = asking(town, "given_name", "family_name", "family_name#ar")
    asked = town.difference(later, service)
    assert asked is not None
    assert asked.claims == (("family_name", Reason.NEW_DETAIL),)
    assert "family_name#ar" not in town.userinfo(town.ticket(later, service), service)
    choose(town, later, service, "family_name")
    assert answer(town, later, service)["family_name#ar"] == "حداد"
    assert set(answer(town, request, service)) == {"given_name", "family_name"}


def test_a_refused_detail_is_not_asked_about_again_in_another_language(town: Town) -> None:
    service, request = town.service(*NAMES), asking(town, "given_name", "family_name")
    choose(town, request, service, "given_name")
    later = asking(town, "given_name", "family_name", "family_name#ar")

    assert town.difference(later, service) is None
    assert answer(town, later, service) == {"given_name": "Amina"}


def test_two_requests_for_two_languages_are_each_asked_about_once(town: Town) -> None:
    service = town.service(*NAMES)
    arabic, french = asking(town, "given_name", "family_name#ar"), asking(town, "given_name", "family_name#fr")
    choose(town, arabic, service, "given_name", "family_name")
    choose(town, french, service, "family_name")

    assert "family_name#ar" in answer(town, arabic, service)
    assert "family_name#fr-CA" in answer(town, french, service)
    assert "family_name#ar" not in answer(town, french, service)


def test_a_language_added_to_the_vault_later_waits_for_its_page(town: Town) -> None:
    service, request = town.service(*NAMES), asking(town, "given_name", locales="uk ar")
    choose(town, request, service, "given_name")
    write(town, "given_name", "Аміна", "uk")

    assert town.difference(request, service) is not None
    assert set(town.userinfo(town.ticket(request, service), service)) == {"given_name", "given_name#ar"}
    assert town.difference(request, service) is not None
    choose(town, request, service, "given_name")
    assert set(answer(town, request, service)) == {"given_name", "given_name#uk"}


def test_an_edited_value_follows_and_a_removed_one_leaves_no_more(town: Town) -> None:
    service, request = town.service(*NAMES), asking(town, "given_name", "family_name", locales="ar")
    choose(town, request, service, "given_name", "family_name")
    key = town.session.vault_key
    assert key is not None
    vault, account = town.world.vault, town.session.account_id
    held = vault.read(account, key).in_languages("family_name")["ar"]
    vault.edit(account, key, held.id, "الحداد")

    assert answer(town, request, service)["family_name#ar"] == "الحداد"
    vault.remove(account, key, held.id)
    assert set(answer(town, request, service)) == {"given_name", "given_name#ar", "family_name"}
    # Nobody has seen this one leave.
    write(town, "family_name", "هداد", "ar")
    assert town.difference(request, service) is not None
    assert "family_name#ar" not in town.userinfo(town.ticket(request, service), service)


def test_a_tagged_name_in_the_id_token_section_goes_there_and_nowhere_else(town: Town) -> None:
    service, request = town.service(*NAMES), asking(town, "given_name", "family_name", id_token=("family_name#ar",))
    choose(town, request, service, "given_name", "family_name")
    ticket = town.ticket(request, service)

    assert ticket.id_token == ("family_name", "family_name#ar")
    assert set(ticket.userinfo) == {"given_name", "family_name"}


def test_languages_stand_in_the_clear_in_no_row(town: Town) -> None:
    """A language says much about somebody."""
    service, request = town.service(*NAMES), asking(town, "given_name", "family_name", locales="ar")
    grant = choose(town, request, service, "given_name", "family_name")

    assert "#" not in "".join(grant.claims)
    assert grant.claims == ("given_name", "family_name")


def test_no_language_agreed_to_for_one_service_leaves_for_another(town: Town) -> None:
    council, shop = town.service(*NAMES), town.service(*NAMES, client_id="shop")
    request = asking(town, "given_name", "family_name", locales="ar")
    choose(town, request, council, "given_name", "family_name")
    town.share(request, shop, "given_name", "family_name")

    assert set(town.userinfo(town.ticket(request, shop), shop)) == {"given_name", "family_name"}
    assert town.difference(request, shop) is not None
    assert town.difference(request, council) is None


def test_a_returning_sign_on_with_languages_costs_one_select_and_no_write(town: Town) -> None:
    service, request = town.service(*NAMES), asking(town, "given_name", "family_name", locales="ar")
    choose(town, request, service, "given_name", "family_name")

    with town.statements() as statements:
        grant = town.standing(service)
        assert grant is not None
        assert town.consent.difference(request, client=service, grant=grant, session=town.session) is None
        ticket = town.consent.ticket(request, session=town.session, client=service, grant=grant)
        town.consent.released(grant, grant_key=ticket.grant_key, requested=ticket.userinfo, client=service)

    assert [statement.split()[0] for statement in statements] == ["SELECT"]


def test_a_choice_of_before_there_were_languages_still_opens(town: Town) -> None:
    """Its box has the values and nothing about languages: none could be held then."""
    service, request = town.service(*NAMES), asking(town, "given_name")
    grant = town.share(request, service, "given_name")
    key = town.session.vault_key
    assert key is not None
    grant_key = unwrap_key(grant, vault_key=key)
    written = SharedValues({"given_name": "Amina"}, {"given_name": 1})
    town.store.put(replace(grant, claims_sealed=seal_values(written, grant=grant, grant_key=grant_key)))

    assert answer(town, request, service) == {"given_name": "Amina"}
    assert town.userinfo(town.ticket(asking(town, "given_name#ar"), service), service) == {"given_name": "Amina"}
