"""One provider for all of these tests, set up as docs/conformance.md says, over https."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.journeys.provider import StartedProvider
from tests.protocol.conformance import example
from tests.protocol.conformance.outside import Outside, outside
from tests.protocol.conformance.relying_party import RelyingParty, registered
from tests.protocol.conformance.visitor import Visitor
from tests.tls import Authority

NewParty = Callable[..., RelyingParty]
Register = Callable[..., RelyingParty]
RESPONSE_TYPES = ("code", "id_token", "id_token token", "code id_token", "code token", "code id_token token")


def _flow_name(flow: tuple[str, str | None]) -> str:
    return f"{flow[0]} by {flow[1]}" if flow[1] else flow[0]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.new(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def judge(authority: Authority) -> Iterator[Outside]:
    """The judge's own server."""
    with outside(authority) as server:
        yield server


@pytest.fixture(scope="session")
def provider(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority, judge: Outside
) -> Iterator[StartedProvider]:
    folder = tmp_path_factory.mktemp("conformance")
    (folder / "settings.toml").write_text(example.settings())
    started = StartedProvider(
        folder,
        tls=authority,
        PROFFER_CONFIG=str(folder / "settings.toml"),
        PROFFER_MODE="production",
        PROFFER_OUTBOUND__ALLOWED_HOSTS=judge.url.removeprefix("https://"),
    )
    started.command("migrate")
    started.import_all(example.import_file())
    started.start()
    try:
        yield started
    finally:
        assert started.stop() == 0, "the server ends cleanly"


@pytest.fixture(scope="session")
def http(authority: Authority) -> Iterator[httpx.Client]:
    """An HTTP client that trusts the authority of the tests and follows nothing."""
    with httpx.Client(verify=authority.for_clients(), timeout=10, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def metadata(provider: StartedProvider, http: httpx.Client) -> dict[str, object]:
    """The discovery document."""
    answer = http.get(f"{provider.issuer}/.well-known/openid-configuration")
    assert answer.status_code == 200
    return dict(answer.json())


@pytest.fixture(scope="session")
def new_party(http: httpx.Client, metadata: dict[str, object]) -> NewParty:
    """Take the place of one of the imported services, or of a newly registered one."""

    def make(client_id: str, **more: object) -> RelyingParty:
        given = {"secret": example.SECRETS.get(client_id), **more}
        return RelyingParty(http=http, metadata=metadata, client_id=client_id, **given)  # type: ignore[arg-type]

    return make


@pytest.fixture(params=[(kind, mode) for kind in RESPONSE_TYPES for mode in (None, "form_post")], ids=_flow_name)
def flow(request: pytest.FixtureRequest, new_party: NewParty) -> RelyingParty:
    """The first service with each response type and mode: the Basic, Implicit, Hybrid and Form Post plans."""
    kind, mode = request.param
    return new_party("first", response_type=kind, response_mode=mode)


@pytest.fixture(scope="session")
def register(http: httpx.Client, metadata: dict[str, str], judge: Outside) -> Register:
    """Register services; each comes as its metadata and as one that takes its place."""

    def post(**members: object) -> RelyingParty:
        usual = {"redirect_uris": [example.CALLBACK], "client_name": "Registered service", "scope": example.SCOPE}
        answer = http.post(metadata["registration_endpoint"], json=usual | members)
        return registered(http, metadata, answer)

    return post


@pytest.fixture
def party(new_party: NewParty) -> RelyingParty:
    return new_party("first")


@pytest.fixture
def new_visitor(authority: Authority) -> Callable[..., Visitor]:
    """Browsers in which nobody is signed in."""
    return lambda **more: Visitor(authority, **more)


@pytest.fixture
def stranger(new_visitor: Callable[..., Visitor]) -> Visitor:
    """Amina with a browser in which she is not signed in."""
    return new_visitor()


@pytest.fixture(scope="session")
def amina(authority: Authority, new_party: NewParty) -> Visitor:
    """Amina, signed in, with a standing choice of everything for the first service."""
    visitor = Visitor(authority)
    visitor.go(new_party("first").request(scope="openid profile email address phone"))
    assert "code" in visitor.answer
    return visitor
