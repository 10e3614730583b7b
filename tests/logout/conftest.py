"""The application with two services that hear of the end of a session, and a citizen who shares with both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from idp.services import Services
from idp.settings import Settings
from tests.conftest import make_settings
from tests.protocol.logging_out import agree_with_the_shop, register_with_logout
from tests.protocol.sign_on import Browser, register
from tests.storage.databases import BOTH, database_url


@pytest.fixture(params=BOTH)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """On either database."""
    with database_url(request.param, tmp_path) as url:
        yield make_settings(tmp_path, database={"url": url})


@pytest.fixture
def amina(services: Services, app: Flask) -> Browser:
    """Signed in at the council and the shop; nothing is sent, the outbox only fills."""
    services.notices.close()
    register(services)
    register_with_logout(services, port=9)
    browser = Browser(app)
    browser.sign_up()
    browser.agree("given_name")
    agree_with_the_shop(browser)
    return browser
