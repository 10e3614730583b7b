"""A whole provider on each database, with a citizen who shares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from idp.app import create_app
from idp.services import Services
from idp.storage.db import Base
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.storage.databases import BOTH, database_url
from tests.web.citizen.chooser import Chooser, register


@pytest.fixture(params=BOTH)
def app(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Flask]:
    with database_url(request.param, tmp_path) as url:
        app = create_app(make_settings(tmp_path, database={"url": url}), clock=clock)
        services: Services = app.extensions["proffer"]
        with app.app_context():
            Base.metadata.create_all(services.db.engine)
            services.keys.ensure()
            register(services)
        # What is tested is not how slow guessing is.
        services.portability.downloads._iterations = 1000
        yield app
        services.close()


@pytest.fixture
def citizen(app: Flask, services: Services) -> Chooser:
    """Amina, who keeps three details and shares two with the permits office."""
    citizen = Chooser(app, services)
    citizen.holds(
        ("given_name", "Amina"),
        ("email", "amina@home.example", "home"),
        ("address", {"street_address": "1 Mill Lane", "locality": "Northtown", "country": "GB"}),
    )
    citizen.asked("given_name", "email")
    form = citizen.form()
    form.tick("claim-given_name", "claim-email")
    citizen.press("consent-allow", form)
    citizen.answer()
    return citizen
