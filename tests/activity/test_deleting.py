"""Rows that their citizen deletes: what they said is gone, the chain is whole, and nobody else can do the same."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.activity.filters import Filter
from idp.activity.models import ActivityRow
from idp.activity.service import ActivityService
from idp.activity.store import ActivityStore
from idp.activity.values import Entry, Kind, Mark
from idp.storage.db import Base
from tests.activity.ledger import Ledger
from tests.doubles import FrozenClock
from tests.storage.databases import open_database

START = datetime(2026, 5, 4, 10, tzinfo=UTC)
SHOP = Filter(client_id="shop")


@pytest.fixture
def lived(ledger: Ledger) -> Ledger:
    """Six rows, one each day: to the council and to the shop in turns."""
    for number in range(6):
        ledger.activity.record(Entry("amina", Kind.RELEASED, ("council", "shop")[number % 2], ("email",)))
        ledger.clock.advance(days=1)
    return ledger


def shown(ledger: Ledger) -> list[int]:
    return [row.sequence for row in ledger.activity.page("amina").rows]


def test_one_row_is_deleted(lived: Ledger) -> None:
    assert lived.activity.delete("amina", fitting=Filter(sequence=3), extent="one") == 1

    assert shown(lived) == [7, 6, 5, 4, 2, 1]
    latest = lived.activity.page("amina").rows[0]
    assert (latest.kind, latest.facts["count"], latest.facts["extent"]) == (Kind.ACTIVITY_DELETED, "1", "one")
    assert lived.activity.verify("amina") is None


def test_everything_with_one_service_is_deleted(lived: Ledger) -> None:
    assert lived.activity.delete("amina", fitting=SHOP, extent="service") == 3

    assert shown(lived) == [7, 5, 3, 1]
    assert lived.activity.facets("amina").client_ids == {"council"}
    assert lived.activity.verify("amina") is None


def test_everything_before_a_day_is_deleted(lived: Ledger) -> None:
    assert lived.activity.delete("amina", fitting=Filter(until=START + timedelta(days=4)), extent="older") == 4

    assert shown(lived) == [7, 6, 5]
    assert lived.activity.verify("amina") is None


def test_nothing_of_a_deleted_row_is_left(lived: Ledger) -> None:
    lived.activity.delete("amina", fitting=SHOP, extent="service")

    left = [linked for linked in lived.activity.chain("amina") if linked.row is None]
    assert [(each.sequence, each.erased_by) for each in left] == [(2, 7), (4, 7), (6, 7)]
    with lived.db.reading() as connection:
        row = connection.exec_driver_sql("SELECT * FROM activity WHERE sequence = 2").one()
    assert (row.kind, row.client_id) == ("empty", None)
    assert "email" not in str(row)


def test_deleting_nothing_records_nothing(lived: Ledger) -> None:
    assert lived.activity.delete("amina", fitting=Filter(client_id="nobody"), extent="service") == 0
    assert lived.activity.delete("boris", fitting=Filter(), extent="older") == 0

    assert shown(lived) == [6, 5, 4, 3, 2, 1]


def test_what_tells_of_a_deletion_cannot_be_deleted(lived: Ledger) -> None:
    lived.activity.delete("amina", fitting=SHOP, extent="service")

    assert lived.activity.delete("amina", fitting=Filter(sequence=7), extent="one") == 0
    lived.clock.advance(days=9)
    assert lived.activity.delete("amina", fitting=Filter(until=lived.clock.now()), extent="older") == 3
    assert shown(lived) == [8, 7]
    assert lived.activity.verify("amina") is None


def test_another_citizens_rows_stay(lived: Ledger) -> None:
    lived.activity.record(Entry("boris", Kind.RELEASED, "shop", ("email",)))

    lived.activity.delete("amina", fitting=SHOP, extent="service")

    assert len(lived.activity.page("boris").rows) == 1


def test_a_row_from_before_rows_could_be_deleted_can_be(lived: Ledger) -> None:
    import idp.activity.policy as rules

    previous = rules.BEGINNING
    with lived.db.transaction() as connection:
        for linked in list(lived.activity.chain("amina")):
            assert linked.row is not None
            digest = rules.link_at_once(linked.row, previous=previous)
            connection.execute(
                ActivityRow.__table__.update()  # type: ignore[attr-defined]
                .where(ActivityRow.sequence == linked.sequence)
                .values(content=None, previous=previous, hash=digest)
            )
            previous = digest
    assert lived.activity.verify("amina") is None

    lived.activity.delete("amina", fitting=SHOP, extent="service")

    assert lived.activity.verify("amina") is None
    lived.tamper("UPDATE activity SET client_id = 'council', kind = 'empty', erased_by = 7 WHERE sequence = 3")
    assert lived.activity.verify("amina") == 2


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        # Passed off as deleted, with and without an entry that could tell of it.
        ("UPDATE activity SET kind = 'empty', client_id = NULL, claims = '[]', erased_by = 7 WHERE sequence = 3", 2),
        ("UPDATE activity SET kind = 'empty', client_id = NULL, claims = '[]', erased_by = 6 WHERE sequence = 3", 3),
        ("UPDATE activity SET kind = 'empty', client_id = NULL, claims = '[]' WHERE sequence = 3", 3),
        # Something put in the place of what was deleted.
        ("UPDATE activity SET kind = 'stopped' WHERE sequence = 2", 2),
        ("UPDATE activity SET erased_by = 8 WHERE sequence = 2", 2),
        ("UPDATE activity SET erased_by = NULL WHERE sequence = 2", 2),
        # The entry itself.
        ("UPDATE activity SET kind = 'stopped' WHERE sequence = 7", 7),
        ("DELETE FROM activity WHERE sequence = 2", 2),
    ],
)
def test_tampering_beside_deleted_rows_is_noticed(lived: Ledger, statement: str, broken: int) -> None:
    lived.activity.delete("amina", fitting=SHOP, extent="service")
    lived.activity.record(Entry("amina", Kind.SIGNED_IN))

    lived.tamper(statement)

    assert lived.activity.verify("amina") == broken


def test_a_long_chain_is_checked_in_parts(lived: Ledger) -> None:
    lived.activity.delete("amina", fitting=SHOP, extent="service")
    first = lived.activity.verify_part("amina", reached=Mark(0, bytes(32)), limit=4)
    second = lived.activity.verify_part("amina", reached=first.mark, limit=4)

    assert (first.mark.sequence, first.finished, first.broken) == (4, False, None)
    assert (second.mark.sequence, second.finished, second.broken) == (7, True, None)
    lived.tamper("UPDATE activity SET erased_by = 6 WHERE sequence = 2")
    again = lived.activity.verify_part("amina", reached=first.mark, limit=4)
    assert (again.finished, again.broken) == (True, 2)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[tuple[str, Any]], int, str]:
    """Steps of recording and deleting, then a place to tamper with, and how."""
    step = st.one_of(
        st.tuples(st.just("record"), st.sampled_from(["council", "shop", None])),
        st.tuples(st.just("delete"), st.sampled_from(["council", "shop", 1, 2, 3])),
    )
    steps = [("record", "council"), *draw(st.lists(step, max_size=12))]
    return steps, draw(st.integers(0, 30)), draw(st.sampled_from(CHANGES))


EMPTIED = "kind = 'empty', client_id = NULL, claims = '[]', facts = '{{}}'"
#: What somebody with the database may do to one row.
CHANGES = [
    "UPDATE activity SET kind = 'refused' WHERE sequence = {at}",
    "UPDATE activity SET client_id = 'bank' WHERE sequence = {at}",
    "UPDATE activity SET content = x'00' WHERE sequence = {at}",
    "UPDATE activity SET hash = x'00' WHERE sequence = {at}",
    "UPDATE activity SET previous = x'00' WHERE sequence = {at}",
    f"UPDATE activity SET {EMPTIED}, erased_by = 999 WHERE sequence = {{at}} AND kind <> 'empty'",
    f"UPDATE activity SET {EMPTIED}, erased_by = (SELECT max(sequence) FROM activity) WHERE sequence = {{at}}",
]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    app, db = open_database(f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.sqlite'}")
    Base.metadata.create_all(db.engine, tables=[ActivityRow.__table__])  # type: ignore[list-item]
    clock = FrozenClock()
    return Ledger(app, db, clock, ActivityService(store=ActivityStore(db=db), clock=clock))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories())
def test_whatever_is_deleted_the_chain_verifies_and_any_tampering_is_noticed(
    bench: Ledger, history: tuple[list[tuple[str, Any]], int, str]
) -> None:
    steps, place, change = history
    with bench.app.app_context():
        bench.tamper("DELETE FROM activity")
        for what, which in steps:
            if what == "record":
                bench.activity.record(Entry("amina", Kind.RELEASED, which, ("email",)))
            elif isinstance(which, int):
                bench.activity.delete("amina", fitting=Filter(sequence=which), extent="one")
            else:
                bench.activity.delete("amina", fitting=Filter(client_id=which), extent="service")
        assert bench.activity.verify("amina") is None
        last = bench.activity.last("amina")
        before = [*bench.activity.chain("amina")]

        bench.tamper(change.format(at=place % last + 1))

        changed = [*bench.activity.chain("amina")] != before
        assert (bench.activity.verify("amina") is not None) is changed
