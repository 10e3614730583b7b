"""The application under test: a real one, on a real SQLite file (or PostgreSQL), with a steered clock."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import hypothesis
import pytest

from idp.app import create_app
from idp.settings import Settings
from idp.storage.db import Base
from tests.doubles import FrozenClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from idp.services import Services
    from idp.storage.db import Database

# What decides whether a change is taken in gives the same answer twice; everywhere else examples are new each time.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("repeatable")

pytest_plugins = ["tests.plugins.no_skips", "tests.plugins.pooled_rsa", "tests.browser"]

#: Long enough for the checks, known to nobody: tests only.
TEST_SECRETS = {"key_encryption": "k" * 20 + "0123456789abcdef" * 2, "pepper": "p" * 20 + "fedcba9876543210" * 2}


def make_settings(folder: Path, **overrides: object) -> Settings:
    """Settings of a development provider with its database in the folder."""
    values: dict[str, object] = {
        "mode": "development",
        "issuer": "http://localhost:8000",
        "database": {"url": f"sqlite:///{folder / 'test.sqlite'}"},
        "secrets": TEST_SECRETS,
        # The cheapest run that argon2 takes: what is tested is not how slow it is.
        "passwords": {"memory_kib": 8192, "iterations": 1},
        "cache": {"seconds": 0},
    }
    values.update(overrides)
    return Settings(**values)  # type: ignore[arg-type]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def app(settings: Settings, clock: FrozenClock) -> Iterator[Flask]:
    app = create_app(settings, clock=clock)
    services: Services = app.extensions["proffer"]
    with app.app_context():
        Base.metadata.create_all(services.db.engine)
        services.keys.ensure()
    yield app
    services.close()


@pytest.fixture
def services(app: Flask) -> Iterator[Services]:
    """The services, inside an application context."""
    with app.app_context():
        yield app.extensions["proffer"]


@pytest.fixture
def db(services: Services) -> Database:
    return services.db


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
