"""The ledger in the database, on SQLite and PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event

from idp.activity.errors import UndeclaredFactError
from idp.activity.filters import Filter
from idp.activity.values import Entry, Kind
from tests.activity.ledger import Ledger

RELEASES = frozenset({Kind.RELEASED})


def test_what_is_recorded_is_shown_latest_first(ledger: Ledger) -> None:
    ledger.activity.record(Entry("amina", Kind.SIGNED_IN, facts={"browser": "Firefox on Linux"}))
    ledger.clock.advance(minutes=1)
    ledger.activity.record(Entry("amina", Kind.RELEASED, client_id="council", claims=("given_name", "email")))

    page = ledger.activity.page("amina")

    assert [(row.sequence, row.kind, row.client_id) for row in page.rows] == [
        (2, Kind.RELEASED, "council"),
        (1, Kind.SIGNED_IN, None),
    ]
    assert page.rows[0].claims == ("given_name", "email")
    assert page.rows[0].at == ledger.clock.now()
    assert page.rows[1].facts == {"browser": "Firefox on Linux"}
    assert page.older is None


def test_citizens_have_ledgers_of_their_own(ledger: Ledger) -> None:
    ledger.activity.record(Entry("amina", Kind.SIGNED_UP))
    ledger.activity.record(Entry("boris", Kind.SIGNED_UP))

    assert [row.sequence for row in ledger.activity.page("boris").rows] == [1]
    assert ledger.activity.page("nobody").rows == ()


def test_older_rows_come_page_by_page(ledger: Ledger) -> None:
    for _ in range(5):
        ledger.activity.record(Entry("amina", Kind.SIGNED_IN))

    first = ledger.activity.page("amina", limit=2)
    second = ledger.activity.page("amina", limit=2, before=first.older)
    third = ledger.activity.page("amina", limit=2, before=second.older)

    assert [[row.sequence for row in page.rows] for page in (first, second, third)] == [[5, 4], [3, 2], [1]]
    assert third.older is None


def test_rows_are_picked_by_kind_and_by_service(ledger: Ledger) -> None:
    ledger.activity.record(Entry("amina", Kind.RELEASED, client_id="council"))
    ledger.activity.record(Entry("amina", Kind.RELEASED, client_id="shop"))
    ledger.activity.record(Entry("amina", Kind.STOPPED, client_id="shop"))

    assert [row.sequence for row in ledger.activity.page("amina", fitting=Filter(client_id="shop")).rows] == [3, 2]
    assert [row.sequence for row in ledger.activity.page("amina", fitting=Filter(kinds=RELEASES)).rows] == [2, 1]
    assert [
        row.sequence for row in ledger.activity.page("amina", fitting=Filter(kinds=RELEASES, client_id="shop")).rows
    ] == [2]


def test_a_refused_entry_leaves_no_row(ledger: Ledger) -> None:
    with pytest.raises(UndeclaredFactError):
        ledger.activity.record(Entry("amina", Kind.STOPPED, facts={"email": "amina"}))

    assert ledger.activity.page("amina").rows == ()


def test_a_chain_read_back_from_the_database_is_whole(ledger: Ledger) -> None:
    for number in range(3):
        ledger.clock.advance(microseconds=number)
        ledger.activity.record(Entry("amina", Kind.RELEASED, "council", ("email", "name"), {"duration": "standing"}))

    assert ledger.activity.verify("amina") is None
    assert ledger.activity.verify("nobody") is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE activity SET client_id = 'shop' WHERE sequence = 2",
        "UPDATE activity SET claims = '[]' WHERE sequence = 2",
        "UPDATE activity SET account_id = 'boris' WHERE sequence = 2",
        "DELETE FROM activity WHERE sequence = 2",
    ],
)
def test_a_row_changed_behind_our_back_is_found(ledger: Ledger, statement: str) -> None:
    for _ in range(3):
        ledger.activity.record(Entry("amina", Kind.RELEASED, "council", ("email",)))
    ledger.tamper(statement)

    assert ledger.activity.verify("amina") == 2


def test_an_entry_costs_two_statements(ledger: Ledger) -> None:
    statements: list[str] = []
    event.listen(ledger.db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    ledger.activity.record(Entry("amina", Kind.SIGNED_IN))

    assert [statement.split()[0] for statement in statements] == ["SELECT", "INSERT"]


def test_an_entry_belongs_to_the_transaction_around_it(ledger: Ledger) -> None:
    def record_in_vain() -> None:
        with ledger.db.transaction():
            ledger.activity.record(Entry("amina", Kind.SIGNED_IN))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        record_in_vain()

    assert ledger.activity.page("amina").rows == ()


@pytest.mark.parametrize("in_transactions", [False, True])
def test_entries_recorded_at_once_make_one_chain(ledger: Ledger, in_transactions: bool) -> None:
    threads, each = 8, 5
    gate = threading.Barrier(threads)

    def record(_: int) -> None:
        with ledger.app.app_context():
            gate.wait()
            for _ in range(each):
                if in_transactions:
                    with ledger.db.transaction():
                        ledger.activity.record(Entry("amina", Kind.SIGNED_IN))
                else:
                    ledger.activity.record(Entry("amina", Kind.SIGNED_IN))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(record, range(threads)))

    page = ledger.activity.page("amina", limit=200)
    assert [row.sequence for row in page.rows] == list(range(threads * each, 0, -1))
    assert ledger.activity.verify("amina") is None
