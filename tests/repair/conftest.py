"""The provider of the letters' tests, and citizens whose account somebody else may be in."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from idp.authentication.values import Origin, Session, SignUp
from idp.letters.values import Letter
from tests.letters.conftest import ADDRESS, PASSWORD, World, post, url, world

__all__ = ["post", "url", "world"]

OWNER = Origin(address="192.0.2.1", user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0")
STRANGER = Origin(address="203.0.113.9", user_agent="Mozilla/5.0 (Windows NT 10.0) Chrome/141.0")
NEW_PASSWORD = "violet anchor teapot river"


@dataclass
class Amina:
    """A citizen with a confirmed recovery code."""

    world: World
    signed_up: SignUp

    @property
    def id(self) -> str:
        return self.signed_up.account_id

    @property
    def code(self) -> str:
        return self.signed_up.recovery_code

    def sign_in(self, origin: Origin = OWNER, password: str = PASSWORD) -> Session:
        authentication = self.world.services.authentication
        signed = authentication.sign_in(login="amina", password=password, origin=origin)
        session = authentication.session(signed.session_secret)
        assert session is not None
        return session

    def session(self, before: Session) -> Session | None:
        return self.world.services.authentication.session(before.secret)

    def not_me(self) -> str:
        """Have a letter written about something; the secret of its link."""
        self.world.services.letters.write(self.id, Letter.NEW_DEVICE)
        return self.world.post.take_about("A sign-in on a new device").link("/not-me/").rpartition("/")[2]

    def lock(self) -> str:
        """Lock the account by a letter; gives what its browser got."""
        browser = self.world.services.repair.locking.by_letter(self.not_me())
        assert self.world.post.take_about("Your account is locked").recipient == ADDRESS
        return browser

    def given(self, session: Session, browser: str | None = None) -> bool:
        return self.world.services.repair.proof(session, browser=browser).given


@pytest.fixture
def amina(world: World) -> Amina:
    """Months after she signed up, with a contact address."""
    authentication = world.services.authentication
    signed_up = authentication.sign_up(login="amina", password=PASSWORD, locale="en", origin=OWNER)
    authentication.confirm_recovery_code(signed_up.account_id, signed_up.recovery_code)
    world.confirm(signed_up.account_id)
    world.clock.advance(days=90)
    return Amina(world, signed_up)
