"""Refreshing over HTTP (RFC 6749 §6, OIDC Core §12)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.doubles import FrozenClock
from tests.protocol.back_channel import BackChannel, basic, error_of
from tests.tokens.rig import counted


@pytest.mark.parametrize("client_id", ["permits", "library", "app"])
def test_a_refresh_answers_with_a_new_token_of_each_kind(shared: BackChannel, client_id: str) -> None:
    """Confidential clients rotate as public ones do."""
    before = shared.tokens(client_id)

    answer = shared.refresh(before["refresh_token"], client_id=client_id)

    after = answer.get_json()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(after) == set(before)
    for name in ("access_token", "refresh_token", "id_token"):
        assert after[name] != before[name]


def test_a_refreshed_id_token_tells_of_the_same_sign_in(channel: BackChannel, clock: FrozenClock) -> None:
    """OIDC Core §12.2. Authlib would say that the citizen signed in just now."""
    before = channel.tokens()
    clock.advance(minutes=20)

    after = channel.refresh(before["refresh_token"]).get_json()

    first, second = channel.claims(before["id_token"]), channel.claims(after["id_token"])
    for name in ("iss", "sub", "aud", "auth_time", "sid", "acr", "amr"):
        assert second[name] == first[name]
    assert second["iat"] == first["iat"] + 20 * 60
    assert "nonce" in first
    assert "nonce" not in second


def test_a_lost_answer_can_be_asked_for_again(channel: BackChannel, clock: FrozenClock) -> None:
    token = channel.tokens()["refresh_token"]
    channel.refresh(token)
    clock.advance(seconds=10)

    again = channel.refresh(token)

    assert again.status_code == 200
    assert channel.refresh(again.get_json()["refresh_token"]).status_code == 200


def test_reuse_ends_what_was_issued(channel: BackChannel, clock: FrozenClock) -> None:
    tokens = channel.tokens()
    latest = channel.refresh(tokens["refresh_token"]).get_json()
    clock.advance(seconds=31)

    assert error_of(channel.refresh(tokens["refresh_token"])) == (400, "invalid_grant")

    assert error_of(channel.refresh(latest["refresh_token"])) == (400, "invalid_grant")
    assert channel.userinfo(latest["access_token"]).status_code == 401


def test_a_refresh_token_is_for_its_own_client(shared: BackChannel) -> None:
    token = shared.tokens()["refresh_token"]

    assert error_of(shared.refresh(token, client_id="library")) == (400, "invalid_grant")
    assert shared.refresh(token).status_code == 200


def test_a_narrower_scope_narrows_what_the_token_gives(shared: BackChannel) -> None:
    token = shared.tokens()["refresh_token"]

    narrow = shared.refresh(token, scope="email openid").get_json()

    assert narrow["scope"] == "openid email"
    assert set(shared.userinfo(narrow["access_token"]).get_json()) == {"sub", "email", "email_verified"}
    whole = shared.refresh(narrow["refresh_token"]).get_json()
    assert whole["scope"] == "openid profile email offline_access"
    assert "given_name" in shared.userinfo(whole["access_token"]).get_json()


def test_a_narrower_scope_without_openid_gives_no_id_token(shared: BackChannel) -> None:
    answer = shared.refresh(shared.tokens()["refresh_token"], scope="email").get_json()

    assert "id_token" not in answer


@pytest.mark.parametrize("scope", ["openid phone", "admin", 'openid "é', "\\"])
def test_a_wider_scope_is_refused(shared: BackChannel, scope: str) -> None:
    token = shared.tokens()["refresh_token"]

    assert error_of(shared.refresh(token, scope=scope)) == (400, "invalid_scope")
    assert shared.refresh(token).status_code == 200


def test_stopping_ends_refreshing_at_once(channel: BackChannel) -> None:
    tokens = channel.tokens()

    channel.services.consent.withdraw(account_id="account-000000000000-a", grant_id="grant-of-permits")

    assert error_of(channel.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    assert channel.userinfo(tokens["access_token"]).status_code == 401


@pytest.mark.parametrize("token", ["x", "rt_é", "at_AAAA", "rt_" + "A" * 20_000])
def test_a_made_up_token_is_an_invalid_grant(shared: BackChannel, token: str) -> None:
    assert error_of(shared.refresh(token)) == (400, "invalid_grant")


def test_an_access_token_does_not_refresh(shared: BackChannel) -> None:
    assert error_of(shared.refresh(shared.tokens()["access_token"])) == (400, "invalid_grant")


def test_without_a_token_the_request_is_invalid(shared: BackChannel) -> None:
    answer = shared.post("/token", {"grant_type": "refresh_token"}, headers=basic("permits"))

    assert error_of(answer) == (400, "invalid_request")


def test_a_client_refreshes_only_if_it_registered_to(shared: BackChannel) -> None:
    answer = shared.post("/token", {"grant_type": "refresh_token", "refresh_token": "x"}, headers=basic("gateway"))

    assert error_of(answer) == (400, "unauthorized_client")


def test_twenty_refreshes_at_once_all_carry_the_line_on_by_one(channel: BackChannel) -> None:
    token = channel.tokens()["refresh_token"]

    def attempt(_: int) -> int:
        answer = channel.app.test_client().post(
            "/token", data={"grant_type": "refresh_token", "refresh_token": token}, headers=basic("permits")
        )
        with channel.app.app_context():
            held = channel.services.tokens.open_refresh(answer.get_json()["refresh_token"])
        assert held is not None
        return held.generation

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(attempt, range(20))) == {1}


def test_a_refresh_takes_two_statements(channel: BackChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    token = channel.tokens()["refresh_token"]
    held = {name: channel.services.clients.get(name) for name in ("permits",)}
    monkeypatch.setattr(channel.services.clients, "get", held.get)
    monkeypatch.setattr(type(channel.services.keys), "_fresh", lambda *_: True)

    for _ in range(2):
        with counted(channel.services.db.engine) as statements:
            token = channel.refresh(token).get_json()["refresh_token"]
        assert (statements.count, statements.writes) == (2, 1)
