"""A page's POST is one transaction."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from idp.services import Services
from idp.web.access import Audience, audience_of, citizen, protocol, public
from idp.web.context import services
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions


@pytest.fixture
def writing(app: Flask) -> FlaskClient:
    """Views that write and then fail, or tell whether they run in a transaction."""
    bp = page_blueprint("writing", __name__)

    def write() -> None:
        with services().db.transaction() as session:
            session.execute(text("INSERT INTO version (name, number) VALUES ('written', 1)"))

    @bp.post("/write-and-fail")
    @public
    def write_and_fail() -> str:
        write()
        raise ValueError

    @bp.post("/write")
    @public
    def write_and_answer() -> str:
        write()
        return "written"

    @bp.route("/inside", methods=["GET", "POST"])
    @public
    def inside() -> str:
        return str(services().db.in_transaction)

    @bp.post("/outside")
    @public
    @own_transactions
    def outside() -> str:
        return str(services().db.in_transaction)

    app.register_blueprint(bp)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


def test_a_view_that_fails_leaves_nothing_behind(writing: FlaskClient, services: Services) -> None:
    answer = writing.post("/write-and-fail", data=_token(writing))

    assert answer.status_code == 500
    assert _written(services) == 0


def test_what_a_view_wrote_is_committed_before_the_answer(writing: FlaskClient, services: Services) -> None:
    answer = writing.post("/write", data=_token(writing))

    assert answer.text == "written"
    assert _written(services) == 1


def test_only_posts_run_in_a_transaction(writing: FlaskClient) -> None:
    token = _token(writing)

    assert writing.get("/inside").text == "False"
    assert writing.post("/inside", data=token).text == "True"
    assert writing.post("/outside", data=token).text == "False"


def test_each_decorator_names_its_audience() -> None:
    assert [audience_of(decorate(lambda: "")) for decorate in (public, citizen, protocol)] == [
        Audience.PUBLIC,
        Audience.CITIZEN,
        Audience.PROTOCOL,
    ]
    assert audience_of(lambda: "") is None


def _token(browser: FlaskClient) -> dict[str, str]:
    page = browser.get("/sign-in").text
    return {"csrf_token": page.partition('name="csrf_token" value="')[2].partition('"')[0]}


def _written(services: Services) -> int:
    with services.db.reading() as connection:
        return int(connection.execute(text("SELECT count(*) FROM version WHERE name = 'written'")).scalar_one())
