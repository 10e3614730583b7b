"""Request objects by reference. OIDC Core §6.2, OIDC Registration §2, RFC 9101 §5.2 and §10.4."""

import hashlib
import socket
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from idp.services import Services
from idp.settings import Settings
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.outbound.servers import Server, serving
from tests.protocol.request_objects import STRANGE, asked, register, sign
from tests.protocol.sign_on import CALLBACK, SECRET, Browser, answer_of, page_of


class Publisher:
    """A service's own server, and what it says at each of its addresses."""

    def __init__(self) -> None:
        self.server = Server(0)
        self.status = "200 OK"
        self.content_type = "application/oauth-authz-req+jwt"
        self.body = b""
        self.more = ""

    def publish(self, content: str) -> None:
        self.body = content.encode()

    def say(self, sock: socket.socket) -> None:
        head = f"HTTP/1.1 {self.status}\r\nContent-Type: {self.content_type}\r\nContent-Length: {len(self.body)}\r\n"
        sock.sendall((head + self.more + "\r\n").encode() + self.body)

    @property
    def uri(self) -> str:
        return f"http://localhost:{self.server.port}/request.jwt"

    @property
    def fetches(self) -> int:
        return len(self.server.requests)


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    made = Publisher()
    with serving(made.say) as server:
        made.server = server
        yield made


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path, outbound={"allowed_hosts": ["localhost"], "timeout_seconds": 1.0})


@pytest.fixture(name="browser")
def _browser(new_browser: Callable[[], Browser], services: Services, publisher: Publisher) -> Browser:
    browser = new_browser()
    register(services, request_uris=[publisher.uri, "https://permits.example/registered#with-a-version"])
    publisher.publish(sign(asked()))
    return browser


def bring(browser: Browser, request_uri: str, client_id: str = "signing", /, **outside: str) -> TestResponse:
    sent = {
        "client_id": client_id,
        "response_type": "code",
        "scope": "openid",
        "redirect_uri": CALLBACK,
        "state": "outside",
        "request_uri": request_uri,
    }
    return browser.http.get("/authorize", query_string=sent | outside)


def state_of(browser: Browser, response: TestResponse) -> str:
    return dict(browser.interaction(page_of(response)).parameters)["state"]


def version_of(content: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()


def test_a_registered_address_is_fetched_and_what_it_holds_is_what_is_asked(
    browser: Browser, publisher: Publisher
) -> None:
    """OIDC Core §6.2.3, RFC 9101 §5.2.3."""
    assert state_of(browser, bring(browser, publisher.uri)) == "inside"

    assert publisher.fetches == 1
    assert b"GET /request.jwt HTTP/1.1" in publisher.server.requests[0]
    assert b"Accept: application/oauth-authz-req+jwt" in publisher.server.requests[0]


def test_the_client_identifier_and_the_address_are_enough(browser: Browser, publisher: Publisher) -> None:
    """RFC 9101 §5."""
    response = browser.http.get("/authorize", query_string={"client_id": "signing", "request_uri": publisher.uri})

    assert state_of(browser, response) == "inside"


@pytest.mark.parametrize(
    "change",
    [
        lambda uri: uri + "x",
        lambda uri: uri + "?",
        lambda uri: uri + "/../other",
        lambda uri: uri.replace("request.jwt", "%72equest.jwt"),
        lambda uri: uri.replace("localhost", "LOCALHOST"),
        lambda uri: uri.replace("localhost", "user@localhost"),
        lambda uri: uri.replace("http://", "HTTP://"),
        lambda _: "http://169.254.169.254/latest/meta-data",
        lambda _: "file:///etc/passwd",
        lambda _: "urn:example:request",
        lambda _: "x",
        lambda _: "#",
    ],
)
def test_an_address_that_is_not_registered_is_refused_and_not_fetched(
    browser: Browser, publisher: Publisher, change: Callable[[str], str]
) -> None:
    """OIDC Registration §2, `require_request_uri_registration`; RFC 9101 §10.4: nobody makes us fetch anything."""
    answer = answer_of(bring(browser, change(publisher.uri)))

    assert (answer["error"], answer["state"]) == ("invalid_request_uri", "outside")
    assert publisher.fetches == 0


def test_an_address_belongs_to_the_client_that_registered_it(browser: Browser, publisher: Publisher) -> None:
    assert answer_of(bring(browser, publisher.uri, "strict"))["error"] == "invalid_request_uri"
    assert publisher.fetches == 0


def test_an_address_is_no_longer_than_the_standard_allows(browser: Browser, publisher: Publisher) -> None:
    """OIDC Core §6.2: 512 characters, the fragment among them."""
    answer = answer_of(bring(browser, publisher.uri + "#" + "v" * 512))

    assert answer["error"] == "invalid_request_uri"
    assert publisher.fetches == 0


def test_private_addresses_are_refused_although_registered(
    new_browser: Callable[[], Browser], services: Services
) -> None:
    """Only the operator decides what of the inside may be reached."""
    browser = new_browser()
    register(services, request_uris=["https://127.0.0.1/request.jwt"])

    assert answer_of(bring(browser, "https://127.0.0.1/request.jwt"))["error"] == "invalid_request_uri"


class TestVersions:
    """OIDC Core §6.2: the fragment tells when the content is another."""

    def test_the_fragment_is_not_part_of_what_is_registered(self, browser: Browser, publisher: Publisher) -> None:
        assert state_of(browser, bring(browser, publisher.uri + "#v1")) == "inside"
        assert b"#" not in publisher.server.requests[0].split(b"\r\n")[0]

    def test_nor_is_the_one_that_was_registered(self, browser: Browser) -> None:
        # The host does not exist, so it was asked for.
        answer = answer_of(bring(browser, "https://permits.example/registered#another"))

        assert answer["error_description"] == "There is no request object at this request_uri"

    def test_content_with_its_hash_in_the_address_is_fetched_once(
        self, browser: Browser, publisher: Publisher, clock: FrozenClock
    ) -> None:
        content = sign(asked(exp=None))
        publisher.publish(content)
        uri = publisher.uri + "#" + version_of(content)
        for _ in range(3):
            assert state_of(browser, bring(browser, uri)) == "inside"
            clock.advance(minutes=15)

        assert publisher.fetches == 1

    def test_another_fragment_is_another_content_at_once(self, browser: Browser, publisher: Publisher) -> None:
        first, second = sign(asked(state="first")), sign(asked(state="second"))
        publisher.publish(first)
        assert state_of(browser, bring(browser, publisher.uri + "#" + version_of(first))) == "first"
        publisher.publish(second)
        assert state_of(browser, bring(browser, publisher.uri + "#" + version_of(second))) == "second"

    def test_a_fragment_that_is_not_the_hash_is_a_name_and_refuses_nothing(
        self, browser: Browser, publisher: Publisher, clock: FrozenClock
    ) -> None:
        """A service may have to register the address before it knows the content; the signature is the proof."""
        uri = publisher.uri + "#" + version_of("something else")
        assert state_of(browser, bring(browser, uri)) == "inside"
        clock.advance(seconds=2)
        publisher.publish(sign(asked(state="changed")))

        assert state_of(browser, bring(browser, uri)) == "changed"

    def test_content_without_a_version_is_not_kept(
        self, browser: Browser, publisher: Publisher, clock: FrozenClock
    ) -> None:
        assert state_of(browser, bring(browser, publisher.uri)) == "inside"
        publisher.publish(sign(asked(state="changed")))
        clock.advance(seconds=2)

        assert state_of(browser, bring(browser, publisher.uri)) == "changed"


class TestLimits:
    """RFC 9101 §10.4.1: whoever knows a client's identifier must not have us call its server as often as they like."""

    def test_a_crowd_is_one_fetch(self, browser: Browser, publisher: Publisher) -> None:
        for _ in range(5):
            assert state_of(browser, bring(browser, publisher.uri)) == "inside"

        assert publisher.fetches == 1

    def test_ever_new_fragments_are_not_ever_new_fetches(
        self, browser: Browser, publisher: Publisher, clock: FrozenClock
    ) -> None:
        answers = [bring(browser, f"{publisher.uri}#{n}") for n in range(15)]

        assert publisher.fetches == 10
        assert answer_of(answers[-1])["error"] == "invalid_request_uri"
        clock.advance(seconds=10)
        assert state_of(browser, bring(browser, publisher.uri)) == "inside"

    def test_an_address_without_fragment_is_served_while_somebody_tries_new_ones(
        self, browser: Browser, publisher: Publisher, clock: FrozenClock
    ) -> None:
        """Or anybody could shut a service out by its public identifier."""
        for n in range(15):
            bring(browser, f"{publisher.uri}#{n}")
        clock.advance(seconds=5)

        assert state_of(browser, bring(browser, publisher.uri)) == "inside"
        assert publisher.fetches == 10

    def test_content_that_is_kept_is_there_while_somebody_tries_new_fragments(
        self, browser: Browser, publisher: Publisher
    ) -> None:
        uri = publisher.uri + "#" + version_of(publisher.body.decode())
        for n in range(15):
            bring(browser, f"{publisher.uri}#{n}")

        assert state_of(browser, bring(browser, uri)) == "inside"

    def test_an_address_that_failed_is_left_alone_for_a_while(
        self, browser: Browser, publisher: Publisher, clock: FrozenClock
    ) -> None:
        publisher.status = "503 Service Unavailable"
        for n in range(4):
            assert answer_of(bring(browser, f"{publisher.uri}#{n}"))["error"] == "invalid_request_uri"
        assert publisher.fetches == 1

        publisher.status = "200 OK"
        clock.advance(seconds=10)

        assert state_of(browser, bring(browser, publisher.uri)) == "inside"

    def test_content_that_is_kept_is_there_while_its_server_is_not(
        self, browser: Browser, publisher: Publisher, clock: FrozenClock
    ) -> None:
        uri = publisher.uri + "#" + version_of(publisher.body.decode())
        bring(browser, uri)
        publisher.status = "503 Service Unavailable"
        clock.advance(seconds=20)
        bring(browser, publisher.uri)

        assert publisher.fetches == 2
        assert state_of(browser, bring(browser, uri)) == "inside"

    def test_content_that_is_too_large_is_refused(self, browser: Browser, publisher: Publisher) -> None:
        publisher.body = b"x" * 40_000

        assert answer_of(bring(browser, publisher.uri))["error"] == "invalid_request_uri"


class TestContent:
    """OIDC Core §3.1.2.6: nothing to be had is one error, and what is had but bad another."""

    @pytest.mark.parametrize(
        "content_type",
        [
            "application/jwt",
            "application/jwt;charset=UTF-8",
            "Application/OAuth-Authz-Req+JWT",
            "application/jose",
            "text/plain",
        ],
    )
    def test_media_types_of_tokens_are_taken(self, browser: Browser, publisher: Publisher, content_type: str) -> None:
        publisher.content_type = content_type

        assert state_of(browser, bring(browser, publisher.uri)) == "inside"

    @pytest.mark.parametrize("content_type", ["text/html", "application/json", "image/png", "", "application/jwt2"])
    def test_what_is_no_token_by_its_media_type_is_refused(
        self, browser: Browser, publisher: Publisher, content_type: str
    ) -> None:
        publisher.content_type = content_type

        assert answer_of(bring(browser, publisher.uri))["error"] == "invalid_request_uri"

    @pytest.mark.parametrize("status", ["201 Created", "204 No Content", "302 Found", "404 Not Found", "500 Oh"])
    def test_only_success_is_success(self, browser: Browser, publisher: Publisher, status: str) -> None:
        publisher.status = status
        publisher.more = "Location: http://localhost/\r\n"

        assert answer_of(bring(browser, publisher.uri))["error"] == "invalid_request_uri"
        assert publisher.fetches == 1

    def test_a_line_break_at_the_end_of_a_file_is_nothing(self, browser: Browser, publisher: Publisher) -> None:
        publisher.body += b"\r\n"

        assert state_of(browser, bring(browser, publisher.uri)) == "inside"

    @pytest.mark.parametrize("body", ["é".encode(), b"\xff\xfe"])
    def test_what_is_not_ascii_is_no_token(self, browser: Browser, publisher: Publisher, body: bytes) -> None:
        publisher.body = body

        assert answer_of(bring(browser, publisher.uri))["error"] == "invalid_request_uri"

    def test_an_object_that_is_not_the_clients_is_refused_as_one(self, browser: Browser, publisher: Publisher) -> None:
        for content in (sign(asked(), key=STRANGE), "e30.e30.", "", "<html>", sign(asked("strict"))):
            publisher.publish(content)
            answer = answer_of(bring(browser, publisher.uri + "#" + version_of(content)))

            assert answer["error"] == "invalid_request_object"


def test_a_reference_is_not_pushed(browser: Browser, publisher: Publisher) -> None:
    """RFC 9126 §2.1."""
    form = {"request_uri": publisher.uri}
    response = browser.app.test_client().post("/par", data=form, auth=("signing", SECRET))

    assert (response.status_code, (response.get_json() or {})["error"]) == (400, "invalid_request")
    assert publisher.fetches == 0


def test_a_posted_reference_is_fetched_once(browser: Browser, publisher: Publisher) -> None:
    posted = browser.http.post("/authorize", data={"client_id": "signing", "request_uri": publisher.uri})

    assert state_of(browser, browser.http.get(posted.headers["Location"])) == "inside"
    assert publisher.fetches == 1


class TestOff:
    """OIDC Core §3.1.2.6."""

    @pytest.fixture(name="settings")
    def _settings(self, tmp_path: Path) -> Settings:
        return make_settings(tmp_path, protocol={"request_uris": False}, outbound={"allowed_hosts": ["localhost"]})

    def test_references_alone_can_be_off(self, browser: Browser, publisher: Publisher) -> None:
        assert answer_of(bring(browser, publisher.uri))["error"] == "request_uri_not_supported"
        assert publisher.fetches == 0
        document = browser.http.get("/.well-known/openid-configuration").get_json()
        assert (document["request_parameter_supported"], document["request_uri_parameter_supported"]) == (True, False)
