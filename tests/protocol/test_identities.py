"""Personas and one-time identities through the protocol: what each endpoint says of them, and what none says."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from idp.clients.reading import parse
from idp.consent.values import ONE_TIME
from idp.services import Services
from idp.vault.values import MAIN, NewDetail
from tests.doubles import FrozenClock
from tests.protocol.back_channel import basic
from tests.protocol.logging_out import end_session, register_with_logout
from tests.protocol.sign_on import CALLBACK, SECRET, Browser, answer_of, page_of
from tests.protocol.test_device_grant import FILE as DEVICES
from tests.protocol.test_device_grant import Device

OFFLINE = "openid email offline_access"


@pytest.fixture
def work(citizen: Browser) -> str:
    """A persona that holds another given name."""
    session = citizen.signed_in()
    assert session.vault_key is not None
    persona = citizen.services.personas.add(session.account_id, session.vault_key, name="Work", colour="plum")
    new = NewDetail("given_name", "Dr Haddad")
    citizen.services.vault.add(session.account_id, session.vault_key, new, persona=persona.id)
    return persona.id


def sign_on_as(citizen: Browser, known_as: str, **changes: str | None) -> dict[str, Any]:
    """Choose an identity on the page, and give what the token endpoint answers, with the ID token's claims."""
    page = page_of(citizen.authorize("GET", **{"prompt": "consent", **changes}))
    citizen.share(page, "given_name", known_as=known_as)
    return exchanged(citizen, answer_of(citizen.come_back(page))["code"])


def exchanged(citizen: Browser, code: str) -> dict[str, Any]:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    answer = citizen.app.test_client().post("/token", data=form, headers=basic("permits", SECRET))
    assert answer.status_code == 200, answer.text
    return read(answer.get_json())


def read(answer: dict[str, Any]) -> dict[str, Any]:
    body = answer["id_token"].split(".")[1]
    return answer | {"claims": json.loads(base64.urlsafe_b64decode(body + "=="))}


def userinfo(citizen: Browser, answer: dict[str, Any]) -> Any:
    return citizen.app.test_client().get("/userinfo", headers={"Authorization": f"Bearer {answer['access_token']}"})


def is_signed_in(citizen: Browser) -> bool:
    return citizen.services.authentication.session(citizen.session) is not None


def refreshed(citizen: Browser, answer: dict[str, Any]) -> Any:
    form = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    return citizen.app.test_client().post("/token", data=form, headers=basic("permits", SECRET))


# A persona


def test_a_persona_has_its_own_subject_details_and_session(citizen: Browser, work: str) -> None:
    as_self, as_work = sign_on_as(citizen, MAIN), sign_on_as(citizen, work)

    assert as_work["claims"]["sub"] != as_self["claims"]["sub"]
    assert as_work["claims"]["sid"] != as_self["claims"]["sid"]
    assert userinfo(citizen, as_work).get_json() == {"sub": as_work["claims"]["sub"], "given_name": "Dr Haddad"}


def test_a_silent_sign_on_answers_as_the_persona(citizen: Browser, work: str) -> None:
    first = sign_on_as(citizen, work)

    again = exchanged(citizen, answer_of(citizen.authorize(prompt="none"))["code"])

    assert again["claims"]["sub"] == first["claims"]["sub"]
    assert again["claims"]["sid"] == first["claims"]["sid"]


def test_a_refresh_token_stays_with_the_persona_and_ends_with_it(citizen: Browser, work: str) -> None:
    first = sign_on_as(citizen, work, scope=OFFLINE)
    again = read(refreshed(citizen, first).get_json())
    assert again["claims"]["sub"] == first["claims"]["sub"]

    sign_on_as(citizen, MAIN)

    assert refreshed(citizen, again).status_code == 400
    assert userinfo(citizen, first).status_code == 401


def test_an_edited_detail_of_a_persona_is_what_userinfo_says_from_the_next_sign_on(citizen: Browser, work: str) -> None:
    sign_on_as(citizen, work)
    session = citizen.signed_in()
    assert session.vault_key is not None
    vault = citizen.services.vault
    (held,) = vault.read(session.account_id, session.vault_key, persona=work).attributes
    vault.edit(session.account_id, session.vault_key, held.id, "Prof Haddad", persona=work)

    again = exchanged(citizen, answer_of(citizen.authorize())["code"])

    assert userinfo(citizen, again).get_json()["given_name"] == "Prof Haddad"


def test_a_subject_asked_for_by_value_is_the_personas_or_none(citizen: Browser, work: str) -> None:
    """OIDC Core §5.5.1."""
    as_self, as_work = sign_on_as(citizen, MAIN), sign_on_as(citizen, work)

    def asking(sub: str) -> dict[str, str]:
        claims = json.dumps({"id_token": {"sub": {"value": sub}}})
        return answer_of(citizen.authorize(prompt="none", claims=claims))

    assert "code" in asking(as_work["claims"]["sub"])
    assert asking(as_self["claims"]["sub"])["error"] == "login_required"


def test_a_hint_of_an_identity_that_was_left_tells_a_silent_request_nothing(citizen: Browser, work: str) -> None:
    as_self = sign_on_as(citizen, MAIN)
    as_work = sign_on_as(citizen, work)

    assert "code" in answer_of(citizen.authorize(prompt="none", id_token_hint=as_work["id_token"]))
    left = answer_of(citizen.authorize(prompt="none", id_token_hint=as_self["id_token"]))
    stranger = citizen.services.keys.signing("RS256").sign({**as_self["claims"], "sub": "somebody", "sid": "else"})
    unknown = answer_of(citizen.authorize(prompt="none", id_token_hint=stranger))
    assert left == unknown
    assert left["error"] == "login_required"


def test_a_hint_of_an_identity_that_was_left_still_names_its_session_on_a_page(citizen: Browser, work: str) -> None:
    as_self = sign_on_as(citizen, MAIN)
    sign_on_as(citizen, work)

    assert "code" in answer_of(citizen.authorize(id_token_hint=as_self["id_token"]))


@pytest.mark.parametrize("left", [True, False])
def test_a_service_signs_a_persona_out_by_its_id_token(
    citizen: Browser, services: Services, work: str, *, left: bool
) -> None:
    register_with_logout(services)
    as_work = sign_on_as(citizen, work)
    if left:
        sign_on_as(citizen, MAIN)

    end_session(citizen, id_token_hint=as_work["id_token"])

    assert not is_signed_in(citizen)


def test_a_device_signs_in_as_the_persona_that_its_owner_picks(citizen: Browser, work: str) -> None:
    citizen.services.clients.register(parse(DEVICES))
    device = Device(citizen)
    begun = device.begin()
    device.approve(begun, "given_name", known_as=work)

    answer = read(device.poll(begun).get_json())

    assert userinfo(citizen, answer).get_json() == {"sub": answer["claims"]["sub"], "given_name": "Dr Haddad"}


# One time


def test_each_visit_under_a_one_time_identity_is_a_new_subject_and_a_new_session(citizen: Browser) -> None:
    first, second = sign_on_as(citizen, ONE_TIME), sign_on_as(citizen, ONE_TIME)

    assert len({first["claims"]["sub"], second["claims"]["sub"]}) == 2
    assert len({first["claims"]["sid"], second["claims"]["sid"]}) == 2
    for one in (first, second):
        assert len(one["claims"]["sub"]) == 43
        assert userinfo(citizen, one).get_json() == {"sub": one["claims"]["sub"], "given_name": "Amina"}


def test_a_one_time_identity_answers_no_silent_request_and_gets_no_refresh_token(citizen: Browser) -> None:
    answer = sign_on_as(citizen, ONE_TIME, scope=OFFLINE)

    assert "refresh_token" not in answer
    assert answer_of(citizen.authorize(prompt="none"))["error"] == "consent_required"
    hinted = answer_of(citizen.authorize(prompt="none", id_token_hint=answer["id_token"]))
    assert hinted["error"] == "login_required"


def test_the_next_visit_after_a_one_time_identity_asks_again(citizen: Browser) -> None:
    answer = sign_on_as(citizen, ONE_TIME)

    assert page_of(citizen.authorize()).path.startswith("/consent")
    assert page_of(citizen.authorize(id_token_hint=answer["id_token"])).path.startswith("/consent")


def test_tokens_of_a_one_time_identity_end_with_it(citizen: Browser, clock: FrozenClock) -> None:
    answer = sign_on_as(citizen, ONE_TIME)
    account_id = citizen.signed_in().account_id
    clock.advance(minutes=9)
    assert userinfo(citizen, answer).status_code == 200

    (grant,) = citizen.services.consent.shared_with(account_id)
    citizen.services.logout.stop_sharing(account_id=account_id, grant_id=grant.id)

    assert userinfo(citizen, answer).status_code == 401


def test_a_service_signs_a_one_time_identity_out_also_when_nothing_is_left_of_it(
    citizen: Browser, services: Services, clock: FrozenClock
) -> None:
    register_with_logout(services)
    answer = sign_on_as(citizen, ONE_TIME)
    for _ in range(6):
        clock.advance(minutes=20)
        citizen.signed_in()
    services.consent.purge(clock.now(), 100)
    assert is_signed_in(citizen)

    end_session(citizen, id_token_hint=answer["id_token"])

    assert not is_signed_in(citizen)


def test_the_id_token_of_a_one_time_identity_signs_no_other_session_out(
    citizen: Browser, services: Services, new_browser: Callable[[], Browser]
) -> None:
    answer = sign_on_as(citizen, ONE_TIME)
    elsewhere = new_browser()
    elsewhere.sign_in()
    register_with_logout(services)

    end_session(elsewhere, id_token_hint=answer["id_token"])

    assert is_signed_in(elsewhere)


def test_a_browser_signs_out_of_every_one_time_visit_that_it_made(citizen: Browser, services: Services) -> None:
    """OIDC Front-Channel Logout §3: each is a session of its own to the service."""
    register_with_logout(services, frames=True)
    visits = [sign_on_as(citizen, ONE_TIME) for _ in range(2)]

    frames = services.logout.sign_out(citizen.signed_in())

    addresses = {frame.address for frame in frames}
    assert len(addresses) == 2
    assert all(any(visit["claims"]["sid"] in address for address in addresses) for visit in visits)


def test_a_service_hears_of_the_identity_that_was_left_and_not_of_the_next(
    citizen: Browser, services: Services, work: str
) -> None:
    services.notices.close()
    register_with_logout(services, port=1)
    left = sign_on_as(citizen, MAIN)
    client = services.clients.get("permits")
    assert client is not None

    services.logout.change_identity(citizen.signed_in(), client, work)

    (notice,) = services.notices.list()
    with services.db.reading() as connection:
        (payload,) = connection.execute(text("SELECT payload FROM notice")).scalars()
    assert notice.client_id == "permits"
    assert left["claims"]["sub"] in str(payload)
    assert left["claims"]["sid"] in str(payload)
    standing = services.consent.standing(citizen.signed_in().account_id, "permits")
    assert standing is not None
    assert standing.persona == work
    assert standing.sub not in str(payload)
