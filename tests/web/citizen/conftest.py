"""Visitors of the citizen's pages."""

import pytest
from flask import Flask

from tests.web.citizen.visitor import Visitor


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """A browser that has never been here."""
    return Visitor(app.test_client())


@pytest.fixture
def other_browser(app: Flask) -> Visitor:
    """A second browser, on another desk."""
    return Visitor(app.test_client())
