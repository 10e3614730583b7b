"""A provider of its own for each database, started once, as an operator starts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.node_client import NodeClient, unavailable
from tests.journeys import services
from tests.journeys.citizen import Citizen
from tests.journeys.provider import StartedProvider
from tests.storage.databases import BOTH, database_url

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", params=BOTH)
def provider(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedProvider]:
    """Two workers, with the journeys' services imported."""
    folder = tmp_path_factory.mktemp("provider")
    with database_url(request.param, folder) as url:
        started = StartedProvider(folder, database_url=url)
        started.command("migrate")
        started.import_clients(services.described())
        started.start()
        try:
            yield started
        finally:
            assert started.stop() == 0, "the server ends cleanly"


@pytest.fixture
def amina(provider: StartedProvider) -> Citizen:
    """A new citizen who has filled in her details; signed in."""
    citizen = Citizen(provider)
    citizen.sign_up()
    for claim, value in services.DETAILS.items():
        citizen.add_detail(claim, value)
    return citizen


@pytest.fixture
def council(provider: StartedProvider) -> Iterator[NodeClient]:
    """openid-client as the council."""
    if reason := unavailable("openid-client"):
        pytest.skip(reason)
    with NodeClient("openid_client.mjs") as client:
        client.call("discover", issuer=provider.issuer, clientId="council", clientSecret=services.COUNCIL_SECRET)
        yield client
