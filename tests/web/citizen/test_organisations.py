"""Bringing details from an organisation, with a real provider on the loopback address that can be told to misbehave."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from idp.services import Services
from idp.settings import Settings
from idp.vault.values import Attribute, Document, NewDetail, SourceKind
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.organisations.registry import CLIENT_ID, CLIENT_SECRET, Registry, registry_office
from tests.storage.databases import BOTH, database_url
from tests.web.citizen.forms import forms
from tests.web.citizen.visitor import Visitor

PATH = "/organisations/registry"


@pytest.fixture
def registry(clock: FrozenClock) -> Iterator[Registry]:
    with registry_office(lambda: clock.now().timestamp()) as office:
        yield office


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, registry: Registry) -> Iterator[Settings]:
    organisation = {
        "id": "registry",
        "issuer": registry.issuer,
        "name": {"en": "Northtown registry office", "fr": "État civil de Northtown"},
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "details": {name: name for name in ("given_name", "family_name", "birthdate", "email")},
        "checked_acr": ["substantial"],
        "trust_frameworks": ["eidas"],
    }
    with database_url(getattr(request, "param", "sqlite"), tmp_path) as url:
        yield make_settings(
            tmp_path,
            database={"url": url},
            organisations=[organisation],
            outbound={"allowed_hosts": ("127.0.0.1",)},
        )


class Town:
    """A citizen with a vault, and the registry office."""

    def __init__(self, app: Flask, registry: Registry) -> None:
        self.app, self.registry = app, registry
        self.services: Services = app.extensions["proffer"]
        self.visitor = Visitor(app.test_client())
        code = self.visitor.sign_up()
        self.visitor.send("confirm-recovery-code", recovery_code=code)

    @property
    def session(self) -> Any:
        cookie = self.visitor.client.get_cookie("proffer_session")
        assert cookie is not None
        return self.services.authentication.session(cookie.value)

    def document(self) -> Document:
        with self.app.app_context():
            return self.services.vault.read(self.session.account_id, self.session.vault_key)

    def held(self, claim: str) -> Attribute:
        (only,) = self.document().values(claim)
        return only

    def tell(self, claim: str, value: object) -> None:
        with self.app.app_context():
            session = self.session
            self.services.vault.add(session.account_id, session.vault_key, NewDetail(claim, value))

    def set_out(self) -> str:
        self.visitor.open(PATH)
        answer = self.visitor.send("go")
        assert answer.status_code == 303, answer.text
        return answer.location

    def back(self, returned: dict[str, str], visitor: Visitor | None = None) -> TestResponse:
        return (visitor or self.visitor).client.get(f"{PATH}/back", query_string=returned)

    def bring(self) -> TestResponse:
        """There and back; the page of what came."""
        answer = self.back(self.registry.authorize(self.set_out()))
        return self.visitor.open(answer.location) if answer.status_code == 303 else answer

    def keep(self, *ids: str, choose: tuple[str, ...] = (), untick: tuple[str, ...] = ()) -> TestResponse:
        page = self.visitor.page
        assert page is not None
        form = next(each for each in forms(page.text) if "keep-submit" in each.ids())
        form.tick(*ids)
        for one in choose:
            form.choose(one)
        for one in untick:
            form.control(one).checked = False
        return self.visitor.client.post(page.request.path, data=_data(form.sent("keep-submit")))


def _data(sent: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in sent:
        found.setdefault(name, []).append(value)
    return found


@pytest.fixture
def town(app: Flask, registry: Registry) -> Town:
    return Town(app, registry)


@pytest.mark.parametrize("settings", BOTH, indirect=True)
def test_details_are_saved_only_after_the_citizen_has_chosen(town: Town) -> None:
    page = town.bring()

    assert page.status_code == 200
    assert "Haddad-Registered" in page.text
    assert town.document().attributes == ()
    answer = town.keep(untick=("keep-birthdate",))
    assert (answer.status_code, answer.location) == (303, "/details")
    assert {each.claim for each in town.document().attributes} == {"given_name", "family_name", "email"}
    name = town.held("family_name")
    assert (name.source.kind, name.source.name) == (SourceKind.ORGANISATION, "Northtown registry office")
    assert (name.source.issuer, name.source.subject) == (town.registry.issuer, "citizen-4711")
    assert (name.assurer, name.assurance) == ("Northtown registry office", "substantial")
    assert "Checked by" in town.visitor.open("/details").text


def test_the_request_carries_what_protects_it(town: Town) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(town.set_out()).query).items()}

    assert asked["redirect_uri"] == "http://localhost:8000/organisations/registry/back"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert (asked["client_id"], asked["scope"], asked["acr_values"]) == (CLIENT_ID, "openid profile", "substantial")
    assert len(asked["state"]) == len(asked["nonce"]) == len(asked["code_challenge"]) == 43


def test_a_level_that_does_not_count_leaves_details_unchecked(town: Town) -> None:
    town.registry.acr = "low"
    town.bring()
    town.keep()

    assert town.held("family_name").checked_at is None
    assert "From <bdi>Northtown registry office</bdi>" in town.visitor.open("/details").text


def test_an_address_that_they_have_not_checked_is_not_checked(town: Town) -> None:
    town.registry.told["email_verified"] = False
    town.bring()
    town.keep()

    assert town.held("email").checked_at is None
    assert town.held("given_name").checked_at is not None


def test_verified_claims_of_a_known_trust_framework_count_as_checked_then(town: Town) -> None:
    town.registry.acr = "low"
    verification = {"trust_framework": "eidas", "assurance_level": "high", "time": "2025-11-03T09:30:00Z"}
    town.registry.told["verified_claims"] = {"verification": verification, "claims": {"family_name": "Haddad"}}
    town.bring()
    town.keep()

    name = town.held("family_name")
    assert (name.value, name.assurance) == ("Haddad", "eidas, high")
    assert name.checked_at is not None
    assert name.checked_at.isoformat() == "2025-11-03T09:30:00+00:00"


@pytest.mark.parametrize(
    "told",
    [
        {"verification": {"trust_framework": "made-up"}, "claims": {"family_name": "Liar"}},
        {"verification": "eidas", "claims": {"family_name": "Liar"}},
        {"verification": {"trust_framework": ["eidas"]}, "claims": {"family_name": "Liar"}},
        [[], None, 7, {"claims": []}],
        "eidas",
    ],
)
def test_verified_claims_of_another_kind_are_passed_over(town: Town, told: object) -> None:
    town.registry.told["verified_claims"] = told
    town.bring()
    town.keep()

    assert town.held("family_name").value == "Haddad-Registered"


def test_ones_own_value_stays_unless_its_owner_decides_otherwise(town: Town) -> None:
    town.tell("family_name", "Haddad")
    page = town.bring()
    assert re.search(r'id="choice-family_name"[^>]*value="mine"[^>]*checked', page.text)
    town.keep()

    assert town.held("family_name").value == "Haddad"
    town.bring()
    town.keep(choose=("choice-family_name-2",))
    assert town.held("family_name").value == "Haddad-Registered"


def test_a_second_address_stands_beside_the_first(town: Town) -> None:
    town.tell("email", "amina@home.example")
    town.bring()
    town.keep()

    assert [each.value for each in town.document().values("email")] == ["amina@home.example", "amina@registry.example"]


def test_bringing_again_renews_what_came_before(town: Town) -> None:
    town.bring()
    town.keep()
    town.registry.told["family_name"] = "Haddad-Married"
    town.bring()
    town.keep()

    assert town.held("family_name").value == "Haddad-Married"


def test_another_account_there_is_refused_and_nothing_is_saved(town: Town) -> None:
    town.bring()
    town.keep()
    before = town.document()
    town.registry.subject = "somebody-else"
    answer = town.bring()

    assert answer.status_code == 409
    assert "another account" in answer.text
    assert town.document() == before


def test_what_came_can_be_thrown_away(town: Town) -> None:
    page = town.bring()
    address = page.request.path
    town.visitor.send("discard-form")

    assert town.document().attributes == ()
    assert town.visitor.open(address).status_code == 410


@pytest.mark.parametrize("settings", BOTH, indirect=True)
def test_what_came_is_kept_once(town: Town) -> None:
    town.bring()
    page = town.visitor.page
    town.keep()
    town.visitor.page = page

    assert town.keep().status_code == 410


@pytest.mark.parametrize("settings", BOTH, indirect=True)
def test_a_change_in_another_window_shows_the_page_again(town: Town) -> None:
    town.bring()
    town.tell("family_name", "Typed-Meanwhile")

    answer = town.keep()
    assert answer.status_code == 409
    assert "Typed-Meanwhile" in answer.text
    assert [each.claim for each in town.document().attributes] == ["family_name"]


def test_what_came_opens_in_no_other_session(town: Town, app: Flask) -> None:
    address = town.bring().request.path
    other = Visitor(app.test_client())
    other.sign_in()

    assert other.open(address).status_code == 410


def test_what_came_waits_half_an_hour(town: Town, clock: FrozenClock) -> None:
    address = town.bring().request.path
    clock.advance(minutes=29)
    assert town.visitor.open(address).status_code == 200
    clock.advance(minutes=2)

    assert town.visitor.open(address).status_code == 410


def test_a_value_that_cannot_be_one_is_named_and_left_out(town: Town) -> None:
    town.registry.told |= {"birthdate": "31 Smarch", "given_name": {"$ne": 1}}
    page = town.bring()
    assert "cannot be kept" in page.text
    town.keep()

    assert {each.claim for each in town.document().attributes} == {"family_name", "email"}


def test_signed_userinfo_is_accepted(town: Town) -> None:
    town.registry.signed_userinfo = True

    assert "Haddad-Registered" in town.bring().text


LIES: dict[str, Callable[[Registry], None]] = {
    "another issuer in discovery": lambda it: it.metadata.update(issuer="https://evil.example"),
    "no token endpoint": lambda it: it.metadata.update(token_endpoint=None),
    "keys that may not be fetched": lambda it: it.metadata.update(jwks_uri="http://10.0.0.1/jwks"),
    "ID token of another issuer": lambda it: it.id_token.update(iss="https://evil.example"),
    "ID token for another client": lambda it: it.id_token.update(aud="somebody"),
    "several audiences without azp": lambda it: it.id_token.update(aud=[CLIENT_ID, "somebody"]),
    "another azp": lambda it: it.id_token.update(azp="somebody"),
    "another nonce": lambda it: it.id_token.update(nonce="n" * 43),
    "no nonce": lambda it: it.id_token.update(nonce=None),
    "an old ID token": lambda it: it.id_token.update(exp=int(it.now()) - 3600),
    "an ID token made long ago": lambda it: it.id_token.update(iat=int(it.now()) - 3600),
    "times that are no numbers": lambda it: it.id_token.update(exp="tomorrow"),
    "another access token's hash": lambda it: it.id_token.update(at_hash="x" * 22),
    "a hash that is no text": lambda it: it.id_token.update(at_hash=[1]),
    "a subject that is none": lambda it: it.id_token.update(sub=""),
    "alg none": lambda it: setattr(it, "alg_none", True),
    "UserInfo about somebody else": lambda it: it.userinfo.update(sub="somebody"),
    "huge UserInfo": lambda it: it.told.update(given_name="x" * 300_000),
    "tokens that are no JSON": lambda it: setattr(it, "token_body", b"<html>"),
    "tokens of the wrong types": lambda it: setattr(
        it, "token_body", b'{"access_token": 7, "id_token": [], "expires_in": {}}'
    ),
    "deep JSON": lambda it: setattr(it, "token_body", b"[" * 60_000),
    "a name twice": lambda it: setattr(it, "token_body", b'{"access_token": "a", "access_token": "b"}'),
    "an error": lambda it: setattr(
        it, "token_body", b'{"error": "server_error", "error_description": "<b>secret</b>"}'
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_gets_a_clear_page_and_touches_nothing(town: Town, lie: str) -> None:
    LIES[lie](town.registry)
    town.visitor.open(PATH)
    sent = town.visitor.send("go")
    answer = town.back(town.registry.authorize(sent.location)) if sent.status_code == 303 else sent

    assert answer.status_code == 502
    assert "Nothing came from Northtown registry office" in answer.text
    assert "your details are as they were" in answer.text
    assert "secret" not in answer.text
    assert town.document().attributes == ()
    with town.app.app_context(), town.services.db.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM organisation_arrival")).scalar() == 0


def test_a_citizen_who_says_no_there_is_told_that_nothing_happened(town: Town) -> None:
    returned = town.registry.authorize(town.set_out())
    answer = town.back({"error": "access_denied", "state": returned["state"], "iss": returned["iss"]})

    assert answer.status_code == 200
    assert "Nothing was brought" in answer.text


@pytest.mark.parametrize("issuer", ["https://evil.example", ""])
def test_an_answer_of_another_provider_is_refused_before_its_code_goes_anywhere(town: Town, issuer: str) -> None:
    returned = town.registry.authorize(town.set_out()) | {"iss": issuer}
    town.registry.requests.clear()

    assert town.back(returned).status_code == 502
    assert "/token" not in town.registry.requests


@pytest.mark.parametrize("settings", BOTH, indirect=True)
def test_an_answer_is_used_once(town: Town) -> None:
    returned = town.registry.authorize(town.set_out())
    assert town.back(returned).status_code == 303

    assert town.back(returned).status_code == 410


@pytest.mark.parametrize("settings", BOTH, indirect=True)
def test_an_answer_in_another_browser_is_refused_and_uses_nothing_up(town: Town, app: Flask) -> None:
    returned = town.registry.authorize(town.set_out())
    other = Visitor(app.test_client())
    other.sign_in()

    assert town.back(returned, other).status_code == 410
    assert town.back(returned).status_code == 303


def test_an_answer_that_comes_too_late_is_refused(town: Town, clock: FrozenClock) -> None:
    returned = town.registry.authorize(town.set_out())
    clock.advance(minutes=11)

    assert town.back(returned).status_code == 410


def test_an_answer_after_signing_out_is_refused(town: Town) -> None:
    returned = town.registry.authorize(town.set_out())
    town.visitor.client.delete_cookie("proffer_session")

    assert town.back(returned).status_code == 410


@pytest.mark.parametrize(
    "query", ["", "state=x", "state=a&state=b&code=c", "state=%00&code=%ff", "state=" + "x" * 5000]
)
def test_nonsense_at_the_redirect_uri_is_answered_clearly(town: Town, query: str) -> None:
    assert town.visitor.client.get(f"{PATH}/back?{query}").status_code == 410


def test_an_organisation_that_nobody_set_up_is_not_found(town: Town) -> None:
    assert town.visitor.open("/organisations/made-up").status_code == 404
    assert town.visitor.client.get("/organisations/made-up/back?state=x").status_code == 404


@pytest.mark.parametrize("settings", BOTH, indirect=True)
def test_neither_database_holds_what_came_in_clear(town: Town) -> None:
    town.bring()
    found = []
    with town.app.app_context(), town.services.db.reading() as connection:
        for table in ("organisation_trip", "organisation_arrival", "activity", "vault_document"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            found += [table for row in rows if "Haddad" in repr(row) or "citizen-4711" in repr(row)]

    assert found == []


def test_the_ledger_names_details_and_the_organisation(town: Town) -> None:
    town.bring()
    town.keep()

    page = town.visitor.open("/activity").text
    assert "You brought details from an organisation." in page
    assert "Northtown registry office" in page
    assert "Haddad" not in page


@pytest.mark.parametrize("settings", BOTH, indirect=True)
def test_what_has_ended_is_purged(town: Town, clock: FrozenClock) -> None:
    town.bring()
    town.set_out()
    clock.advance(hours=1)
    with town.app.app_context():
        assert town.services.organisations.purge(clock.now(), 10) == 2


def test_everything_that_came_can_be_removed_at_once_and_ones_own_word_stays(town: Town) -> None:
    town.tell("given_name", "Typed")
    town.bring()
    town.keep()
    page = town.visitor.open(PATH)
    assert "Family name" in page.text
    answer = town.visitor.send("remove")

    assert answer.status_code == 303
    assert [(each.claim, each.value) for each in town.document().attributes] == [("given_name", "Typed")]
    town.registry.subject = "somebody-else"
    assert town.bring().status_code == 200
