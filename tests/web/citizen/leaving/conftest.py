"""A citizen at the pages of leaving."""

import pytest
from flask import Flask

from idp.services import Services
from tests.web.citizen.chooser import Chooser, register


@pytest.fixture
def citizen(app: Flask, services: Services) -> Chooser:
    """Amina, who keeps two details and shares one with the permits office."""
    register(services)
    # What is tested is not how slow guessing is.
    services.portability.downloads._iterations = 1000
    citizen = Chooser(app, services)
    citizen.holds(("given_name", "Amina"), ("email", "amina@home.example"))
    citizen.asked("given_name")
    citizen.press("consent-allow")
    citizen.answer()
    return citizen
