"""The application with two services that hear of the end of a session, and a citizen who shares with both."""

from __future__ import annotations

import pytest

from idp.services import Services
from tests.protocol.logging_out import agree_with_the_shop, register_with_logout
from tests.protocol.sign_on import Browser, register


@pytest.fixture
def amina(services: Services, app: object) -> Browser:
    """Signed in at the council and the shop; nothing is sent, the outbox only fills."""
    services.notices.close()
    register(services)
    register_with_logout(services, port=9)
    browser = Browser(app)  # type: ignore[arg-type]
    browser.sign_up()
    browser.agree("given_name")
    agree_with_the_shop(browser)
    return browser
