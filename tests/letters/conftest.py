"""A provider on both databases whose letters arrive at a real mail server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from idp.app import create_app
from idp.authentication.values import Origin
from idp.services import Services
from idp.storage.db import Base
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.mail import Post, mail_settings, post_office
from tests.storage.databases import BOTH, database_url

ADDRESS = "amina.writes@letters.example"
OTHER = "amina.elsewhere@letters.example"
PASSWORD = "plum orbit canvas ladder"


@dataclass
class World:
    services: Services
    clock: FrozenClock
    post: Post

    def citizen(self, login: str = "amina", *, locale: str = "en") -> str:
        """A new account's id."""
        made = self.services.authentication.sign_up(
            login=login, password=PASSWORD, locale=locale, origin=Origin(address="192.0.2.1")
        )
        return made.account_id

    def ask(self, account_id: str, address: str = ADDRESS) -> str:
        """Give an address; the secret of the link in the letter."""
        self.services.letters.contacts.ask(account_id, address, browser="Firefox on Linux")
        return self.post.take_to(address).link("/contact/").rpartition("/")[2]

    def confirm(self, account_id: str, address: str = ADDRESS) -> None:
        """Give an address and confirm it."""
        self.services.letters.contacts.confirm(self.ask(account_id, address))
        assert self.post.take_to(address).subject == "This is your contact address now"


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database_url(request.param, tmp_path) as address:
        yield address


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as office:
        yield office


@pytest.fixture
def world(url: str, post: Post, tmp_path: Path) -> Iterator[World]:
    clock = FrozenClock()
    settings = make_settings(tmp_path, database={"url": url}, mail=mail_settings(post))
    app = create_app(settings, clock=clock)
    services: Services = app.extensions["proffer"]
    with app.app_context():
        Base.metadata.create_all(services.db.engine)
        services.keys.ensure()
        yield World(services, clock, post)
    services.close()
