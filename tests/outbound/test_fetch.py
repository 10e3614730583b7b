"""Fetching from a real server on this machine, which behaves in every way that a server should not."""

import ssl
import time
from pathlib import Path

import pytest

from idp.outbound.errors import FetchFailedError, FetchRefusedError, OutboundError
from idp.outbound.fetch import Fetcher
from idp.settings import OutboundSettings
from tests.outbound.servers import Behaviour, dripping, saying, serving

HELLO = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


def fetcher(*allowed: str, **options: object) -> Fetcher:
    settings = OutboundSettings(**{"allowed_hosts": allowed, "timeout_seconds": 2.0, "max_bytes": 1024, **options})
    return Fetcher(settings=settings, look_up=lambda _host, _port: ["127.0.0.1"])


def test_a_document_is_fetched_with_what_was_asked_for() -> None:
    with serving(saying(HELLO)) as server:
        fetched = fetcher("localhost").get(f"http://localhost:{server.port}/jwks?v=1", accept="application/json")

    assert (fetched.status, fetched.body, fetched.headers["content-type"]) == (200, b"{}", "application/json")
    request = server.requests[0].lower()
    assert request.startswith(b"get /jwks?v=1 http/1.1\r\n")
    assert f"host: localhost:{server.port}\r\n".encode() in request
    assert b"accept: application/json\r\n" in request
    assert b"cookie" not in request


def test_the_systems_own_resolver_is_used_by_default() -> None:
    settings = OutboundSettings(allowed_hosts=("localhost",))
    with serving(saying(HELLO)) as server:
        # `localhost` may be ::1 first, where nobody listens: the next address is tried.
        assert Fetcher(settings=settings).get(f"http://localhost:{server.port}/", accept="*/*").status == 200


def test_an_error_status_is_given_back() -> None:
    with serving(saying(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")) as server:
        assert fetcher("localhost").get(f"http://localhost:{server.port}/", accept="*/*").status == 404


def test_a_chunked_answer_and_one_that_ends_with_the_connection_are_read() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    for answer in (chunked, b"HTTP/1.1 200 OK\r\n\r\n{}"):
        with serving(saying(answer)) as server:
            assert fetcher("localhost").get(f"http://localhost:{server.port}/", accept="*/*").body == b"{}"


def test_a_private_address_is_refused_and_never_connected_to() -> None:
    with serving(saying(HELLO)) as server, pytest.raises(FetchRefusedError, match="private"):
        fetcher().get(f"https://council.example:{server.port}/", accept="*/*")

    assert server.requests == []


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/"])
def test_a_private_address_is_refused_however_it_is_written(url: str) -> None:
    with pytest.raises(FetchRefusedError, match="private"):
        Fetcher(settings=OutboundSettings()).get(url, accept="*/*")


def test_one_private_address_among_public_ones_is_refused() -> None:
    mixed = Fetcher(settings=OutboundSettings(), look_up=lambda _host, _port: ["93.184.215.14", "::ffff:10.0.0.1"])

    with pytest.raises(FetchRefusedError, match="private"):
        mixed.get("https://council.example/", accept="*/*")


def test_a_name_that_changes_between_check_and_connection_gains_nothing() -> None:
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    settings = OutboundSettings(allowed_hosts=("council.example",), timeout_seconds=2.0)
    with serving(saying(HELLO)) as server:
        # The name does not exist outside this look-up, so only the checked address can have been connected to.
        Fetcher(settings=settings, look_up=rebinding).get(f"http://council.example:{server.port}/", accept="*/*")

    assert asked == ["council.example"]
    assert f"Host: council.example:{server.port}".encode() in server.requests[0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    answer = f"HTTP/1.1 {status} Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".encode()
    with serving(saying(answer)) as server, pytest.raises(FetchRefusedError, match="redirect"):
        fetcher("localhost").get(f"http://localhost:{server.port}/", accept="*/*")

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1025\r\n\r\n" + b"x" * 1025,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + b"x" * 1024 + b"\r\n1\r\nx\r\n0\r\n\r\n",
    ],
)
def test_an_answer_over_the_limit_is_refused(answer: bytes) -> None:
    with serving(saying(answer)) as server, pytest.raises(FetchRefusedError, match="large"):
        fetcher("localhost").get(f"http://localhost:{server.port}/", accept="*/*")


def test_a_caller_can_lower_the_limit_and_not_raise_it() -> None:
    with serving(saying(HELLO)) as server:
        url = f"http://localhost:{server.port}/"
        with pytest.raises(FetchRefusedError, match="large"):
            fetcher("localhost").get(url, accept="*/*", max_bytes=1)
    with serving(saying(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2000)) as server, pytest.raises(FetchRefusedError):
        fetcher("localhost").get(f"http://localhost:{server.port}/", accept="*/*", max_bytes=10**6)


def test_a_compressed_answer_is_refused_before_it_is_read() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"
    with serving(saying(answer)) as server, pytest.raises(FetchRefusedError, match="encoded"):
        fetcher("localhost").get(f"http://localhost:{server.port}/", accept="*/*")


@pytest.mark.parametrize(
    "behaviour",
    [
        dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x"),
        dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
        dripping(b"", b"H"),
        lambda _: time.sleep(3),
    ],
)
def test_a_slow_answer_is_cut_off_as_a_whole(behaviour: Behaviour) -> None:
    started = time.monotonic()
    with serving(behaviour) as server, pytest.raises(FetchFailedError):
        fetcher("localhost", timeout_seconds=0.3).get(f"http://localhost:{server.port}/", accept="*/*")

    assert time.monotonic() - started < 1.0


def test_a_slow_resolver_is_not_waited_for() -> None:
    def slow(_host: str, _port: int) -> list[str]:
        time.sleep(1)
        return []

    started = time.monotonic()
    with pytest.raises(FetchFailedError, match="in time"):
        Fetcher(settings=OutboundSettings(timeout_seconds=0.2), look_up=slow).get("https://a.example/", accept="*/*")

    assert time.monotonic() - started < 0.8


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200,
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000,
    ],
)
def test_a_broken_answer_fails_in_one_way(answer: bytes) -> None:
    with serving(saying(answer)) as server, pytest.raises(FetchFailedError):
        fetcher("localhost").get(f"http://localhost:{server.port}/", accept="*/*")


def test_nobody_listening_and_nobody_known_fail_in_the_same_way() -> None:
    with pytest.raises(FetchFailedError):
        fetcher("localhost").get("http://localhost:1/", accept="*/*")
    for found in ([], ["not an address"]):
        nowhere = Fetcher(settings=OutboundSettings(), look_up=lambda _host, _port, found=found: found)  # type: ignore[misc]
        with pytest.raises(FetchFailedError, match="no address"):
            nowhere.get("https://nowhere.example/", accept="*/*")


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")
    with serving(saying(HELLO)) as server:
        assert fetcher("localhost").get(f"http://localhost:{server.port}/", accept="*/*").status == 200


def test_https_checks_the_name_against_an_authority_of_the_settings(certificate: Path, tls: ssl.SSLContext) -> None:
    with serving(saying(HELLO), tls=tls) as server:
        trusting = fetcher("council.example", "other.example", ca_bundle=certificate)

        assert trusting.get(f"https://council.example:{server.port}/", accept="*/*").body == b"{}"
        with pytest.raises(FetchFailedError):
            trusting.get(f"https://other.example:{server.port}/", accept="*/*")


def test_https_refuses_an_unknown_authority(tls: ssl.SSLContext) -> None:
    with serving(saying(HELLO), tls=tls) as server, pytest.raises(FetchFailedError):
        fetcher("council.example").get(f"https://council.example:{server.port}/", accept="*/*")


def test_authorities_that_cannot_be_read_are_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(OutboundError, match="ca_bundle"):
            fetcher(ca_bundle=tmp_path / name)


def test_a_slow_answer_over_tls_is_cut_off_too(certificate: Path, tls: ssl.SSLContext) -> None:
    started = time.monotonic()
    slow = fetcher("council.example", ca_bundle=certificate, timeout_seconds=0.4)
    with (
        serving(dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x"), tls=tls) as server,
        pytest.raises(FetchFailedError, match="in time"),
    ):
        slow.get(f"https://council.example:{server.port}/", accept="*/*")

    assert time.monotonic() - started < 1.2
