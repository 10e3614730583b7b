"""The end: every row that names an account is deleted, in batches, by the schema itself.

Tables are found by their columns, so that one which comes later is covered without anybody remembering it: whatever has
a column `account_id`, and whatever names a choice (`grant_id`) of the account. What stays is said in
`docs/decisions/0027-taking-it-all-away.md`.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, CursorResult, Table, delete, select, tuple_

from idp.accounts.service import AccountService
from idp.consent.models import GrantRow
from idp.notices.models import NoticeRow
from idp.settings import LeavingSettings
from idp.storage.db import Base, Database

_ACCOUNT: Final = "account_id"
_GRANT: Final = "grant_id"
_grant: Final = cast("Table", GrantRow.__table__)
_notice: Final = cast("Table", NoticeRow.__table__)


class Erasure:
    """Erases accounts whose end has come, a bounded number of rows at a time; stopped halfway, it goes on later."""

    def __init__(self, *, db: Database, accounts: AccountService, settings: LeavingSettings) -> None:
        self._db = db
        self._accounts = accounts
        self._name_kept = timedelta(days=settings.name_kept_days)

    def erase_due(self, limit: int) -> int:
        """Delete at most `limit` rows of an account whose end has come; gives how many went, 0 when all is done."""
        account_id = self._accounts.leaving.due()
        if account_id is None:
            return self._accounts.leaving.purge(limit)
        for table, whose in _places(account_id):
            if gone := self._delete(table, whose, limit):
                return gone
        self._accounts.leaving.erase(account_id, name_kept=self._name_kept)
        return 1

    def _delete(self, table: Table, whose: ColumnElement[bool], limit: int) -> int:
        keys = list(table.primary_key.columns)
        some = select(*keys).where(whose).limit(limit)
        with self._db.transaction() as connection:
            done = connection.execute(delete(table).where(tuple_(*keys).in_(some)))
            return cast("CursorResult[Any]", done).rowcount


def _places(account_id: str) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Give every table that can name an account, those that refer to others first, and which rows are the account's."""
    choices = select(_grant.c.id).where(_grant.c.account_id == account_id)
    # Letters, and what services were told: they know the citizen by these identifiers.
    yield _notice, _notice.c.payload["account"].as_string() == account_id
    subs = select(_grant.c.sub).where(_grant.c.account_id == account_id)
    yield _notice, _notice.c.payload["sub"].as_string().in_(subs)
    for table in reversed(Base.metadata.sorted_tables):
        if _ACCOUNT in table.c:
            if _GRANT in table.c:
                yield table, table.c[_GRANT].in_(choices)
            yield table, table.c[_ACCOUNT] == account_id
        elif _GRANT in table.c:
            yield table, table.c[_GRANT].in_(choices)
