"""`proffer serve` and `proffer worker`, as processes."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.cli.serve import threads_of, workers_of
from idp.settings import Settings
from tests.journeys.provider import StartedProvider
from tests.tls import Authority

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedProvider]:
    started = StartedProvider(tmp_path_factory.mktemp("serve"), workers=1)
    started.command("migrate")
    started.start()
    yield started
    started.stop()


def run(provider: StartedProvider, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "idp.cli", *arguments],
        env={**os.environ, **provider.environment, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_the_first_answer_comes_soon_and_the_server_ends_when_told(tmp_path: Path) -> None:
    provider = StartedProvider(tmp_path, workers=2)
    provider.command("migrate")

    began = time.monotonic()
    provider.start()
    answered = time.monotonic() - began
    began = time.monotonic()
    code = provider.stop()

    # Two seconds is what is promised on an idle machine; a busy one gets more.
    assert answered < 2 * max(1.0, os.getloadavg()[0])
    assert code == 0
    assert time.monotonic() - began < 10
    assert "Traceback" not in provider.log_path.read_text()


def test_a_request_in_flight_is_answered_before_the_end(tmp_path: Path) -> None:
    provider = StartedProvider(tmp_path, workers=1)
    provider.command("migrate")
    provider.start()
    with socket.create_connection(("localhost", provider.port)) as connection:
        connection.sendall(
            b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nConnection: close\r\n\r\nab"
        )
        time.sleep(0.2)
        assert provider._process is not None
        provider._process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        connection.sendall(b"cd")
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 4")
    assert provider._process.wait(timeout=20) == 0


def test_a_taken_port_is_one_clear_line(provider: StartedProvider) -> None:
    second = run(provider, "serve")

    assert second.returncode == 1
    assert second.stderr == (
        f"proffer: port {provider.port} on localhost is taken by another program (setting server.port)\n"
    )


def test_a_host_that_is_not_this_machine_is_one_clear_line(provider: StartedProvider) -> None:
    failed = run(provider, "serve", PROFFER_SERVER__HOST="no.such.host.invalid")

    assert failed.returncode == 1
    assert failed.stderr == "proffer: no.such.host.invalid is not an address of this machine (setting server.host)\n"


def test_production_does_not_start_without_secrets_of_its_own(provider: StartedProvider) -> None:
    refused = run(
        provider,
        "serve",
        PROFFER_MODE="production",
        PROFFER_ISSUER="https://id.example.org",
        PROFFER_SECRETS__PEPPER="replace-me-" * 4,
    )

    assert refused.returncode == 2
    assert "secrets.pepper: is missing or is the published example" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_database_that_is_not_up_to_date_is_one_clear_line(
    provider: StartedProvider, tmp_path: Path, command: str
) -> None:
    refused = run(provider, command, PROFFER_DATABASE__URL=f"sqlite:///{tmp_path}/new.sqlite", PROFFER_SERVER__PORT="1")

    assert refused.returncode == 1
    assert refused.stderr == "proffer: the database has not been brought up to date: run `proffer migrate` first\n"


def test_a_certificate_that_cannot_be_read_is_one_clear_line(provider: StartedProvider, tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("nothing")

    refused = run(
        provider,
        "serve",
        PROFFER_SERVER__TLS_CERTIFICATE=str(tmp_path / "cert.pem"),
        PROFFER_SERVER__TLS_KEY=str(tmp_path / "key.pem"),
    )

    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "server.tls_certificate" in refused.stderr


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedProvider]:
    """A provider that speaks https by itself."""
    folder = tmp_path_factory.mktemp("tls")
    started = StartedProvider(folder, workers=1, tls=Authority.new(folder))
    started.command("migrate")
    started.start()
    yield started
    started.stop()


def greet(provider: StartedProvider, *, version: ssl.TLSVersion) -> str | None:
    """Shake hands with one version of TLS; the one that was agreed on."""
    assert provider.tls is not None
    context = provider.tls.for_clients()
    # Or this side would refuse before the other one could.
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection(("localhost", provider.port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        return connection.version()


def test_the_server_speaks_tls_by_itself(sealed: StartedProvider) -> None:
    assert sealed.tls is not None
    with urllib.request.urlopen(
        f"{sealed.issuer}/.well-known/openid-configuration", timeout=5, context=sealed.tls.for_clients()
    ) as answer:
        assert json.load(answer)["issuer"] == sealed.issuer == f"https://localhost:{sealed.port}"


@pytest.mark.parametrize(
    ("version", "agreed"), [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")]
)
def test_tls_1_2_and_1_3_are_spoken(sealed: StartedProvider, version: ssl.TLSVersion, agreed: str) -> None:
    assert greet(sealed, version=version) == agreed


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_older_versions_of_tls_are_refused(sealed: StartedProvider, version: ssl.TLSVersion) -> None:
    # RFC 8996 §4 and §5.
    with pytest.raises((ssl.SSLError, ConnectionError)):
        greet(sealed, version=version)


def test_nothing_is_answered_without_tls_where_tls_is_spoken(sealed: StartedProvider) -> None:
    with pytest.raises((OSError, http.client.HTTPException)):
        urllib.request.urlopen(f"http://localhost:{sealed.port}/.well-known/openid-configuration", timeout=5)


def test_a_certificate_comes_with_its_key(provider: StartedProvider) -> None:
    refused = run(provider, "serve", "--certificate", "certificate.pem")

    assert refused.returncode == 2
    assert "--certificate and --key belong together" in refused.stderr


def test_rotated_keys_are_published_while_the_server_runs(provider: StartedProvider) -> None:
    def published() -> set[str]:
        with urllib.request.urlopen(f"{provider.issuer}/jwks.json", timeout=5) as answer:
            # Of keys for encryption, those that are over are withdrawn at once.
            return {key["kid"] for key in json.load(answer)["keys"] if key["use"] == "sig"}

    before = published()
    provider.command("keys", "rotate")
    deadline = time.monotonic() + 10
    while published() == before and time.monotonic() < deadline:
        time.sleep(0.2)

    assert before < published()


def test_the_worker_ends_when_told(provider: StartedProvider) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-m", "idp.cli", "worker"],
        env={**os.environ, **provider.environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stderr is not None
    assert "worker started" in worker.stderr.readline()
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=10) == 0
    assert "worker stopped" in worker.stderr.read()


def test_one_thread_on_sqlite_and_three_on_postgresql() -> None:
    sqlite = Settings.model_validate({"database": {"url": "sqlite:////srv/x.sqlite"}})
    postgresql = Settings.model_validate({"database": {"url": "postgresql+psycopg://p@h/d"}})
    chosen = Settings.model_validate({"server": {"workers": 7, "threads": 2}})

    assert (threads_of(sqlite), threads_of(postgresql), threads_of(chosen)) == (1, 3, 2)
    assert workers_of(sqlite) >= 1
    assert workers_of(chosen) == 7
