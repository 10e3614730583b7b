"""Which URLs and addresses may be fetched."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.outbound.addresses import Target, is_public, target
from idp.outbound.errors import FetchRefusedError


def test_an_https_address_is_taken_apart() -> None:
    assert target("https://Council.example/jwks.json?v=1", private_hosts=()) == Target(
        secure=True, host="council.example", port=443, path="/jwks.json?v=1", private_allowed=False
    )


@pytest.mark.parametrize("listed", ["localhost", "localhost:8001"])
def test_plain_http_is_for_listed_hosts(listed: str) -> None:
    goal = target("http://localhost:8001", private_hosts=(listed,))

    assert goal == Target(secure=False, host="localhost", port=8001, path="/", private_allowed=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://council.example/jwks",
        "http://localhost:8002/",
        "ftp://council.example/",
        "file:///etc/passwd",
        "gopher://council.example",
        "https://user:secret@council.example/",
        "https://@council.example/",
        "https://council.example\\@evil.example/",
        "https://council.example/#fragment",
        "https://council.example/#",
        "https://",
        "https:///path",
        "https://council.example:99999/",
        "https://council.example:port/",
        "https://[::1/",
        "https://council.example/a b",
        "https://council.example/\r\nX: y",
        "https://council.example/\x00",
        "https://cöuncil.example/",
        "//council.example/",
        "council.example",
        "",
        "https://council.example/" + "a" * 2048,
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(FetchRefusedError):
        target(url, private_hosts=("localhost:8001",))


@given(st.text(max_size=60))
def test_no_text_raises_anything_else(rest: str) -> None:
    try:
        target(f"https://{rest}", private_hosts=())
    except FetchRefusedError:
        return


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "192.88.99.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_the_open_internets_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
