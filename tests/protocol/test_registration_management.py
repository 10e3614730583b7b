"""Services that read, change and take back their registrations. RFC 7592."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp.activity.values import Kind
from idp.clients.errors import UnknownClientError
from idp.clients.reading import parse
from idp.clients.values import ClientState
from tests.protocol.registering import CALLBACK, Registering, error_of, registering
from tests.protocol.sign_on import Browser, answer_of, page_of


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registering]:
    with registering(tmp_path, monkeypatch) as started:
        yield started


def changed(told: dict[str, Any], **members: Any) -> dict[str, Any]:
    """What a service sends to keep everything but some members (§2.2)."""
    given = ("registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at")
    return {name: member for name, member in told.items() if name not in given} | members


def challenged(answer: TestResponse) -> bool:
    """Whether an answer is the one that whoever has no right token gets."""
    assert error_of(answer)[:2] == (401, "invalid_token")
    return answer.headers["WWW-Authenticate"].startswith('Bearer realm="http://localhost:8000"')


def test_reading_gives_what_was_registered_and_leaves_the_token_as_it_is(provider: Registering) -> None:
    """§2.1, §3. The secret is kept as a digest only, so it cannot be told again."""
    told = provider.registered(client_uri="https://self.example/", initiate_login_uri="https://self.example/login")

    first, second = provider.manage("GET", told), provider.manage("GET", told)

    assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-store")
    assert first.get_json() == second.get_json()
    secret = {"client_secret", "client_secret_expires_at"}
    assert first.get_json() == {name: member for name, member in told.items() if name not in secret}


def test_an_update_replaces_everything_and_the_token(provider: Registering) -> None:
    """§2.2: omitted fields are deleted; §3: the new token replaces the one before."""
    told = provider.registered(policy_uri="https://self.example/policy", contacts=["it@self.example"])

    answer = provider.manage("PUT", told, **changed(told, client_name="Another name", policy_uri=None, contacts=None))

    new = answer.get_json()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert (new["client_name"], new["client_id"], new["client_id_issued_at"]) == (
        "Another name",
        told["client_id"],
        told["client_id_issued_at"],
    )
    assert {"policy_uri", "contacts", "client_secret"} & set(new) == set()
    assert new["registration_access_token"] != told["registration_access_token"]
    assert challenged(provider.manage("GET", told))
    assert provider.manage("GET", new).get_json() == new
    client = provider.services.clients.get(told["client_id"])
    assert client is not None
    assert client.name("en").text == "Another name"


def test_the_secret_stays_through_an_update_and_is_made_when_it_is_needed_first(provider: Registering) -> None:
    """§2.2: a server may give a new secret; this one does when there was none."""
    told = provider.registered(token_endpoint_auth_method="none", application_type="native")

    with_one = provider.manage("PUT", told, **changed(told, token_endpoint_auth_method="client_secret_post"))
    new = with_one.get_json()
    kept = provider.manage("PUT", new, **changed(new, client_secret=new["client_secret"]))

    assert (len(new["client_secret"]), new["client_secret_expires_at"]) == (43, 0)
    assert kept.status_code == 200, kept.text
    answer = provider.http.post(
        "/par",
        data={
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "client_id": told["client_id"],
            "client_secret": new["client_secret"],
        },
    )
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"client_id": None}, "client_id"),
        ({"client_id": "another"}, "client_id"),
        ({"client_secret": "not the secret"}, "client_secret"),
        ({"client_secret": 5}, "client_secret"),
        ({"registration_access_token": "x"}, "registration_access_token"),
        ({"registration_client_uri": "x"}, "registration_client_uri"),
        ({"client_secret_expires_at": 0}, "client_secret_expires_at"),
        ({"client_id_issued_at": 0}, "client_id_issued_at"),
        ({"redirect_uris": None}, "redirect_uris"),
        ({"policy_uri": "javascript:x"}, "policy_uri"),
    ],
)
def test_an_update_that_must_not_be_changes_nothing(provider: Registering, members: dict[str, Any], named: str) -> None:
    """§2.2."""
    told = provider.registered()

    status, code, description = error_of(provider.manage("PUT", told, **changed(told, **members)))

    assert (status, code) == (400, "invalid_redirect_uri" if named == "redirect_uris" else "invalid_client_metadata")
    assert description.startswith(named)
    assert provider.manage("GET", told).status_code == 200


def test_whoever_has_not_the_token_learns_nothing(provider: Registering) -> None:
    """§2.1: 401, and no difference between a service that is and one that is not."""
    told, other = provider.registered(), provider.registered()
    nobody = told | {"registration_client_uri": "http://localhost:8000/register/self-nobody"}
    operators = told | {"registration_client_uri": "http://localhost:8000/register/permits"}
    strange = told | {"registration_client_uri": "http://localhost:8000/register/self-%00%ff"}

    for method in ("GET", "PUT", "DELETE"):
        for target, token in (
            (told, ""),
            (told, "wrong"),
            (told, other["registration_access_token"]),
            (told, told["client_secret"]),
            (nobody, None),
            (operators, None),
            (strange, None),
        ):
            assert challenged(provider.manage(method, target, token=token, **changed(told)))


def test_a_token_in_the_query_does_not_count(provider: Registering) -> None:
    """RFC 6750 §2.1; a query ends in logs."""
    told = provider.registered()
    path = told["registration_client_uri"].removeprefix("http://localhost:8000")

    assert challenged(provider.http.get(path, query_string={"access_token": told["registration_access_token"]}))


def test_what_an_operator_imported_is_not_changed_by_a_token(provider: Registering) -> None:
    told = provider.registered()
    file = {
        "organisations": {"self": {"legal_name": "Self Ltd"}},
        "clients": [
            {"client_id": told["client_id"], "organisation": "self", "name": "Self", "redirect_uris": [CALLBACK]}
        ],
    }
    provider.services.clients.register(parse(file))

    assert challenged(provider.manage("GET", told))


def test_an_update_does_not_lift_a_suspension(provider: Registering) -> None:
    told = provider.registered()
    provider.services.clients.suspend(told["client_id"])

    assert provider.manage("PUT", told, **changed(told)).status_code == 200

    client = provider.services.clients.get(told["client_id"])
    assert client is not None
    assert client.state is ClientState.SUSPENDED


def test_a_service_that_takes_its_registration_back_is_gone_for_good(provider: Registering) -> None:
    """§2.3: 204; tokens end; the client cannot be used or managed any more."""
    told = provider.registered()

    answer = provider.manage("DELETE", told)

    assert (answer.status_code, answer.data, answer.headers["Cache-Control"]) == (204, b"", "no-store")
    assert challenged(provider.manage("GET", told))
    assert challenged(provider.manage("DELETE", told))
    refused = provider.http.get("/authorize", query_string={"client_id": told["client_id"], "response_type": "code"})
    assert refused.status_code == 400
    with pytest.raises(UnknownClientError):
        provider.services.clients.approve(told["client_id"])


def test_what_citizens_shared_ends_with_the_service_and_stays_in_their_record(provider: Registering) -> None:
    """§2.3: grants and access tokens are invalidated."""
    told = provider.registered(token_endpoint_auth_method="client_secret_basic")
    citizen = Browser(provider.app)
    session = citizen.sign_up()
    page = page_of(citizen.authorize(client_id=told["client_id"], redirect_uri=CALLBACK))
    citizen.share(page, "given_name")
    code = answer_of(citizen.come_back(page), at=CALLBACK)["code"]
    tokens = provider.http.post(
        "/token",
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK},
        auth=(told["client_id"], told["client_secret"]),
    ).get_json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert provider.http.get("/userinfo", headers=bearer).get_json()["given_name"] == "Amina"

    provider.manage("DELETE", told)

    assert provider.http.get("/userinfo", headers=bearer).status_code == 401
    [grant] = provider.services.consent.shared_with(session.account_id)
    assert (grant.claims_sealed, grant.withdrawn_at) == (None, provider.clock.now())
    rows = provider.services.activity.page(session.account_id).rows
    assert rows[0].kind is Kind.SERVICE_ENDED
    assert "closed" in citizen.http.get("/sharing").text
    assert "This service has closed." in citizen.http.get(f"/sharing/{grant.id}").text


def test_a_change_is_seen_by_every_process(provider: Registering) -> None:
    told = provider.registered()
    before = provider.services.clients.get(told["client_id"])

    provider.manage("PUT", told, **changed(told, client_name="Changed"))

    after = provider.services.clients.get(told["client_id"])
    assert before is not None
    assert after is not None
    assert (before.name("en").text, after.name("en").text) == ("A service", "Changed")
