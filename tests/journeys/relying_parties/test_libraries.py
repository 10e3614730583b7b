"""npm's openid-client and oauth4webapi, over https."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.node_client import NodeClient, unavailable
from tests.journeys.provider import StartedProvider
from tests.journeys.relying_parties.conftest import AFTERWARDS, CALLBACK, SECRET
from tests.protocol.conformance.visitor import Visitor
from tests.tls import Authority

pytestmark = [pytest.mark.slow, pytest.mark.node]


def started(library: str, provider: StartedProvider, authority: Authority) -> Iterator[NodeClient]:
    if reason := unavailable(library):
        pytest.skip(reason)
    script = f"{library.replace('-', '_')}.mjs"
    with NodeClient(script, trust=authority.bundle) as client:
        client.call("discover", issuer=provider.issuer, clientId=library, clientSecret=SECRET)
        yield client


@pytest.fixture
def openid_client(provider: StartedProvider, authority: Authority) -> Iterator[NodeClient]:
    yield from started("openid-client", provider, authority)


@pytest.fixture
def oauth4webapi(provider: StartedProvider, authority: Authority) -> Iterator[NodeClient]:
    yield from started("oauth4webapi", provider, authority)


def is_signed_out(visitor: Visitor, request: str) -> bool:
    """Whether another sign-in would ask for the password."""
    visitor.open(request)
    return 'id="login-submit"' in visitor.body


def test_oauth4webapi_signs_its_visitor_in_and_out(oauth4webapi: NodeClient, amina: Visitor) -> None:
    def request() -> str:
        return str(oauth4webapi.call("authorizationUrl", redirectUri=CALLBACK, scope="openid email"))

    amina.go(request())
    tokens = oauth4webapi.call("callback", url=amina.url)
    shared = oauth4webapi.call("userinfo", accessToken=tokens["access_token"], subject=tokens["claims"]["sub"])
    assert shared == {"sub": tokens["claims"]["sub"], "email": "amina@mail.example", "email_verified": False}

    amina.go(oauth4webapi.call("endSessionUrl", idToken=tokens["id_token"], postLogoutRedirectUri=AFTERWARDS))

    assert amina.url == AFTERWARDS
    assert is_signed_out(amina, request())


def test_openid_client_signs_its_visitor_in_and_out(openid_client: NodeClient, amina: Visitor) -> None:
    def request() -> str:
        parameters = {"redirect_uri": CALLBACK, "scope": "openid email"}
        return str(openid_client.call("authorizationUrl", parameters=parameters)["url"])

    amina.go(request())
    tokens = openid_client.call("callback", url=amina.url)
    assert tokens["claims"]["iss"].startswith("https://localhost:")

    parameters = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": AFTERWARDS}
    amina.go(openid_client.call("endSessionUrl", parameters=parameters))

    assert amina.url == AFTERWARDS
    assert is_signed_out(amina, request())
