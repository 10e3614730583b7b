"""A small provider without pages: the citizen's rooms on a real database with a steered clock."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from idp.accounts.service import AccountService
from idp.accounts.store import AccountStore
from idp.activity.service import ActivityService
from idp.activity.store import ActivityStore
from idp.authentication.service import AuthenticationService
from idp.authentication.values import Origin, Session, SignUp
from idp.claims.catalogue import Catalogue
from idp.resources import config
from idp.settings import AuthenticationSettings, DatabaseSettings, PasswordSettings, SessionSettings
from idp.storage.db import Base, Database
from idp.vault.personas import Personas
from idp.vault.service import VaultService
from idp.vault.store import VaultStore
from idp.vault.values import VaultKey
from tests.doubles import FrozenClock

PEPPER = b"p" * 32
LOGIN = "amina@example.org"
PASSWORD = "seven lanterns over Northtown"
HOME = Origin(address="192.0.2.10", user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0")
CHEAP = PasswordSettings(memory_kib=8192, iterations=1)
CATALOGUE = Catalogue.load(config("claims.toml"))


@dataclass
class World:
    """The rooms, and how to be a citizen in them."""

    app: Flask
    db: Database
    clock: FrozenClock
    activity: ActivityService
    accounts: AccountService
    vault: VaultService
    personas: Personas
    authentication: AuthenticationService

    @property
    def context(self) -> Callable[[], AbstractContextManager[object]]:
        """An application context, for another thread."""
        return self.app.app_context

    def citizen(self, login: str = LOGIN, password: str = PASSWORD) -> SignUp:
        """Sign a citizen up and confirm their recovery code."""
        signed_up = self.authentication.sign_up(login=login, password=password, origin=HOME)
        self.authentication.confirm_recovery_code(signed_up.account_id, signed_up.recovery_code)
        return signed_up

    def session(self, secret: str) -> Session:
        """Give a session that must be alive."""
        session = self.authentication.session(secret)
        assert session is not None
        return session

    def key(self, secret: str) -> VaultKey:
        """Give the vault key of a session that must have it."""
        key = self.session(secret).vault_key
        assert key is not None
        return key

    def kinds(self, account_id: str) -> list[str]:
        """Give what a citizen's ledger says, the oldest first."""
        return [row.kind.value for row in reversed(self.activity.page(account_id).rows)]

    def parallel(self, *jobs: Callable[[], object]) -> list[object]:
        """Run jobs at the same time; gives what each returned or raised."""
        results: list[object] = [None] * len(jobs)
        start = threading.Barrier(len(jobs))

        def run(place: int, job: Callable[[], object]) -> None:
            with self.app.app_context():
                start.wait()
                try:
                    results[place] = job()
                except Exception as error:  # noqa: BLE001 - the test looks at it
                    results[place] = error

        threads = [threading.Thread(target=run, args=(place, job)) for place, job in enumerate(jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        return results


def make_world(folder: Path, *, passwords: PasswordSettings = CHEAP, url: str | None = None) -> World:
    """Build the rooms on a database in the folder; a second world in it shares the rows."""
    app = Flask("world")
    db = Database(app=app, settings=DatabaseSettings(url=url or f"sqlite:///{folder / 'world.sqlite'}"))
    clock = FrozenClock()
    activity = ActivityService(store=ActivityStore(db=db), clock=clock)
    accounts = AccountService(store=AccountStore(db=db), pepper=PEPPER, clock=clock)
    boxes = VaultStore(db=db)
    vault = VaultService(db=db, store=boxes, catalogue=CATALOGUE, activity=activity, clock=clock)
    personas = Personas(db=db, store=boxes, catalogue=CATALOGUE, activity=activity, clock=clock)
    authentication = AuthenticationService(
        ended=lambda _sids: None,
        db=db,
        accounts=accounts,
        vault=vault,
        activity=activity,
        clock=clock,
        pepper=PEPPER,
        passwords=passwords,
        sessions=SessionSettings(),
        levels=AuthenticationSettings().levels,
    )
    with app.app_context():
        Base.metadata.create_all(db.engine)
    return World(app, db, clock, activity, accounts, vault, personas, authentication)
