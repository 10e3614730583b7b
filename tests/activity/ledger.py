"""What the tests of the ledger work with."""

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import text

from idp.activity.service import ActivityService
from idp.storage.db import Database
from tests.doubles import FrozenClock


@dataclass
class Ledger:
    app: Flask
    db: Database
    clock: FrozenClock
    activity: ActivityService

    def tamper(self, statement: str) -> None:
        """Do what somebody with the database could do."""
        with self.db.transaction() as connection:
            connection.execute(text(statement))
