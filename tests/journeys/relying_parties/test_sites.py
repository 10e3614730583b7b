"""Sites that are servers of their own: Flask with Authlib, Apache with mod_auth_openidc, Django."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from werkzeug.serving import make_server

from tests.clients import apache, authlib_site
from tests.journeys.provider import StartedProvider
from tests.journeys.relying_parties.conftest import SECRET
from tests.protocol.conformance.visitor import Visitor
from tests.tls import Authority

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def museum(provider: StartedProvider, ports: dict[str, int], authority: Authority) -> Iterator[str]:
    """The site on Authlib."""
    origin = f"https://127.0.0.1:{ports['authlib']}"
    app = authlib_site.site(
        issuer=provider.issuer, client_id="authlib", secret=SECRET, origin=origin, authority=authority
    )
    certificate = (str(authority.certificate), str(authority.key))
    server = make_server("127.0.0.1", ports["authlib"], app, threaded=True, ssl_context=certificate)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield origin
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def records_office(provider: StartedProvider, ports: dict[str, int], authority: Authority) -> Iterator[str]:
    """The site on Apache."""
    if reason := apache.unavailable():
        pytest.skip(reason)
    with apache.records_office(
        issuer=provider.issuer, client_id="apache", secret=SECRET, port=ports["apache"], authority=authority
    ) as origin:
        yield origin


@pytest.fixture(scope="module")
def library(
    provider: StartedProvider, ports: dict[str, int], authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The site on Django."""
    folder = tmp_path_factory.mktemp("library")
    told = {
        "SITE_PORT": str(ports["django"]),
        "SITE_FOLDER": str(folder),
        "SITE_ISSUER": provider.issuer,
        "SITE_CLIENT_ID": "django",
        "SITE_CLIENT_SECRET": SECRET,
        "SITE_CERTIFICATE": str(authority.certificate),
        "SITE_KEY": str(authority.key),
        "REQUESTS_CA_BUNDLE": str(authority.bundle),
    }
    origin = f"https://127.0.0.1:{ports['django']}"
    with (folder / "library.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.clients.django_site"],
            env={**os.environ, **told},
            cwd=Path(__file__).parents[3],
            stdout=log,
            stderr=log,
        )
    try:
        _until_answered(origin, server, authority, folder / "library.log")
        yield origin
    finally:
        server.terminate()
        server.wait(timeout=20)


def _until_answered(origin: str, server: subprocess.Popen[bytes], authority: Authority, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(origin, timeout=5, context=authority.for_clients()):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def asks_for_the_password(visitor: Visitor, url: str) -> bool:
    """Whether a sign-in that begins there shows the provider's sign-in page: nobody is signed in any more."""
    visitor.open(url)
    return 'id="login-submit"' in visitor.body


def test_a_flask_site_on_authlib_signs_its_visitor_in_and_out(museum: str, amina: Visitor) -> None:
    amina.go(f"{museum}/sign-in")
    assert amina.pages[0] == "login-submit"
    assert amina.text == "Museum amina@mail.example"

    amina.go(f"{museum}/sign-out")

    assert (amina.url, amina.heading) == (f"{museum}/left", "You have left the museum")
    assert asks_for_the_password(amina, f"{museum}/sign-in")


def test_apache_with_mod_auth_openidc_signs_its_visitor_in_and_out(records_office: str, amina: Visitor) -> None:
    page = f"{records_office}/records/index.shtml"
    amina.go(page)
    assert amina.pages[0] == "login-submit"
    assert amina.heading == "Records office"
    assert "amina@mail.example" in amina.text

    amina.go(f"{records_office}/records/return?logout={quote(f'{records_office}/left.html', safe='')}")

    assert (amina.url, amina.heading) == (f"{records_office}/left.html", "You have left the records office")
    assert asks_for_the_password(amina, page)


def test_apache_forgets_its_visitor_who_signs_out_at_the_provider(
    records_office: str, provider: StartedProvider, amina: Visitor
) -> None:
    """Back-Channel Logout §2.5, from the service's side."""
    page = f"{records_office}/records/index.shtml"
    amina.go(page)
    amina.open(page)
    assert amina.heading == "Records office"

    amina.go(f"{provider.issuer}/sign-out")

    deadline = time.monotonic() + 10
    while not asks_for_the_password(amina, page):
        assert time.monotonic() < deadline, "the service was not told"
        time.sleep(0.1)


def test_a_django_site_on_mozilla_django_oidc_signs_its_visitor_in_and_out(library: str, amina: Visitor) -> None:
    amina.go(f"{library}/oidc/authenticate/")
    assert amina.pages[0] == "login-submit"
    assert amina.text == "Library amina@mail.example"

    amina.go(f"{library}/oidc/logout/")

    assert (amina.url, amina.heading) == (f"{library}/left", "You have left the library")
    assert asks_for_the_password(amina, f"{library}/oidc/authenticate/")
