"""Documents answered in front of the application. RFC 9110 §13, RFC 9111."""

from typing import Any

import pytest
from werkzeug.test import Client

from idp.keys.values import PublishedKeys
from idp.web.front import Front, prepare

FIRST = PublishedKeys(body=b'{"keys":[1]}', etag='"first"', max_age_seconds=60)
SECOND = PublishedKeys(body=b'{"keys":[2]}', etag='"second"', max_age_seconds=60)


def behind(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"the application, at " + environ["PATH_INFO"].encode()]


class Keys:
    """The keys in force, and how often they were asked for."""

    def __init__(self) -> None:
        self.current: PublishedKeys | Exception = FIRST

    def __call__(self) -> PublishedKeys:
        if isinstance(self.current, Exception):
            raise self.current
        return self.current


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def browser(keys: Keys) -> Client:
    return Client(Front(behind, fixed={"/d": prepare(b'{"issuer":"x"}')}, keys_path="/jwks.json", keys=keys))


def test_a_document_is_json_that_may_be_kept_and_read_from_anywhere(browser: Client) -> None:
    answer = browser.get("/d")

    assert answer.status_code == 200
    assert answer.json == {"issuer": "x"}
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content_length == len(answer.data)


def test_a_head_request_gets_the_headers_only(browser: Client) -> None:
    answer = browser.head("/d")

    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == "14"
    assert answer.data == b""


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_who_has_it_already_is_told_so(browser: Client, form: str) -> None:
    etag = browser.get("/d").headers["ETag"]

    answer = browser.get("/d", headers={"If-None-Match": form.format(etag)})

    assert answer.status_code == 304
    assert answer.data == b""
    assert answer.headers["ETag"] == etag


def test_who_has_another_one_gets_it(browser: Client) -> None:
    assert browser.get("/d", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_preflight_is_answered(browser: Client) -> None:
    answer = browser.options("/d")

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_other_methods_are_not_allowed(browser: Client) -> None:
    answer = browser.post("/d")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_everything_else_goes_to_the_application(browser: Client) -> None:
    assert browser.get("/d/more").text == "the application, at /d/more"


def test_new_keys_are_published_without_a_restart(browser: Client, keys: Keys) -> None:
    assert browser.get("/jwks.json").json == {"keys": [1]}

    keys.current = SECOND

    answer = browser.get("/jwks.json", headers={"If-None-Match": '"first"'})
    assert answer.json == {"keys": [2]}
    assert answer.headers["ETag"] == '"second"'
    assert answer.headers["Cache-Control"] == "public, max-age=60"


def test_known_keys_stay_published_while_the_database_is_away(browser: Client, keys: Keys) -> None:
    browser.get("/jwks.json")

    keys.current = OSError("away")

    assert browser.get("/jwks.json").json == {"keys": [1]}
