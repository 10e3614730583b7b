"""Every route says whom it answers, and asking for a page changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.routing import Rule

from idp.authentication.values import Origin
from idp.services import Services
from idp.web import cookies
from idp.web.access import Audience, audience_of

#: Reviewed: GET /authorize stores the request that waits, or issues the code (RFC 6749 §4.1).
WRITING_READS = {"authorize"}
#: Reviewed: the sliding end of a session moves when its owner is seen, at most once a minute; what was buffered
#: (when a service last asked) goes out with whatever statement comes next.
TOUCHED = ("UPDATE browser_session SET seen_at",)
#: What a path may ask for in its place.
PLACEHOLDER = "A" * 22


def test_every_route_declares_its_audience(app: Flask) -> None:
    silent = [rule.endpoint for rule in _rules(app) if audience_of(app.view_functions[rule.endpoint]) is None]

    assert silent == []


def test_pages_for_citizens_send_strangers_to_sign_in(app: Flask, client: FlaskClient) -> None:
    for rule in _rules(app):
        if audience_of(app.view_functions[rule.endpoint]) is Audience.CITIZEN and "GET" in (rule.methods or ()):
            answer = client.get(_path(app, rule))

            assert answer.status_code == 303, rule.endpoint
            assert "/sign-in" in answer.location, rule.endpoint


@pytest.mark.parametrize("signed_in", [False, True], ids=["a stranger", "a citizen"])
def test_asking_for_a_page_writes_nothing(app: Flask, services: Services, *, signed_in: bool) -> None:
    browser = _citizen(app, services) if signed_in else app.test_client()
    for rule in _rules(app):
        if "GET" in (rule.methods or ()) and rule.endpoint.rpartition(".")[2] not in WRITING_READS:
            with _writes(services) as written:
                answer = browser.get(_path(app, rule), buffered=True)

            assert written == [], rule.endpoint
            assert answer.status_code < 500, rule.endpoint


def _citizen(app: Flask, services: Services) -> FlaskClient:
    """A browser that is signed in to an account with its recovery code confirmed."""
    made = services.authentication.sign_up(
        login="amina", password="harbour-lantern-quietly-42", locale=None, origin=Origin(address="192.0.2.1")
    )
    browser = app.test_client()
    browser.set_cookie(cookies.SESSION, made.session_secret)
    return browser


def _rules(app: Flask) -> list[Rule]:
    # Flask's own rule for the static folder, where there is one, answers files and nothing else.
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def _path(app: Flask, rule: Rule) -> str:
    values = {
        name: 1 if type(rule._converters[name]).__name__ == "IntegerConverter" else PLACEHOLDER
        for name in rule.arguments
    }
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values)


@contextmanager
def _writes(services: Services) -> Iterator[list[str]]:
    """Collect the statements that change something."""
    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        changes = statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
        if changes and not statement.startswith(TOUCHED):
            written.append(statement)

    event.listen(services.db.engine, "before_cursor_execute", note)
    try:
        yield written
    finally:
        event.remove(services.db.engine, "before_cursor_execute", note)
