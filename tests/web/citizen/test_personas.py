"""The pages of personas, over plain HTTP."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp.authentication.values import Origin
from idp.services import Services
from idp.vault.personas import Persona
from idp.vault.values import NewDetail, VaultKey
from tests.web.citizen.chooser import PASSWORD, Chooser, register
from tests.web.citizen.forms import posting


@pytest.fixture
def citizen(app: Flask, services: Services) -> Chooser:
    register(services)
    citizen = Chooser(app, services)
    citizen.holds(("given_name", "Amina"), ("nickname", "Mina"), ("birthdate", "1990-04-12"))
    return citizen


@pytest.fixture
def key(citizen: Chooser) -> VaultKey:
    key = citizen.session.vault_key
    assert key is not None
    return key


@pytest.fixture
def work(citizen: Chooser, key: VaultKey) -> Persona:
    return citizen.services.personas.add(citizen.session.account_id, key, name="Work", colour="plum")


def send(citizen: Chooser, path: str, button: str, **typed: str) -> TestResponse:
    form = posting(citizen.http.get(path).text)
    fields: dict[str, list[str]] = {}
    for name, value in form.sent(button):
        fields.setdefault(name, []).append(typed.get(name, value))
    return citizen.http.post(path, data=fields)


def known(citizen: Chooser, persona: Persona) -> None:
    """Have the permits service know a persona."""
    citizen.asked("nickname", client="shop")
    form = citizen.form()
    form.choose(f"known-as-{persona.id}")
    citizen.press("consent-identity", form)
    form = citizen.form()
    form.tick("claim-nickname")
    citizen.press("consent-allow", form)
    assert "code=" in citizen.answer()


def holds(citizen: Chooser, key: VaultKey, persona: Persona) -> list[tuple[str, object, bool]]:
    document = citizen.services.vault.read(citizen.session.account_id, key, persona=persona.id)
    return [(one.claim, one.value, one.follows) for one in document.attributes]


def test_the_list_says_what_personas_are_for_when_there_is_none(citizen: Chooser) -> None:
    page = citizen.http.get("/personas").text

    assert "You have made none" in page
    assert "/personas/new" in page


def test_a_persona_is_made_and_its_details_are_chosen_next(citizen: Chooser, key: VaultKey) -> None:
    answer = send(citizen, "/personas/new", "persona-save", name="Book club")

    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/details")
    assert [one.name for one in citizen.services.personas.all(citizen.session.account_id, key)] == ["Book club"]
    assert "Book club" in citizen.http.get("/personas").text


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "Enter a name for the persona."),
        ("work", "You have a persona of that name already."),
        ("w" * 200, "long"),
        ("a\u202eb", "characters"),
        ("\x00", "characters"),
    ],
)
def test_a_name_that_will_not_do_comes_back_with_what_to_do(
    citizen: Chooser, work: Persona, name: str, message: str
) -> None:
    answer = send(citizen, "/personas/new", "persona-save", name=name)

    assert answer.status_code == 422
    assert message in answer.text
    assert 'href="#name"' in answer.text
    assert work.name == "Work"


def test_markup_in_a_name_is_text(citizen: Chooser) -> None:
    send(citizen, "/personas/new", "persona-save", name="<b>x</b>")

    assert "<b>x</b>" not in citizen.http.get("/personas").text
    assert "&lt;b&gt;x&lt;/b&gt;" in citizen.http.get("/personas").text


def test_a_persona_is_renamed(citizen: Chooser, key: VaultKey, work: Persona) -> None:
    answer = send(citizen, f"/personas/{work.id}/name", "persona-save", name="Office", colour="moss")

    assert answer.status_code == 303
    found = citizen.services.personas.find(citizen.session.account_id, key, work.id)
    assert (found.name, found.colour) == ("Office", "moss")


def test_an_eleventh_is_not_offered(citizen: Chooser, key: VaultKey) -> None:
    for number in range(10):
        citizen.services.personas.add(citizen.session.account_id, key, name=f"Face {number}", colour="")
    token = dict(posting(citizen.http.get("/sign-out").text).sent())["csrf_token"]

    assert "as many personas as there can be" in citizen.http.get("/personas").text
    assert citizen.http.get("/personas/new").status_code == 303
    assert citizen.http.post("/personas/new", data={"name": "More", "csrf_token": token}).status_code == 303
    assert len(citizen.services.personas.all(citizen.session.account_id, key)) == 10


def test_ticks_say_what_a_persona_has(citizen: Chooser, key: VaultKey, work: Persona) -> None:
    path = f"/personas/{work.id}/details"
    form = posting(citizen.http.get(path).text)
    name = citizen.services.vault.read(citizen.session.account_id, key).values("nickname")[0].id
    form.tick(f"detail-{name}")

    answer = citizen.http.post(path, data=dict(form.sent("persona-details-save")))

    assert answer.status_code == 303
    assert holds(citizen, key, work) == [("nickname", "Mina", True)]
    assert "Mina" in citizen.http.get(f"/personas/{work.id}").text


def test_ticks_under_which_the_persona_changed_are_shown_anew(citizen: Chooser, key: VaultKey, work: Persona) -> None:
    path = f"/personas/{work.id}/details"
    form = posting(citizen.http.get(path).text)
    citizen.services.vault.add(citizen.session.account_id, key, NewDetail("nickname", "Dr H"), persona=work.id)

    answer = citizen.http.post(path, data=dict(form.sent("persona-details-save")))

    assert answer.status_code == 409
    assert "changed in another window" in answer.text
    assert holds(citizen, key, work) == [("nickname", "Dr H", False)]


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 400, "１"])
def test_a_made_up_version_changes_nothing(citizen: Chooser, key: VaultKey, work: Persona, version: str) -> None:
    path = f"/personas/{work.id}/details"
    fields = dict(posting(citizen.http.get(path).text).sent("persona-details-save")) | {"version": version}

    assert citizen.http.post(path, data=fields).status_code in (303, 409)
    assert holds(citizen, key, work) == []


def test_a_value_of_its_own_is_typed_changed_and_taken_away(citizen: Chooser, key: VaultKey, work: Persona) -> None:
    path = f"/personas/{work.id}/own/nickname"
    assert send(citizen, path, "persona-own-save", value="Dr H").status_code == 303
    change = f"/personas/{work.id}/change/{own_id(citizen, key, work)}"
    assert citizen.http.get(path).headers["Location"] == change
    assert send(citizen, change, "persona-own-save", value="Prof H").status_code == 303
    assert holds(citizen, key, work) == [("nickname", "Prof H", False)]

    without = f"/personas/{work.id}/without/{own_id(citizen, key, work)}"
    assert "must type it again" in citizen.http.get(without).text
    assert send(citizen, without, "persona-without").status_code == 303

    assert holds(citizen, key, work) == []
    assert citizen.services.vault.read(citizen.session.account_id, key).values("nickname")[0].value == "Mina"


def own_id(citizen: Chooser, key: VaultKey, persona: Persona) -> str:
    return citizen.services.vault.read(citizen.session.account_id, key, persona=persona.id).attributes[0].id


def test_a_change_of_what_it_follows_makes_it_the_personas_own(citizen: Chooser, key: VaultKey, work: Persona) -> None:
    account_id = citizen.session.account_id
    name = citizen.services.vault.read(account_id, key).values("nickname")[0].id
    citizen.services.personas.choose(account_id, key, work.id, [name], expected_version=1)
    path = f"/personas/{work.id}/change/{name}"
    assert "changes with them no longer" in citizen.http.get(path).text

    assert send(citizen, path, "persona-own-save", value="Dr H").status_code == 303

    assert holds(citizen, key, work) == [("nickname", "Dr H", False)]
    assert citizen.services.vault.read(account_id, key).values("nickname")[0].value == "Mina"


def test_several_of_its_own_have_words_that_tell_them_apart(citizen: Chooser, key: VaultKey, work: Persona) -> None:
    path = f"/personas/{work.id}/own/email"
    for value, label in (("desk@work.example", "desk"), ("hr@work.example", "HR")):
        assert send(citizen, path, "persona-own-save", value=value, label=label).status_code == 303
    too_long = send(citizen, path, "persona-own-save", value="x@work.example", label="w" * 200)
    assert (too_long.status_code, 'href="#label"' in too_long.text) == (422, True)

    change = f"/personas/{work.id}/change/{own_id(citizen, key, work)}"
    assert send(citizen, change, "persona-own-save", value="hr@work.example").status_code == 422
    assert send(citizen, change, "persona-own-save", value="d@work.example").status_code == 303

    values = [
        one.value for one in citizen.services.vault.read(citizen.session.account_id, key, persona=work.id).attributes
    ]
    assert values == ["d@work.example", "hr@work.example"]


def test_a_value_that_is_none_comes_back_with_what_to_do(citizen: Chooser, key: VaultKey, work: Persona) -> None:
    answer = send(citizen, f"/personas/{work.id}/own/email", "persona-own-save", value="not an address")

    assert answer.status_code == 422
    assert "not an address" in answer.text
    assert 'id="error-summary"' in answer.text
    assert holds(citizen, key, work) == []


def test_who_has_a_main_detail_includes_those_who_get_it_through_a_persona(
    citizen: Chooser, key: VaultKey, work: Persona
) -> None:
    account_id = citizen.session.account_id
    name = citizen.services.vault.read(account_id, key).values("nickname")[0].id
    citizen.services.personas.choose(account_id, key, work.id, [name], expected_version=1)
    known(citizen, work)

    page = citizen.http.get("/details").text

    assert "Bookshop" in page.partition(f'id="{name}"')[2].partition("held__row")[0]
    assert "Bookshop" in citizen.http.get(f"/personas/{work.id}").text


def test_removing_a_persona_stops_what_it_shares_after_saying_so(
    citizen: Chooser, key: VaultKey, work: Persona
) -> None:
    citizen.services.vault.add(citizen.session.account_id, key, NewDetail("nickname", "Dr H"), persona=work.id)
    known(citizen, work)
    path = f"/personas/{work.id}/remove"
    assert "Bookshop" in citizen.http.get(path).text

    assert send(citizen, path, "persona-remove").status_code == 303

    assert citizen.http.get(f"/personas/{work.id}").status_code == 404
    (grant,) = citizen.services.consent.shared_with(citizen.session.account_id)
    assert (grant.claims_sealed, grant.pinned) == (None, False)
    assert citizen.services.consent.standing(citizen.session.account_id, "shop") is None
    assert "A persona that you removed" in citizen.http.get(f"/sharing/{grant.id}").text
    citizen.asked("nickname", client="shop")
    assert citizen.form().control("known-as-main").checked


def test_a_persona_that_a_service_came_to_know_meanwhile_is_not_removed(
    citizen: Chooser, key: VaultKey, work: Persona
) -> None:
    citizen.services.vault.add(citizen.session.account_id, key, NewDetail("nickname", "Dr H"), persona=work.id)
    path = f"/personas/{work.id}/remove"
    form = posting(citizen.http.get(path).text)
    known(citizen, work)

    answer = citizen.http.post(path, data=dict(form.sent("persona-remove")))

    assert answer.status_code == 409
    assert "nothing was removed" in answer.text
    assert citizen.grant("shop").persona == work.id


@pytest.mark.parametrize("path", ["", "/name", "/details", "/remove", "/own/nickname", "/without/x", "/change/x"])
@pytest.mark.parametrize("persona", ["nobody", "main", "x" * 300])
def test_what_is_no_persona_has_no_page(citizen: Chooser, path: str, persona: str) -> None:
    assert citizen.http.get(f"/personas/{persona}{path}").status_code == 404


@pytest.mark.parametrize("claim", ["nothing", "age_over_18", "sub"])
def test_what_cannot_be_typed_is_no_detail_of_its_own(citizen: Chooser, work: Persona, claim: str) -> None:
    assert citizen.http.get(f"/personas/{work.id}/own/{claim}").status_code == 404


def test_another_citizens_persona_has_no_page(app: Flask, citizen: Chooser, work: Persona) -> None:
    signed = citizen.services.authentication.sign_up(login="bram", password=PASSWORD, origin=Origin("192.0.2.2"))
    stranger = app.test_client()
    stranger.set_cookie("proffer_session", signed.session_secret, domain="localhost")

    assert stranger.get(f"/personas/{work.id}").status_code == 404
    assert "Work" not in stranger.get("/personas").text
