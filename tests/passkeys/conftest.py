from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from idp.authentication.values import Origin, Session, SignedIn
from idp.passkeys.policy import relying_party
from idp.passkeys.service import PasskeyService
from idp.passkeys.store import PasskeyStore
from idp.passkeys.values import Passkey
from idp.passkeys.workshop import Parts
from tests.authentication.world import HOME, World, make_world
from tests.passkeys.device import Device
from tests.storage.databases import BOTH, database_url

BROWSER = "a secret of the browser's cookie"


def no_device(_account_id: str) -> None:
    return None


@dataclass
class Bench:
    """The citizen's rooms with passkeys, and how to use one."""

    world: World
    passkeys: PasskeyService

    def citizen(self, login: str = "amina@example.org") -> Session:
        """A citizen who has signed up, with the recovery code confirmed, in a session with the vault open."""
        return self.world.session(self.world.citizen(login).session_secret)

    def add(self, session: Session, device: Device, *, name: str = "", with_prf: bool = True) -> Passkey:
        """Register a device."""
        answer = device.make(self.passkeys.begin_registration(session), with_prf=with_prf)
        return self.passkeys.register(session, answer, name=name)

    def sign_in(self, device: Device, *, with_prf: bool = True, origin: Origin = HOME) -> SignedIn:
        """Sign in with a device."""
        answer = device.sign(self.passkeys.begin_sign_in(browser=BROWSER), with_prf=with_prf)
        return self.passkeys.sign_in(answer=answer, browser=BROWSER, origin=origin, device_secret=no_device)

    def session(self, signed: SignedIn) -> Session:
        """The session that somebody has just begun."""
        return self.world.session(signed.session_secret)


def make_bench(world: World) -> Bench:
    """Put passkeys into a world."""
    parts = Parts(
        db=world.db,
        store=PasskeyStore(db=world.db),
        accounts=world.accounts,
        vault=world.vault,
        activity=world.activity,
        authentication=world.authentication,
        letters=None,
        clock=world.clock,
        rp=relying_party("http://localhost:8000"),
    )
    return Bench(world, PasskeyService(parts))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    world = make_world(tmp_path)
    with world.context():
        yield make_bench(world)
    world.db.close()


@pytest.fixture(params=BOTH)
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """The same on either database, for what happens at once."""
    with database_url(request.param, tmp_path) as url:
        world = make_world(tmp_path, url=url)
        with world.context():
            yield make_bench(world)
        world.db.close()
