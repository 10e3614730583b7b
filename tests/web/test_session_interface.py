"""The pages' own session, and that protocol routes have none."""

import pytest
from flask import Flask, session
from flask.testing import FlaskClient

from idp.web.access import protocol, public
from idp.web.pages import page_blueprint


@pytest.fixture
def browsing(app: Flask) -> FlaskClient:
    bp = page_blueprint("browsing", __name__)

    @bp.get("/untouched")
    @public
    def untouched() -> str:
        return "nothing looked"

    @bp.get("/count")
    @public
    def count() -> str:
        session["seen"] = session.get("seen", 0) + 1
        return str(session["seen"])

    @bp.get("/forget")
    @public
    def forget() -> str:
        session.clear()
        return "forgotten"

    @protocol
    def endpoint() -> str:
        return str(session.get("seen"))

    app.register_blueprint(bp)
    app.add_url_rule("/endpoint", "endpoint", endpoint)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


def test_a_page_that_does_not_touch_it_sets_no_cookie(browsing: FlaskClient) -> None:
    assert "Set-Cookie" not in browsing.get("/untouched").headers


def test_what_a_page_keeps_is_there_on_the_next(browsing: FlaskClient) -> None:
    assert [browsing.get("/count").text for _ in range(3)] == ["1", "2", "3"]


def test_an_emptied_session_takes_its_cookie_away(browsing: FlaskClient) -> None:
    browsing.get("/count")
    browsing.get("/forget")

    assert browsing.get_cookie("proffer_page") is None


@pytest.mark.parametrize("value", ["", "garbage", "eyJzZWVuIjo5fQ.aaaa.bbbb"])
def test_a_cookie_that_we_did_not_sign_counts_for_nothing(browsing: FlaskClient, value: str) -> None:
    browsing.set_cookie("proffer_page", value)

    assert browsing.get("/count").text == "1"


def test_a_protocol_route_that_looks_for_a_session_fails_loudly(browsing: FlaskClient) -> None:
    browsing.get("/count")

    assert browsing.get("/endpoint").status_code == 500
