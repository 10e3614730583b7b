"""Revocation (RFC 7009)."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from tests.protocol.back_channel import BackChannel, basic, error_of


def revoke(channel: BackChannel, token: str, client_id: str = "permits", **form: str) -> TestResponse:
    return channel.post("/revoke", {"token": token} | form, headers=basic(client_id))


def test_a_revoked_access_token_ends_alone(shared: BackChannel) -> None:
    tokens = shared.tokens()

    answer = revoke(shared, tokens["access_token"])

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert shared.userinfo(tokens["access_token"]).status_code == 401
    assert shared.introspect(tokens["access_token"]) == {"active": False}
    assert shared.refresh(tokens["refresh_token"]).status_code == 200


def test_a_revoked_refresh_token_ends_what_was_issued_with_it(shared: BackChannel) -> None:
    """§2.1."""
    tokens = shared.tokens()
    other = shared.tokens()

    revoke(shared, tokens["refresh_token"])

    assert error_of(shared.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    assert shared.userinfo(tokens["access_token"]).status_code == 401
    assert shared.userinfo(other["access_token"]).status_code == 200


def test_a_client_that_has_no_secret_revokes_too(shared: BackChannel) -> None:
    token = shared.tokens("app")["access_token"]

    assert shared.post("/revoke", {"token": token, "client_id": "app"}).status_code == 200
    assert shared.userinfo(token).status_code == 401


@pytest.mark.parametrize("token", ["x", "é", "at_x", "rt_x", "a.b.c"])
def test_an_unknown_token_is_as_good_as_revoked(shared: BackChannel, token: str) -> None:
    """§2.2."""
    assert revoke(shared, token).status_code == 200


def test_another_client_s_token_stays_and_the_answer_does_not_tell(shared: BackChannel) -> None:
    tokens = shared.tokens()

    for kind in ("access_token", "refresh_token"):
        answer = revoke(shared, tokens[kind], "gateway")
        assert (answer.status_code, answer.data) == (200, revoke(shared, "unknown", "gateway").data)

    assert shared.userinfo(tokens["access_token"]).status_code == 200
    assert shared.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "x"])
def test_a_hint_changes_nothing(shared: BackChannel, hint: str) -> None:
    token = shared.tokens()["access_token"]

    assert revoke(shared, token, token_type_hint=hint).status_code == 200
    assert shared.userinfo(token).status_code == 401


def test_nobody_revokes_without_proving_who_they_are(shared: BackChannel) -> None:
    token = shared.tokens()["access_token"]

    assert error_of(shared.post("/revoke", {"token": token})) == (401, "invalid_client")
    assert shared.userinfo(token).status_code == 200


def test_without_a_token_the_request_is_invalid(shared: BackChannel) -> None:
    assert error_of(shared.post("/revoke", {}, headers=basic("permits"))) == (400, "invalid_request")


def test_a_revoked_token_for_a_resource_server_is_not_active(shared: BackChannel) -> None:
    token = shared.api_token()
    assert shared.introspect(token)["active"] is True

    assert revoke(shared, token).status_code == 200

    assert shared.introspect(token) == {"active": False}


def test_another_clients_token_for_a_resource_server_is_left_alone(shared: BackChannel) -> None:
    token = shared.api_token("app")

    assert revoke(shared, token).status_code == 200

    assert shared.introspect(token)["active"] is True
