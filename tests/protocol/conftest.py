"""What the tests of both channels start from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from idp.services import Services
from tests.protocol.back_channel import BackChannel
from tests.protocol.sign_on import Browser, register


@pytest.fixture
def channel(app: Flask) -> Iterator[BackChannel]:
    with app.app_context():
        yield BackChannel(app)


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
