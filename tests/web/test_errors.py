"""Failures as pages: they say what to do and nothing about the inside."""

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import NotFound

from idp.web.access import protocol, public
from idp.web.pages import page_blueprint

SECRET = "tiger-tiger-burning"


@pytest.fixture
def failing(app: Flask) -> FlaskClient:
    """An application with two routes that fail: a page and a protocol route."""
    bp = page_blueprint("failing", __name__)

    @bp.get("/failing-page")
    @public
    def page() -> str:
        raise ValueError(SECRET)

    @protocol
    def endpoint() -> str:
        raise ValueError(SECRET)

    @protocol
    def missing() -> str:
        raise NotFound

    app.register_blueprint(bp)
    app.add_url_rule("/failing-endpoint", "failing_endpoint", endpoint)
    app.add_url_rule("/missing-endpoint", "missing_endpoint", missing)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


def test_an_unknown_address_is_a_page(client: FlaskClient) -> None:
    answer = client.get("/no-such-page")

    assert answer.status_code == 404
    assert "<h1>Page not found</h1>" in answer.text


def test_a_page_asked_for_in_the_wrong_way_says_which_ways_there_are(client: FlaskClient) -> None:
    answer = client.put("/sign-in")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"username": "a" * 70_000})

    assert answer.status_code == 413
    assert "too much" in answer.text


def test_an_unexpected_failure_shows_a_reference_that_the_log_holds_and_no_more(
    failing: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = failing.get("/failing-page")

    reference = answer.text.partition('id="reference">')[2].partition("<")[0]
    assert answer.status_code == 500
    assert len(reference) == 8
    assert [record.reference for record in caplog.records] == [reference]  # type: ignore[attr-defined]
    assert SECRET not in answer.text
    assert SECRET not in caplog.text
    assert "ValueError" not in answer.text


def test_a_protocol_route_that_fails_answers_in_the_words_of_oauth(failing: FlaskClient) -> None:
    answer = failing.get("/failing-endpoint")

    assert (answer.status_code, answer.json) == (500, {"error": "server_error"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_protocol_route_refuses_in_the_words_of_oauth(failing: FlaskClient) -> None:
    answer = failing.get("/missing-endpoint")

    assert (answer.status_code, answer.json) == (404, {"error": "invalid_request"})


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/recover"])
def test_a_step_whose_request_has_ended_says_where_to_begin_again(client: FlaskClient, path: str) -> None:
    answer = client.get(path, query_string={"interaction": "A" * 43})

    assert answer.status_code == 410
    assert "This step has expired" in answer.text


@pytest.mark.parametrize(
    "target",
    ["/%ff", "/sign-in?next=%ff", "/sign-in?interaction=%00", "/sign-in?interaction=" + "x" * 4000, "/language/%00"],
)
def test_hostile_addresses_never_break_a_page(client: FlaskClient, target: str) -> None:
    assert client.get(target).status_code < 500
