"""Passkeys need a secure context and a domain: the application under test is served at localhost."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from idp.settings import Settings
from tests.conftest import make_settings
from tests.journeys.provider import free_port


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def settings(tmp_path: Path, port: int) -> Settings:
    return make_settings(tmp_path, issuer=f"http://localhost:{port}")


@pytest.fixture
def served(app: Flask, port: int) -> Iterator[str]:
    """The address at which the application under test answers; its issuer, which is what passkeys are bound to."""
    server = make_server("localhost", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{port}"
    server.shutdown()
    thread.join()
