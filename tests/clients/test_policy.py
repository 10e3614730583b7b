"""Addresses: what may be registered, what a request may name, and whose identifiers a service gets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.clients.errors import RedirectUriError
from idp.clients.policy import check_address, check_redirect_uri, redirect_uri_allowed, sector
from idp.clients.values import ApplicationType

WEB, NATIVE = ApplicationType.WEB, ApplicationType.NATIVE


@pytest.mark.parametrize(
    "uri",
    [
        "https://council.example/callback",
        "https://council.example",
        "https://council.example:8443/a/b?x=1&y=%20",
        "https://xn--caf-dma.example/",
        "https://192.0.2.7/callback",
        "https://[2001:db8::7]/callback",
    ],
)
def test_a_plain_https_address_may_be_registered(uri: str) -> None:
    check_redirect_uri(uri, application_type=WEB, development=False)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "callback",
        "//council.example/",
        "https:///callback",
        "https:/council.example",
        "https:council.example",
        "HTTPS://council.example/",
        "http://council.example/",
        "ftp://council.example/",
        "javascript:alert(1)",
        "JavaScript://council.example/%0aalert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "https://user@council.example/",
        "https://user:pass@council.example/",
        "https://council.example@evil.example/",
        "https://@council.example/",
        "https://council.example/#fragment",
        "https://council.example/#",
        "https://*.council.example/",
        "https://council.example/*",
        "https://council.example/a\\b",
        "https://council.example\\@evil.example/",
        "https://council.example/a b",
        "https://council.example/\n",
        "https://council.example/\x00",
        "\x01https://council.example/",
        "https://council.example/\t",
        "https://café.example/",
        "https://council.example/é",
        "https://council.example/％2f",
        "https://council。example/",
        "https://council.example/%2e%2e/admin",
        "https://council.example/../admin",
        "https://council.example/./admin",
        "https://council.example/a//b",
        "https://council.example/a%2fb",
        "https://council.example/a%5Cb",
        "https://council.example%40evil.example/",
        "https://council.example/%0d%0aSet-Cookie:x",
        "https://council.example/%",
        "https://council.example/%zz",
        "https://council.example:0/",
        "https://council.example:99999/",
        "https://council.example:port/",
        "https://council.example:/",
        "https://council..example/",
        "https://-council.example/",
        "https://council.example./",
        "https://council_example/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://[::1",
        "https://[fe80::1%25eth0]/",
        'https://council.example/"',
        "https://council.example/<x>",
        "https://council.example/{x}",
        "https://council.example/?code=1",
        "https://council.example/?a=1&state=x",
        "https://council.example/?iss=https://evil.example",
        "https://council.example/" + "a" * 2000,
    ],
)
def test_a_trick_address_is_refused(uri: str) -> None:
    for application_type in ApplicationType:
        with pytest.raises(RedirectUriError):
            check_redirect_uri(uri, application_type=application_type, development=True)


@pytest.mark.parametrize("host", ["localhost:8001", "127.0.0.1:8001", "[::1]:8001"])
def test_http_is_for_loopback_in_development_or_installed_applications(host: str) -> None:
    uri = f"http://{host}/callback"
    check_redirect_uri(uri, application_type=WEB, development=True)
    check_redirect_uri(uri, application_type=NATIVE, development=False)

    with pytest.raises(RedirectUriError):
        check_redirect_uri(uri, application_type=WEB, development=False)


def test_an_installed_application_may_have_a_scheme_of_its_own() -> None:
    """RFC 8252 §7.1."""
    check_redirect_uri("com.example.app:/callback", application_type=NATIVE, development=False)

    for uri in (
        "app:/callback",
        "com.example.app://callback",
        "com.example.app:callback",
        # Read before the answer that stands behind it.
        "com.example.app:/callback?code=1",
        "com.example.app:/callback?a=1&iss=x",
    ):
        with pytest.raises(RedirectUriError):
            check_redirect_uri(uri, application_type=NATIVE, development=False)
    with pytest.raises(RedirectUriError):
        check_redirect_uri("com.example.app:/callback", application_type=WEB, development=False)


@settings(max_examples=500, deadline=None)
@given(
    st.text(max_size=60)
    | st.text(alphabet="htps:/.@#%*\\[]?&=1aé \n", max_size=60).map(lambda rest: f"https://{rest}")
    | st.text(alphabet="htps:/.@#%*\\[]?&=1aé \n", max_size=60).map(lambda rest: f"https://a.example/{rest}")
)
def test_any_input_is_accepted_as_it_is_or_refused(uri: str) -> None:
    try:
        check_redirect_uri(uri, application_type=NATIVE, development=True)
    except RedirectUriError as error:
        # Nothing of the input is repeated; a section sign may name the rule.
        fit = error.problem.replace("\N{SECTION SIGN}", "").isascii()
    else:
        fit = uri.isascii() and set(uri).isdisjoint('#*\\ \n"<>')

    assert fit


def test_a_request_may_name_a_registered_address_and_nothing_like_it() -> None:
    """RFC 9700 §2.1: exact string matching."""
    registered = ("https://council.example/callback",)

    assert redirect_uri_allowed(registered[0], registered=registered, application_type=WEB)
    for other in (
        "https://council.example/callback/",
        "https://council.example/callback?x=1",
        "https://council.example/callback#x",
        "https://council.example:443/callback",
        "https://COUNCIL.example/callback",
        "https://council.example/callback%20",
        "https://council.example/callback/../x",
        "http://council.example/callback",
        "",
        'https://council.example/callback"',
        "https://council.example/callbacké",
    ):
        assert not redirect_uri_allowed(other, registered=registered, application_type=NATIVE)


@pytest.mark.parametrize(
    ("requested", "allowed"),
    [
        ("http://127.0.0.1:49152/cb", True),
        ("http://127.0.0.1/cb", True),
        ("http://127.0.0.1:49152/other", False),
        ("http://127.0.0.1:49152/cb?x", False),
        ("http://127.0.0.1:0/cb", False),
        ("http://127.0.0.1:x@evil.example/cb", False),
        ("http://127.0.0.1.evil.example:1/cb", False),
        ("http://localhost:49152/cb", False),
        ("http://[::1]:49152/cb", False),
        ("https://127.0.0.1:49152/cb", False),
    ],
)
def test_an_installed_application_may_listen_on_any_port(requested: str, *, allowed: bool) -> None:
    """RFC 8252 §7.3."""
    registered = ("http://127.0.0.1:8000/cb",)

    assert redirect_uri_allowed(requested, registered=registered, application_type=NATIVE) is allowed
    assert not redirect_uri_allowed(requested, registered=registered, application_type=WEB)


def test_services_are_sectors_of_their_own_even_on_one_host() -> None:
    """PRODUCT, rule 6: never per department."""
    uris = ("https://council.example/a", "https://council.example/b")

    permits = sector(client_id="permits", redirect_uris=uris, sector_identifier_uri=None)
    library = sector(client_id="library", redirect_uris=uris, sector_identifier_uri=None)

    assert permits != library


def test_services_that_name_one_sector_document_share_it() -> None:
    """OIDC Core §8.1."""
    document = "https://council.example/sector.json"

    first = sector(client_id="a", redirect_uris=("https://a.example/",), sector_identifier_uri=document)
    second = sector(client_id="b", redirect_uris=("https://b.example/",), sector_identifier_uri=document)

    assert first == second == "council.example"


def test_several_hosts_need_a_sector_document() -> None:
    """OIDC Core §8.1."""
    with pytest.raises(RedirectUriError, match="redirect URIs on several hosts need one"):
        sector(client_id="a", redirect_uris=("https://a.example/", "https://b.example/"), sector_identifier_uri=None)


def test_published_addresses_are_https() -> None:
    check_address("https://council.example/jwks.json", development=False)
    with pytest.raises(RedirectUriError):
        check_address("http://council.example/jwks.json", development=True)
    with pytest.raises(RedirectUriError):
        check_address("http://localhost/jwks.json", development=False)
