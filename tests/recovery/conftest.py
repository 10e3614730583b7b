"""The provider of the letters' tests, and a citizen with a contact address and details."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from idp.authentication.values import Origin, Session, SignedIn, SignUp
from idp.vault.values import NewDetail
from tests.letters.conftest import ADDRESS, PASSWORD, World, post, url, world

__all__ = ["post", "url", "world"]

HERE = Origin(address="192.0.2.1", user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0")
NEW_PASSWORD = "violet anchor teapot river"


@dataclass
class Amina:
    """A citizen who has forgotten her password."""

    world: World
    signed_up: SignUp

    @property
    def id(self) -> str:
        return self.signed_up.account_id

    @property
    def code(self) -> str:
        return self.signed_up.recovery_code

    def alive(self, secret: str) -> Session:
        session = self.world.services.authentication.session(secret)
        assert session is not None
        return session

    def sign_in(self, password: str = PASSWORD) -> Session:
        signed = self.world.services.authentication.sign_in(login="amina", password=password, origin=HERE)
        return self.alive(signed.session_secret)

    def secret(self, subject: str, path: str) -> str:
        """The secret of a link in the next letter with a subject."""
        return self.world.post.take_about(subject).link(path).rpartition("/")[2]

    def ask(self) -> str:
        """Ask for a letter; the secret of the link that begins."""
        self.world.services.recovery.ask("amina")
        return self.secret("Get back into your account", "/recover/mail/")

    def begin(self) -> str:
        """Begin; the secret of the link that cancels."""
        self.world.services.recovery.begin(self.ask())
        return self.secret("Somebody is getting into your account by mail", "/recover/cancel/")

    def wait(self, hours: float = 72) -> str:
        """Let the waiting time pass; the secret of the link that sets a password."""
        self.world.clock.advance(hours=hours)
        self.world.services.recovery.remind(100)
        return self.secret("Set a new password", "/recover/password/")

    def recover(self) -> SignedIn:
        """Go all the way."""
        self.begin()
        return self.world.services.recovery.set_password(self.wait(), new=NEW_PASSWORD, origin=HERE)


@pytest.fixture
def amina(world: World) -> Amina:
    authentication = world.services.authentication
    made = authentication.sign_up(login="amina", password=PASSWORD, locale="en", origin=HERE)
    authentication.confirm_recovery_code(made.account_id, made.recovery_code)
    session = authentication.session(made.session_secret)
    assert session is not None
    assert session.vault_key is not None
    world.services.vault.add(made.account_id, session.vault_key, NewDetail("given_name", "Amina"))
    world.confirm(made.account_id, ADDRESS)
    world.clock.advance(days=60)
    return Amina(world, made)
