"""One process of the provider, as far as keys are concerned."""

from datetime import timedelta

from flask import Flask

from idp.keys.service import KeyService
from idp.keys.store import KeyStore
from idp.keys.values import Lives, State
from idp.storage.db import Database
from idp.storage.versions import Versions
from tests.doubles import FrozenClock
from tests.storage.databases import open_database

LIVES = Lives(
    signed=timedelta(minutes=10),
    sealed=timedelta(days=30),
    hints=timedelta(hours=12),
    signing_days=90,
    token_days=30,
)
SECRET = b"0123456789abcdef0123456789abcdef"


class Process:
    """One process of the provider: an application, a connection pool and a key service of its own."""

    def __init__(self, url: str, clock: FrozenClock, *, cache_seconds: float = 0, secret: bytes = SECRET) -> None:
        self.app: Flask
        self.db: Database
        self.app, self.db = open_database(url)
        with self.app.app_context():
            self.keys = KeyService(
                db=self.db,
                store=KeyStore(db=self.db, versions=Versions(db=self.db)),
                clock=clock,
                key_encryption=secret,
                cache_seconds=cache_seconds,
                lives=LIVES,
            )


def states(process: Process, algorithm: str) -> list[State]:
    return sorted(key.state for key in process.keys.list() if key.algorithm == algorithm)


def kids(process: Process) -> set[str]:
    return {key["kid"] for key in process.keys.published()["keys"]}
