"""How a service will know the citizen, chosen on the choosing page and changed under Your sharing, over plain HTTP."""

from __future__ import annotations

import json
from html import unescape

import pytest
from flask import Flask

from idp.authentication.values import Origin
from idp.clients.reading import parse
from idp.clients.sectors import SectorDocuments
from idp.clients.values import Client
from idp.services import Services
from idp.vault.personas import Persona
from idp.vault.values import MAIN, NewDetail
from tests.web.citizen.chooser import FILE, PASSWORD, Chooser, register
from tests.web.citizen.forms import posting


@pytest.fixture
def citizen(app: Flask, services: Services) -> Chooser:
    register(services)
    citizen = Chooser(app, services)
    citizen.holds(("given_name", "Amina"), ("birthdate", "1990-04-12"), ("email", "amina@home.example"))
    return citizen


@pytest.fixture
def work(citizen: Chooser) -> Persona:
    return persona(citizen, "Work", ("given_name", "Dr Haddad"), ("birthdate", "1990-04-12"))


def persona(citizen: Chooser, name: str, *details: tuple[str, str]) -> Persona:
    account_id, key = citizen.session.account_id, citizen.session.vault_key
    assert key is not None
    made = citizen.services.personas.add(account_id, key, name=name, colour="plum")
    for claim, value in details:
        citizen.services.vault.add(account_id, key, NewDetail(claim, value), persona=made.id)
    return made


def preview(citizen: Chooser) -> dict[str, object]:
    html = citizen.html.partition("<code>")[2].partition("</code>")[0]
    shown: dict[str, object] = json.loads(unescape(html))
    return shown


def test_the_main_self_is_chosen_first_and_nobody_sees_a_name(citizen: Chooser, work: Persona) -> None:
    citizen.asked("given_name")

    form = citizen.form()
    assert form.control("known-as-main").checked
    assert {"known-as-once", f"known-as-{work.id}"} <= form.ids()
    assert "Work" in citizen.html
    assert "Work" not in json.dumps(preview(citizen))


def test_showing_a_persona_keeps_ticks_and_shows_its_details_and_its_own_id(citizen: Chooser, work: Persona) -> None:
    citizen.asked("given_name", "birthdate", "email")
    before = preview(citizen)
    form = citizen.form()
    form.tick("claim-email")
    form.choose(f"known-as-{work.id}")

    page = citizen.press("consent-identity", form)

    assert page.status_code == 200
    assert citizen.form().control("claim-email").checked
    after = preview(citizen)
    assert after["given_name"] == "Dr Haddad"
    assert after["sub"] != before["sub"]
    assert "amina@home.example" not in citizen.html


def test_what_has_not_been_shown_is_not_shared(citizen: Chooser, work: Persona) -> None:
    citizen.asked("given_name", "birthdate")
    form = citizen.form()
    form.choose(f"known-as-{work.id}")

    page = citizen.press("consent-allow", form)

    assert page.status_code == 422
    assert "nothing has been shared yet" in page.text
    assert citizen.services.consent.standing(citizen.session.account_id, "permits") is None
    citizen.press("consent-allow")
    assert "code=" in citizen.answer()
    assert citizen.grant().persona == work.id


def test_one_time_needs_no_second_look_because_it_shows_the_same(citizen: Chooser) -> None:
    citizen.asked("given_name", "birthdate")
    form = citizen.form()
    form.choose("known-as-once")

    citizen.press("consent-allow", form)

    assert "code=" in citizen.answer()
    assert citizen.services.consent.standing(citizen.session.account_id, "permits") is None
    (row, *_) = citizen.services.activity.page(citizen.session.account_id).rows
    assert (row.kind, row.facts) == ("released", {"duration": "once", "identity": "one_time"})


def test_one_time_says_that_it_lasts_one_time(citizen: Chooser) -> None:
    citizen.asked("given_name")
    form = citizen.form()
    form.choose("known-as-once")

    citizen.press("consent-identity", form)

    assert "duration-standing" not in citizen.form().ids()
    assert preview(citizen)["sub"] == "…"


def test_a_service_that_has_to_know_people_again_offers_no_one_time(citizen: Chooser) -> None:
    clients = [one | {"lasting_subject": one["client_id"] == "permits"} for one in FILE["clients"]]
    citizen.services.clients.register(parse({**FILE, "clients": clients}))
    citizen.asked("given_name", "birthdate")
    assert "known-as-once" not in citizen.form().ids()
    assert 'id="lasting"' in citizen.html

    made_up = [(name, "once" if name == "known_as" else value) for name, value in citizen.form().sent("consent-allow")]

    assert citizen.send(made_up).status_code == 400
    assert citizen.services.consent.shared_with(citizen.session.account_id) == ()


def test_a_later_sign_on_uses_the_persona_without_a_page(citizen: Chooser, work: Persona) -> None:
    share_as(citizen, work.id)

    answer = citizen.asked("given_name", "birthdate")

    assert "code=" in answer.headers["Location"]


def test_another_persona_ends_what_the_one_before_was_given_and_says_so(citizen: Chooser, work: Persona) -> None:
    share_as(citizen, MAIN)
    before = citizen.grant()

    citizen.asked("given_name", "birthdate", prompt="consent")
    form = citizen.form()
    form.choose(f"known-as-{work.id}")
    citizen.press("consent-identity", form)
    assert 'id="new-person"' in citizen.html
    citizen.press("consent-allow")
    assert "code=" in citizen.answer()

    after = citizen.grant()
    assert (after.persona, after.sub != before.sub) == (work.id, True)
    ended = next(one for one in citizen.services.consent.shared_with(before.account_id) if one.id == before.id)
    assert (ended.withdrawn_at is not None, ended.claims_sealed, ended.pinned) == (True, None, False)
    kinds = [row.kind for row in citizen.services.activity.page(before.account_id).rows[:2]]
    assert kinds == ["released", "identity_changed"]


def test_going_back_is_being_the_same_person_again(citizen: Chooser, work: Persona) -> None:
    share_as(citizen, MAIN)
    first = citizen.grant()
    share_as(citizen, work.id, prompt="consent")
    share_as(citizen, MAIN, prompt="consent")

    again = citizen.grant()

    assert (again.id, again.sub) == (first.id, first.sub)
    assert again.token_epoch > first.token_epoch


@pytest.mark.parametrize("made_up", ["nobody", "once:something", "x" * 500, "\x00", "main "])
def test_a_made_up_identity_is_refused_in_plain_words(citizen: Chooser, made_up: str) -> None:
    citizen.asked("given_name", "birthdate")
    fields = [(name, made_up if name == "known_as" else value) for name, value in citizen.form().sent("consent-allow")]

    page = citizen.send(fields)

    assert page.status_code == 400
    assert "Nothing was shared" in page.text


def test_what_is_typed_for_a_persona_is_kept_for_it_only(citizen: Chooser, work: Persona) -> None:
    citizen.asked("given_name", "birthdate", "email")
    form = citizen.form()
    form.choose(f"known-as-{work.id}")
    citizen.press("consent-identity", form)
    form = citizen.form()
    form.tick("claim-email")
    form.type(**{"typed-email": "desk@work.example"})

    citizen.press("consent-allow", form)

    assert "code=" in citizen.answer()
    key = citizen.session.vault_key
    assert key is not None
    vault, account_id = citizen.services.vault, citizen.session.account_id
    assert [one.value for one in vault.read(account_id, key, persona=work.id).values("email")] == ["desk@work.example"]
    assert [one.value for one in vault.read(account_id, key).values("email")] == ["amina@home.example"]


# Changed under Your sharing


def test_changing_a_service_over_ends_what_it_has_and_asks_at_the_next_visit(citizen: Chooser, work: Persona) -> None:
    share_as(citizen, MAIN)
    grant = citizen.grant()
    address = f"/personas/known-as/{grant.id}"
    form = posting(citizen.http.get(address).text)
    form.choose(f"known-as-{work.id}")

    answer = citizen.http.post(address, data=dict(form.sent("known-as-save")))

    assert answer.status_code == 303
    page = citizen.asked("given_name", "birthdate")
    assert "Choose what to share with" in page.text
    assert citizen.form().control(f"known-as-{work.id}").checked
    assert preview(citizen)["given_name"] == "Dr Haddad"
    citizen.press("consent-allow")
    assert "code=" in citizen.answer()
    assert citizen.grant().persona == work.id


def test_a_service_that_was_only_changed_over_is_in_no_list(citizen: Chooser, work: Persona) -> None:
    share_as(citizen, MAIN)
    citizen.services.logout.change_identity(citizen.session, _client(citizen), work.id)

    shared = citizen.services.consent.shared_with(citizen.session.account_id)

    assert [(one.persona, one.withdrawn_at is not None) for one in shared] == [(MAIN, True)]


@pytest.mark.parametrize("chosen", ["nobody", "x" * 300])
def test_changing_over_to_nobody_changes_nothing(citizen: Chooser, chosen: str) -> None:
    share_as(citizen, MAIN)
    grant = citizen.grant()
    address = f"/personas/known-as/{grant.id}"
    token = dict(posting(citizen.http.get("/personas/new").text).sent())["csrf_token"]

    answer = citizen.http.post(address, data={"known_as": chosen, "csrf_token": token})

    assert answer.status_code == 404
    assert citizen.grant() == grant


def test_nobody_changes_what_another_citizen_shares(citizen: Chooser, app: Flask, services: Services) -> None:
    share_as(citizen, MAIN)

    stranger = app.test_client()
    signed = services.authentication.sign_up(login="bram", password=PASSWORD, origin=Origin("192.0.2.2"))
    stranger.set_cookie("proffer_session", signed.session_secret, domain="localhost")

    assert stranger.get(f"/personas/known-as/{citizen.grant().id}").status_code == 404


def test_services_of_one_sector_are_named_where_they_can_compare_notes(
    citizen: Chooser, work: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SectorDocuments, "problem", lambda _documents, *_args, **_kwargs: None)
    sector = {"sector_identifier_uri": "https://northtown.example/sector.json"}
    clients = [one | (sector if one["client_id"] in ("permits", "shop") else {}) for one in FILE["clients"]]
    citizen.services.clients.register(parse({**FILE, "clients": clients}))
    share_as(citizen, MAIN)

    citizen.asked("given_name", "email", client="shop")
    assert "already knows you by this ID" in citizen.html
    form = citizen.form()
    form.choose(f"known-as-{work.id}")
    citizen.press("consent-identity", form)

    assert "knows you by another ID" in citizen.html


def share_as(citizen: Chooser, known_as: str, **parameters: str) -> None:
    citizen.asked("given_name", "birthdate", **parameters)
    form = citizen.form()
    form.choose(f"known-as-{known_as}")
    citizen.press("consent-identity", form)
    citizen.press("consent-allow")
    assert "code=" in citizen.answer()


def _client(citizen: Chooser) -> Client:
    client = citizen.services.clients.get("permits")
    assert client is not None
    return client
