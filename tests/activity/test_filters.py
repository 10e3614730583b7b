"""Finding rows: every filter, paging both ways, and the index behind them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select, text

from idp.activity.filters import Facets, Filter, Meaning
from idp.activity.groups import GROUPS, Group, group_of
from idp.activity.reading import Reading
from idp.activity.values import Entry, Kind
from tests.activity.ledger import Ledger

START = datetime(2026, 5, 4, 10, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def lived(ledger: Ledger) -> Ledger:
    """A ledger with five rows, one each day."""
    firefox, edge = {"browser": "Firefox on Linux"}, {"browser": "Edge on Windows"}
    for entry in (
        Entry("amina", Kind.SIGNED_IN, facts=firefox),
        Entry("amina", Kind.RELEASED, "council", ("email", "given_name"), {"duration": "standing"}),
        Entry("amina", Kind.SIGN_IN_REFUSED, facts=edge),
        Entry("amina", Kind.DETAIL_CHANGED, claims=("email",)),
        Entry("amina", Kind.STOPPED, "shop", ("name",)),
    ):
        ledger.activity.record(entry)
        ledger.clock.advance(days=1)
    return ledger


@pytest.mark.parametrize(
    ("fitting", "found"),
    [
        (Filter(), [5, 4, 3, 2, 1]),
        (Filter(kinds=frozenset({Kind.SIGNED_IN, Kind.SIGN_IN_REFUSED})), [3, 1]),
        (Filter(client_id="council"), [2]),
        (Filter(claim="email"), [4, 2]),
        (Filter(claim="given_name"), [2]),
        (Filter(claim="name"), [5]),
        (Filter(claim='"'), []),
        (Filter(browser="Edge on Windows"), [3]),
        (Filter(since=START + DAY), [5, 4, 3, 2]),
        (Filter(until=START + DAY), [1]),
        (Filter(since=START + DAY, until=START + 3 * DAY), [3, 2]),
        (Filter(claim="email", since=START + 2 * DAY), [4]),
        (Filter(words=(Meaning(kinds=frozenset({Kind.STOPPED}), client_ids=frozenset({"council"})),)), [5, 2]),
        (Filter(words=(Meaning(claims=frozenset({"email"})), Meaning(client_ids=frozenset({"council"})))), [2]),
        (Filter(words=(Meaning(),)), []),
        (Filter(sequence=3), [3]),
    ],
)
def test_rows_are_found_by(lived: Ledger, fitting: Filter, found: list[int]) -> None:
    page = lived.activity.page("amina", fitting=fitting)

    assert [row.sequence for row in page.rows] == found
    assert lived.activity.count("amina", fitting=fitting) == len(found)


def test_what_occurs_is_offered(lived: Ledger) -> None:
    assert lived.activity.facets("amina") == Facets(
        client_ids=frozenset({"council", "shop"}),
        claims=frozenset({"email", "given_name", "name"}),
        browsers=frozenset({"Firefox on Linux", "Edge on Windows"}),
    )
    assert lived.activity.facets("nobody") == Facets()


def test_pages_lead_both_ways(lived: Ledger) -> None:
    page = lived.activity.page
    latest = page("amina", limit=2)
    middle = page("amina", limit=2, before=latest.older)
    oldest = page("amina", limit=2, before=middle.older)
    back = page("amina", limit=2, after=oldest.newer)
    front = page("amina", limit=2, after=back.newer)

    walked = (latest, middle, oldest, back, front)
    assert [[row.sequence for row in each.rows] for each in walked] == [[5, 4], [3, 2], [1], [3, 2], [5, 4]]
    assert (latest.newer, latest.older) == (None, 4)
    assert (oldest.newer, oldest.older) == (1, None)
    assert (front.newer, front.older) == (None, 4)


def test_rows_are_counted_by_month_and_kind(lived: Ledger) -> None:
    counted = lived.activity.counts("amina", months=[START - DAY, START + DAY, START + 4 * DAY])

    assert counted == (
        {"signed_in": 1},
        {"released": 1, "sign_in_refused": 1, "detail_changed": 1},
        {"stopped": 1},
    )


def test_every_kind_is_in_one_group() -> None:
    assert sum(len(kinds) for kinds in GROUPS.values()) == len(Kind)
    assert group_of("released") is Group.SHARING
    assert group_of("of another version") is Group.ACCOUNT


def plan(ledger: Ledger, statement: Select[Any]) -> list[str]:
    """How SQLite would answer. PostgreSQL decides by the number of rows, so it is not asked."""
    literal = statement.compile(ledger.db.engine, compile_kwargs={"literal_binds": True})
    with ledger.db.reading() as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {literal}")]


@pytest.mark.parametrize("ledger", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "fitting", [Filter(), Filter(client_id="council"), Filter(kinds=frozenset({Kind.STOPPED})), Filter(claim="email")]
)
def test_a_page_is_read_along_the_primary_key(ledger: Ledger, fitting: Filter) -> None:
    statement = Reading(db=ledger.db).fitting("amina", fitting).order_by(text("sequence DESC")).limit(31)

    assert plan(ledger, statement) == ["SEARCH activity USING INDEX sqlite_autoindex_activity_1 (account_id=?)"]


@pytest.mark.parametrize("ledger", ["sqlite"], indirect=True)
def test_months_are_counted_in_an_index_alone(ledger: Ledger) -> None:
    (first, *_rest) = plan(ledger, Reading(db=ledger.db).counting("amina", [START, START + DAY]))

    assert first.endswith("USING COVERING INDEX ix_activity_account_id_at_kind (account_id=? AND at>?)")
