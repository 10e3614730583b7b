"""The demonstration's services begin a sign-on when the provider sends somebody. OpenID Connect Core §4."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from idp.demo.service import views
from idp.demo.service.app import create_service
from idp.demo.service.descriptions import DESCRIPTIONS

ISSUER = "http://localhost:8000"


class Provider:
    """What the service's library knows of the provider."""

    def load_server_metadata(self) -> dict[str, str]:
        return {"issuer": ISSUER}


@pytest.fixture(params=sorted(DESCRIPTIONS))
def service(request: pytest.FixtureRequest) -> FlaskClient:
    app = create_service(
        DESCRIPTIONS[request.param], issuer=ISSUER, client_id="x", client_secret="x", secret_key="x" * 32
    )
    app.extensions[views.PROVIDER] = Provider()
    return app.test_client()


def test_our_provider_opens_a_sign_on(service: FlaskClient) -> None:
    answer = service.get("/login", query_string={"iss": ISSUER})

    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in/")


def test_another_provider_opens_nothing(service: FlaskClient) -> None:
    for query in ({}, {"iss": "https://evil.example"}):
        assert service.get("/login", query_string=query).status_code == 400
