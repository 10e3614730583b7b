"""What the tests of both channels start from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from idp.app import create_app
from idp.services import Services
from idp.storage.db import Base
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.protocol.back_channel import BackChannel
from tests.protocol.sign_on import Browser, register


@pytest.fixture
def channel(app: Flask) -> Iterator[BackChannel]:
    """A back channel for one test, which may change clients, grants and the time."""
    with app.app_context():
        yield BackChannel(app)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackChannel]:
    """A back channel for many tests: none of them changes anything that another one meets."""
    app = create_app(make_settings(tmp_path_factory.mktemp("shared")), clock=FrozenClock())
    services: Services = app.extensions["proffer"]
    with app.app_context():
        Base.metadata.create_all(services.db.engine)
        services.keys.ensure()
        yield BackChannel(app)
    services.close()


@pytest.fixture
def new_browser(app: Flask, services: Services) -> Callable[[], Browser]:
    """Make browsers, after registering the services of `tests.protocol.sign_on`."""
    register(services)
    return lambda: Browser(app)


@pytest.fixture
def browser(new_browser: Callable[[], Browser]) -> Browser:
    """One browser, nobody signed in."""
    return new_browser()


@pytest.fixture
def citizen(browser: Browser) -> Browser:
    """A browser in which a citizen who holds a given name and an email has just signed up."""
    browser.sign_up()
    return browser
