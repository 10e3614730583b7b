"""Registering, changing and taking back on both databases, and by several at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.clients.errors import RegistrationTokenError
from idp.clients.self_registration import RegistrationOffer
from idp.clients.values import ClientState
from tests.protocol.registering import Registering, good, registering
from tests.storage.databases import BOTH, database_url

OFFER = RegistrationOffer(frozenset({"code"}), frozenset({"authorization_code"}), ("openid", "email"))


@pytest.fixture(params=BOTH)
def provider(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registering]:
    with (
        database_url(request.param, tmp_path) as url,
        registering(tmp_path, monkeypatch, database_url=url, mode="token") as started,
    ):
        yield started


def test_a_registration_lives_and_ends(provider: Registering) -> None:
    services, own = provider.services, provider.services.self_registered
    invited = services.invitations.invite(label="", uses=None, days=1)
    body = good() | {"client_name#fr": "Un service", "jwks": {"keys": []}, "jwks_uri": None} | {"jwks": None}

    made = own.register(json.dumps(body).encode(), shown=invited, offer=OFFER)
    client_id = made.client.client_id
    assert own.read(client_id, shown=made.access_token).client == services.clients.get(client_id)

    changed = json.dumps(good(client_id=client_id, client_name="Another")).encode()
    updated = own.update(client_id, changed, shown=made.access_token, offer=OFFER)
    client = services.clients.get(client_id)
    assert client is not None
    assert (client.name("fr").text, client.secret_digests) == ("Another", made.client.secret_digests)
    with pytest.raises(RegistrationTokenError):
        own.read(client_id, shown=made.access_token)

    ended: list[str] = []
    own.delete(client_id, shown=updated.access_token, ended=ended.append)
    client = services.clients.get(client_id)
    assert client is not None
    assert (ended, client.state, client.secret_digests) == ([client_id], ClientState.DELETED, ())
    assert own.purge(10, in_use=services.consent.services_among) == 1
    assert services.clients.get(client_id) is None


def test_a_token_for_one_service_registers_one_however_many_try_at_once(provider: Registering) -> None:
    """RFC 7591 §3: counted by one atomic statement."""
    invited = provider.services.invitations.invite(label="", uses=1, days=1)
    statuses: list[int] = []

    def attempt() -> None:
        answer = provider.app.test_client().post(
            "/register", json=good(), headers={"Authorization": f"Bearer {invited}"}
        )
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [201, 401, 401, 401]


def test_of_two_updates_with_one_token_one_counts(provider: Registering) -> None:
    """RFC 7592 §2.2: the token before is gone with the update."""
    told = provider.registered(token=provider.services.invitations.invite(label="", uses=1, days=1))
    statuses: list[int] = []

    def attempt(name: str) -> None:
        path = f"/register/{told['client_id']}"
        answer = provider.app.test_client().put(
            path,
            json=good(client_id=told["client_id"], client_name=name),
            headers={"Authorization": f"Bearer {told['registration_access_token']}"},
        )
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=attempt, args=(name,)) for name in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200, 401, 401]


@pytest.mark.parametrize("client_id", ["self-%00", "self-", "self-%7F", "self-" + "a" * 5000, "%00"])
def test_an_identifier_that_is_none_is_answered_like_an_unknown_one(provider: Registering, client_id: str) -> None:
    """RFC 7592 §2: whatever a database thinks of it."""
    shown = {"Authorization": "Bearer anything"}
    for method in ("GET", "PUT", "DELETE"):
        answer = provider.http.open(f"/register/{client_id}", method=method, headers=shown, json={})

        assert answer.status_code == 401
