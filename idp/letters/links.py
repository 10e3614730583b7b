"""Links that letters carry: made when the letter leaves, used once, for one thing.

The secret is 256 random bits and lies in the letter alone; the row has its digest. A letter that is tried again gets
new links, and every one that may have arrived works until one of them is used.
"""

from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Table, delete, insert, select, update

from idp.clock import Clock
from idp.crypto.secrets import digest, token
from idp.letters.errors import LinkGoneError
from idp.letters.models import LetterLinkRow
from idp.letters.values import LIFETIMES, Link, Purpose
from idp.storage.db import Database

_link: Final = cast("Table", LetterLinkRow.__table__)
#: A longer one is none of ours.
_LONGEST: Final = 64


class Links:
    """The table `letter_link`."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        """Keep rows in `db`."""
        self._db = db
        self._clock = clock

    def make(
        self,
        purpose: Purpose,
        *,
        account_id: str,
        subject: str,
        written_at: datetime,
        contact_id: str = "",
        lifetime: timedelta | None = None,
    ) -> str:
        """Make a link and give its secret, which belongs in the letter and nowhere else.

        :param contact_id: the address that the letter goes to.
        :param lifetime: another one than the purpose has.
        """
        secret = token()
        with self._db.transaction() as connection:
            connection.execute(
                insert(_link).values(
                    digest=digest(secret),
                    purpose=purpose.value,
                    account_id=account_id,
                    subject=subject,
                    contact_id=contact_id,
                    written_at=written_at,
                    expires_at=written_at + (LIFETIMES[purpose] if lifetime is None else lifetime),
                    used_at=None,
                )
            )
        return secret

    def look(self, purpose: Purpose, *, secret: str) -> Link:
        """Give what a link is about, without using it.

        :raises LinkGoneError: it was used, is too old, or was never made; not said which.
        """
        statement = select(_link).where(*self._works(purpose, secret))
        with self._db.reading() as connection:
            return _value(connection.execute(statement).first())

    def use(self, purpose: Purpose, *, secret: str) -> Link:
        """Use a link, once: one statement. Those of other tries to send its letter end with it.

        :raises LinkGoneError: it was used, is too old, or was never made; not said which.
        """
        now = self._clock.now()
        statement = update(_link).where(*self._works(purpose, secret)).values(used_at=now).returning(_link)
        with self._db.transaction() as connection:
            used = _value(connection.execute(statement).first())
            connection.execute(
                update(_link)
                .where(
                    _link.c.account_id == used.account_id,
                    _link.c.purpose == purpose.value,
                    _link.c.subject == used.subject,
                    _link.c.written_at == used.written_at,
                    _link.c.used_at.is_(None),
                )
                .values(used_at=now)
            )
        return used

    def end(self, account_id: str, *purposes: Purpose) -> None:
        """End every link of an account for these purposes."""
        names = [purpose.value for purpose in purposes]
        with self._db.transaction() as connection:
            connection.execute(
                update(_link)
                .where(_link.c.account_id == account_id, _link.c.purpose.in_(names), _link.c.used_at.is_(None))
                .values(used_at=self._clock.now())
            )

    def forget(self, account_id: str) -> None:
        """Delete every link of an account."""
        with self._db.transaction() as connection:
            connection.execute(delete(_link).where(_link.c.account_id == account_id))

    def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` links whose time was over at a moment; gives how many."""
        over = select(_link.c.digest).where(_link.c.expires_at <= before).limit(limit)
        with self._db.transaction() as connection:
            done = connection.execute(delete(_link).where(_link.c.digest.in_(over)))
            return cast("CursorResult[Any]", done).rowcount

    def _works(self, purpose: Purpose, secret: str) -> tuple[Any, ...]:
        return (
            _link.c.digest == digest(secret[:_LONGEST]),
            _link.c.purpose == purpose.value,
            _link.c.used_at.is_(None),
            _link.c.expires_at > self._clock.now(),
        )


def _value(row: Any) -> Link:  # noqa: ANN401 - a row of the table above, or none
    if row is None:
        raise LinkGoneError
    return Link(
        purpose=Purpose(row.purpose),
        account_id=row.account_id,
        subject=row.subject,
        contact_id=row.contact_id,
        written_at=row.written_at,
        expires_at=row.expires_at,
    )
