"""One provider over https, the services that sign in there, and Amina."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.provider import StartedProvider, free_port
from tests.protocol.conformance import example
from tests.protocol.conformance.visitor import Visitor
from tests.tls import Authority

#: An address that nobody listens on: browsers without scripts stop there.
CALLBACK = "https://127.0.0.1:1/callback"
AFTERWARDS = "https://127.0.0.1:1/left"
SECRET = "relying-party-secret-0123456789-abcdefghij"
SITES = ("apache", "authlib", "django", "spa")
#: Where each of them has its callback.
RETURN = {"apache": "/records/return", "authlib": "/return", "django": "/oidc/callback/", "spa": "/callback"}


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.new(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def ports() -> dict[str, int]:
    """A port for each site, known before the site is started, because it is registered first."""
    return {site: free_port() for site in SITES}


def _client(client_id: str, origin: str, callback: str) -> dict[str, Any]:
    return {
        "client_id": client_id,
        "organisation": "town",
        "name": f"Service on {client_id}",
        "redirect_uris": [callback],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid email",
        "secret": SECRET,
        "post_logout_redirect_uris": [f"{origin}/left", f"{origin}/left.html"],
    }


@pytest.fixture(scope="session")
def provider(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority, ports: dict[str, int]
) -> Iterator[StartedProvider]:
    started = StartedProvider(
        tmp_path_factory.mktemp("relying-parties"),
        tls=authority,
        workers=1,
        PROFFER_OUTBOUND__ALLOWED_HOSTS="127.0.0.1",
    )
    clients = [_client(name, "https://127.0.0.1:1", CALLBACK) for name in ("openid-client", "oauth4webapi")]
    for site in ("apache", "authlib", "django"):
        origin = f"https://127.0.0.1:{ports[site]}"
        clients.append(_client(site, origin, origin + RETURN[site]))
        if site == "apache":
            clients[-1] |= {
                "backchannel_logout_uri": f"{origin}{RETURN[site]}?logout=backchannel",
                "backchannel_logout_session_required": True,
            }
    origin = f"https://localhost:{ports['spa']}"
    public = _client("spa", origin, origin + RETURN["spa"]) | {"token_endpoint_auth_method": "none"}
    public["redirect_uris"].append(f"{origin}/silent")
    del public["secret"]
    clients.append(public)
    started.command("migrate")
    started.import_all(
        {
            "organisations": {"town": {"legal_name": "Northtown Council"}},
            "clients": clients,
            "accounts": example.import_file()["accounts"],
        }
    )
    started.start()
    try:
        yield started
    finally:
        assert started.stop() == 0, "the server ends cleanly"


@pytest.fixture
def amina(authority: Authority) -> Visitor:
    """Amina with a browser in which she is not signed in anywhere."""
    return Visitor(authority, foreign=("https://127.0.0.1:1/",))
