"""The page "Choose what to share", and what a submitted choice does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from idp.consent.errors import ChoiceInvalidError, EssentialRefusedError, UnrequestedClaimError
from idp.consent.values import Choices, Duration, Reason
from tests.authentication.world import CATALOGUE, HOME
from tests.consent.town import ADDRESS, Town, detail

PERMIT = (
    detail("given_name", essential=True, reason="Printed on the permit"),
    detail("birthdate", essential=True, smaller=("age_over_18",)),
    detail("email"),
    detail("phone_number"),
)
ALL = ("given_name", "birthdate", "email", "phone_number")


def test_the_page_says_who_asks_and_what_for(town: Town) -> None:
    page = town.page(town.ask(*ALL), town.service(*PERMIT))

    assert page.service.text == "Parking permits"
    assert (page.run_by, page.public_body, page.registered) == ("Northtown Council", True, True)
    assert [purpose.text for purpose in page.purposes] == ["To issue a parking permit"]
    assert page.lawful_bases == ("public_task",)
    assert page.reason is Reason.FIRST
    assert page.last_shared is None
    assert page.help is not None
    assert page.help.text == "You can phone 0300 555 0199."
    assert page.without_it is not None


def test_purposes_are_in_the_readers_language_and_marked_when_they_are_not(town: Town) -> None:
    page = town.page(town.ask(*ALL), town.service(*PERMIT), language="fr")

    assert page.service.text == "Stationnement"
    assert [(purpose.text, purpose.language) for purpose in page.purposes] == [("To issue a parking permit", "en")]
    reason = page.needed[0].reason
    assert reason is not None
    assert (reason.text, reason.language) == ("Printed on the permit (fr)", "fr")


def test_each_detail_shows_its_exact_value_why_how_long_and_where_from(town: Town) -> None:
    name = town.page(town.ask(*ALL), town.service(*PERMIT)).needed[0]

    assert (name.claim, name.shown, name.missing) == ("given_name", "Amina", False)
    assert name.reason is not None
    assert name.reason.text == "Printed on the permit"
    assert name.retention is not None
    assert name.retention.text == "1 year"
    assert name.origin is not None
    assert name.origin.kind == "told"


def test_voluntary_details_start_unticked_and_essential_ones_ticked(town: Town) -> None:
    page = town.page(town.ask(*ALL), town.service(*PERMIT))

    assert [(each.claim, each.ticked) for each in page.needed] == [("given_name", True), ("birthdate", True)]
    assert [(each.claim, each.ticked) for each in page.optional] == [("email", False), ("phone_number", False)]


def test_the_smallest_form_that_serves_is_chosen(town: Town) -> None:
    birthdate = town.page(town.ask(*ALL), town.service(*PERMIT)).needed[1]

    assert [(form.claim, form.chosen, form.smaller) for form in birthdate.forms] == [
        ("age_over_18", True, True),
        ("birthdate", False, False),
    ]


def test_a_smaller_form_that_says_nothing_is_not_the_one_chosen(town: Town) -> None:
    town.edit("birthdate", "2008")

    birthdate = town.page(town.ask(*ALL), town.service(*PERMIT)).needed[1]

    assert [(form.claim, form.shown is None, form.chosen) for form in birthdate.forms] == [
        ("age_over_18", True, False),
        ("birthdate", False, True),
    ]


def test_several_held_values_are_offered_to_choose_from(town: Town) -> None:
    email = town.page(town.ask(*ALL), town.service(*PERMIT)).optional[0]

    assert [(value.shown, value.chosen) for value in email.values] == [
        ("amina@mail.example", True),
        ("haddad@work.example", False),
    ]


def test_a_missing_value_can_be_typed_in(town: Town) -> None:
    phone = town.page(town.ask(*ALL), town.service(*PERMIT)).optional[1]

    assert (phone.missing, phone.type_in, phone.type_in_format, phone.shown) == (True, "phone_number", "phone", None)


def test_a_sensitive_value_is_masked(town: Town) -> None:
    town.tell(("gender", "female"))

    gender = town.page(town.ask("gender", "given_name"), town.service(detail("gender"), detail("given_name"))).optional

    assert [each.masked for each in gender] == [True, False]


def test_what_is_outside_the_register_is_left_out_and_told(town: Town) -> None:
    page = town.page(town.ask("given_name", "family_name"), town.service(detail("given_name")))

    assert page.left_out == ("Family name",)
    assert [each.claim for each in page.needed + page.optional] == ["given_name"]


def test_a_service_without_an_entry_may_ask_and_everything_is_voluntary(town: Town) -> None:
    request = town.ask("family_name", given_name={"essential": True})

    page = town.page(request, town.service())

    assert (page.registered, page.purposes, page.needed, page.left_out) == (False, (), (), ())
    assert [each.claim for each in page.optional] == ["family_name", "given_name"]


def test_only_the_register_makes_a_detail_essential(town: Town) -> None:
    page = town.page(town.ask(given_name={"essential": True}), town.service(detail("given_name")))

    assert [each.claim for each in page.optional] == ["given_name"]


def test_a_suspended_use_does_not_let_the_service_ask_for_anything(town: Town) -> None:
    page = town.page(town.ask("given_name"), town.service(detail("given_name"), state="suspended"))

    assert page.registered
    assert page.optional == ()
    assert page.left_out == ("Given name",)


def test_a_draft_use_counts_for_nothing(town: Town) -> None:
    page = town.page(town.ask("given_name"), town.service(detail("given_name", essential=True), state="draft"))

    assert not page.registered
    assert [each.claim for each in page.optional] == ["given_name"]


def test_asking_for_a_portrait_always_warns(town: Town) -> None:
    service = town.service(detail("picture"), detail("given_name"))

    assert town.page(town.ask("picture"), service).portrait
    assert not town.page(town.ask("given_name"), service).portrait


def test_the_preview_is_what_would_leave_for_the_ticks_as_they_are(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask(*ALL, "email_verified")

    first = json.loads(town.page(request, service).preview)
    ticked = Choices(
        allowed=frozenset({"given_name", "birthdate", "email"}),
        forms={"birthdate": "birthdate"},
        attributes={"email": town.attribute("email", 1)},
    )
    second = json.loads(town.page(request, service, choices=ticked).preview)

    subject = first.pop("sub")
    assert first == {"given_name": "Amina", "age_over_18": True}
    assert second == {
        "sub": subject,
        "given_name": "Amina",
        "birthdate": "1988-02-29",
        "email": "haddad@work.example",
        "email_verified": False,
    }


def test_the_preview_is_exactly_what_is_sent(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask(*ALL)
    choices: dict[str, Any] = {"attributes": {"email": town.attribute("email", 1)}}
    allowed = ("given_name", "birthdate", "email")
    preview = json.loads(town.page(request, service, choices=Choices(allowed=frozenset(allowed), **choices)).preview)

    grant = town.share(request, service, *allowed, **choices)

    assert {"sub": grant.sub} | town.answer(request, service) == preview


def test_select_all_ticks_everything_and_keeps_what_was_typed(town: Town) -> None:
    typed = Choices(allowed=frozenset(), typed={"phone_number": "+44 20 7946 0018"}, duration=Duration.ONCE)

    page = town.page(town.ask(*ALL), town.service(*PERMIT), choices=typed, select_all=True)

    assert all(each.ticked for each in page.needed + page.optional)
    assert page.optional[1].typed == "+44 20 7946 0018"
    assert page.duration is Duration.ONCE


def test_select_all_leaves_what_the_citizen_does_not_hold(town: Town) -> None:
    page = town.page(town.ask("given_name", "phone_number"), town.service(*PERMIT), select_all=True)

    assert {each.claim: each.ticked for each in page.needed + page.optional} == {
        "given_name": True,
        "phone_number": False,
    }


def test_refusing_an_essential_detail_stores_nothing(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask(*ALL)

    with pytest.raises(EssentialRefusedError):
        town.share(request, service, "birthdate", "email")

    assert town.standing(service) is None


def test_a_typed_value_goes_into_the_vault_as_told_and_to_the_service(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask(*ALL)

    town.share(request, service, "given_name", "birthdate", "phone_number", typed={"phone_number": "+44 20 7946 0018"})

    key = town.session.vault_key
    assert key is not None
    held = town.world.vault.read(town.session.account_id, key).values("phone_number")
    assert [(each.value, each.source.kind.value) for each in held] == [("+442079460018", "told")]
    assert town.answer(request, service)["phone_number"] == "+442079460018"


@pytest.mark.parametrize(("raw", "fault"), [(None, "missing"), ("123", "phone_country")])
def test_a_typed_value_is_checked_and_nothing_is_stored_when_it_is_wrong(
    town: Town, raw: str | None, fault: str
) -> None:
    service, request = town.service(*PERMIT), town.ask(*ALL)
    typed = {"phone_number": raw} if raw else {}

    with pytest.raises(ChoiceInvalidError) as refused:
        town.share(request, service, "given_name", "birthdate", "phone_number", typed=typed)

    assert refused.value.faults == {"phone_number": fault}
    assert town.standing(service) is None
    page = town.page(request, service, choices=Choices(frozenset(ALL), typed=typed), faults=refused.value.faults)
    assert [(each.claim, each.fault) for each in page.faulty] == [("phone_number", fault)]


def test_a_value_typed_for_an_unticked_detail_is_not_kept(town: Town) -> None:
    town.share(
        town.ask(*ALL), town.service(*PERMIT), "given_name", "birthdate", typed={"phone_number": "+44 20 7946 0018"}
    )

    key = town.session.vault_key
    assert key is not None
    assert town.world.vault.read(town.session.account_id, key).values("phone_number") == ()


def test_an_address_typed_once_answers_for_its_smaller_forms(town: Town) -> None:
    service = town.service(detail("country", essential=True), detail("postcode_area"))
    request = town.ask("country", "postcode_area")

    town.share(request, service, "country", "postcode_area", typed={"address": ADDRESS})

    assert town.answer(request, service) == {"country": "GB", "postcode_area": "SW1A"}


@pytest.mark.parametrize(
    "made_up",
    [
        {"allowed": frozenset({"given_name", "birthdate", "family_name"})},
        {"allowed": frozenset({"given_name", "birthdate"}), "forms": {"birthdate": "age_over_21"}},
        {"allowed": frozenset({"given_name", "birthdate"}), "forms": {"email": "address"}},
        {"allowed": frozenset({"given_name", "birthdate", "email"}), "attributes": {"email": "x" * 22}},
        {"allowed": frozenset({"given_name", "birthdate"}), "attributes": {"national_identifier": "x"}},
    ],
)
def test_a_form_that_names_what_the_page_did_not_offer_is_refused(town: Town, made_up: dict[str, Any]) -> None:
    service, request = town.service(*PERMIT), town.ask(*ALL)
    difference = town.difference(request, service)
    assert difference is not None

    with pytest.raises(UnrequestedClaimError):
        town.consent.decide(
            request,
            session=town.session,
            client=service,
            difference=difference,
            choices=Choices(**made_up),
            scopes=["openid"],
        )

    assert town.standing(service) is None


def test_refusing_the_whole_page_is_a_row_in_the_ledger_and_changes_nothing(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask(*ALL)

    town.consent.refuse(request, session=town.session, client=service)

    row = town.world.activity.page(town.session.account_id).rows[0]
    assert (row.kind.value, row.client_id, row.claims) == ("refused", "council", ALL)
    assert town.standing(service) is None


def test_nothing_typed_is_kept_before_the_vault_has_two_ways_to_open(town: Town) -> None:
    signed_up = town.world.authentication.sign_up(
        login="bram@example.org", password="copper meadow seldom 17", origin=HOME
    )
    town.session = town.world.session(signed_up.session_secret)
    service, request = town.service(detail("country", essential=True)), town.ask("country")

    with pytest.raises(ChoiceInvalidError) as refused:
        town.share(request, service, "country", typed={"address": ADDRESS})

    assert refused.value.faults == {"country": "vault_not_ready"}
    assert CATALOGUE.message("vault_not_ready", "fr")
    assert town.standing(service) is None


def test_a_full_vault_says_so(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.vault.policy.MAX_ATTRIBUTES", 5)

    with pytest.raises(ChoiceInvalidError) as refused:
        town.share(
            town.ask("phone_number"),
            town.service(detail("phone_number")),
            "phone_number",
            typed={"phone_number": "+44 20 7946 0018"},
        )

    assert refused.value.faults == {"phone_number": "vault_full"}
    assert CATALOGUE.message("vault_full", "ar")


def test_two_windows_that_type_the_same_detail_both_succeed(town: Town) -> None:
    service, request = town.service(detail("phone_number")), town.ask("phone_number")

    results = town.world.parallel(
        *[
            lambda: town.share(
                request, service, "phone_number", ask_again=True, typed={"phone_number": "+44 20 7946 0018"}
            )
        ]
        * 2
    )

    assert not [result for result in results if isinstance(result, Exception)]
    assert town.answer(request, service) == {"phone_number": "+442079460018"}
