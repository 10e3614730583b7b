"""The file: everything in it, for nobody without its password, and nothing of it kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from idp.activity.values import Entry, Kind
from idp.authentication.errors import PasswordRefusedError
from idp.authentication.policy import normalise
from idp.crypto.password_jwe import unlock
from idp.crypto.secrets import unb64url
from idp.portability.errors import SignInPasswordError
from idp.services import Services
from idp.vault.policy import subject
from tests.web.citizen.chooser import PASSWORD, Chooser

FILE_PASSWORD = "velvet anchor quarry nine"


def everything(citizen: Chooser, password: str = FILE_PASSWORD) -> dict[str, Any]:
    file = citizen.services.portability.downloads.download(citizen.session, password=password, language="en")
    read: dict[str, Any] = json.loads(unlock(file, password=normalise(password), typ="proffer-export"))
    return read


def test_details_come_with_their_sources_and_moments(citizen: Chooser) -> None:
    read = everything(citizen)

    assert (read["format"], read["version"], read["made_by"]) == ("proffer-export", 1, "http://localhost:8000")
    assert read["account"]["sign_in_name"] == "amina"
    (persona,) = read["personas"]
    assert [(each["claim"], each["value"]) for each in persona["details"]] == [
        ("given_name", "Amina"),
        ("email", "amina@home.example"),
        (
            "address",
            {
                "street_address": "1 Mill Lane",
                "locality": "Northtown",
                "country": "GB",
                "formatted": "1 Mill Lane\nNorthtown\nUnited Kingdom",
            },
        ),
    ]
    assert persona["details"][1]["label"] == "home"
    assert persona["details"][0]["added_at"] == "2026-05-04T10:00:00.000000Z"


def test_choices_come_with_the_identifier_that_the_seed_gives(citizen: Chooser, services: Services) -> None:
    read = everything(citizen)

    (choice,) = read["choices"]
    assert (choice["service"], choice["service_name"]) == ("permits", "Parking permits")
    assert choice["sub"] == citizen.grant().sub
    client = services.clients.get("permits")
    assert client is not None
    assert subject(unb64url(read["personas"][0]["seed"]), client.sector) == choice["sub"]
    assert {each["claim"]: each["allowed"] for each in choice["decisions"]} == {"given_name": True, "email": True}
    assert choice["duration"] == "standing"


def test_activity_comes_with_its_chain(citizen: Chooser, services: Services) -> None:
    citizen.services.activity.record(Entry(citizen.session.account_id, Kind.STOPPED, client_id="shop"))

    entries = everything(citizen)["activity"]["entries"]

    held = list(services.activity.chain(citizen.session.account_id))
    assert [unb64url(each["hash"]) for each in entries] == [each.hash for each in held]
    # What tells of the download is written before the file is.
    assert entries[-1]["kind"] == "taken_along"


def test_personas_come_with_seeds_of_their_own(citizen: Chooser, services: Services) -> None:
    key = citizen.session.vault_key
    assert key is not None
    made = services.personas.add(citizen.session.account_id, key, name="Work", colour="plum")

    main, work = everything(citizen)["personas"]

    assert (work["id"], work["name"], work["colour"]) == (made.id, "Work", "plum")
    assert work["seed"] != main["seed"]


def test_no_key_nor_token_is_in_it(citizen: Chooser) -> None:
    text = json.dumps(everything(citizen))

    for secret in ("wrapped", "sealed", "verifier", "digest", "salt", citizen.session.secret, PASSWORD):
        assert secret not in text


def test_a_weak_password_locks_nothing(citizen: Chooser) -> None:
    with pytest.raises(PasswordRefusedError):
        everything(citizen, "password1234")
    with pytest.raises(PasswordRefusedError):
        everything(citizen, "four")


def test_the_password_that_signs_in_locks_nothing(citizen: Chooser) -> None:
    with pytest.raises(SignInPasswordError):
        everything(citizen, PASSWORD)


def test_nothing_of_the_file_is_kept(citizen: Chooser, services: Services) -> None:
    from tests.journeys.leaks import leaks

    everything(citizen)

    url = services.db.engine.url.render_as_string(hide_password=False)
    assert leaks({"file password": FILE_PASSWORD, "street": "1 Mill Lane", "mail": "amina@home.example"}, url) == []
