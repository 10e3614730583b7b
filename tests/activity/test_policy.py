"""What may be said in the ledger, and how its rows hang together."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.activity import policy
from idp.activity.errors import UndeclaredFactError
from idp.activity.values import Entry, Kind, LinkedRow, Mark, Row

AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
ROW = Row("amina", 1, AT, Kind.RELEASED, "council", ("given_name", "email"), {"duration": "once"})


def chain(*rows: Row) -> list[LinkedRow]:
    linked, previous = [], policy.BEGINNING
    for row in rows:
        linked.append(policy.linked(row, previous=previous))
        previous = linked[-1].hash
    return linked


def old_chain(*rows: Row) -> list[LinkedRow]:
    """Rows as they were linked before any could be deleted."""
    linked, previous = [], policy.BEGINNING
    for row in rows:
        digest = policy.link_at_once(row, previous=previous)
        linked.append(LinkedRow(row.account_id, row.sequence, row, None, previous, digest))
        previous = digest
    return linked


def broken(rows: list[LinkedRow]) -> int | None:
    followed = policy.Chain()
    followed.follow(rows)
    return followed.broken


def deleted(linked: LinkedRow, *, by: int = 99) -> LinkedRow:
    return replace(linked, row=None, erased_by=by)


THREE = [replace(ROW, sequence=number) for number in (1, 2, 3)]


def test_declared_facts_are_let_in() -> None:
    policy.check(Entry("amina", Kind.SIGNED_IN, facts={"browser": "Firefox on Linux", "method": "password"}))


def test_a_fact_that_a_kind_does_not_declare_is_refused() -> None:
    with pytest.raises(UndeclaredFactError):
        policy.check(Entry("amina", Kind.DETAIL_ADDED, facts={"value": "amina@example.org"}))


@pytest.mark.parametrize("fact", ["amina@example.org", "x" * 61, "", "two\nlines"])
def test_a_fact_that_could_be_a_value_is_refused_and_not_repeated(fact: str) -> None:
    with pytest.raises(UndeclaredFactError) as refused:
        policy.check(Entry("amina", Kind.SIGNED_IN, facts={"browser": fact}))

    assert str(refused.value) == "browser is not a short word"


def test_an_untouched_chain_is_whole() -> None:
    assert broken(chain(*THREE)) is None
    assert broken([]) is None


@pytest.mark.parametrize(
    "change",
    [
        {"account_id": "boris"},
        {"at": AT + timedelta(microseconds=1)},
        {"kind": Kind.REFUSED},
        {"client_id": None},
        {"client_id": "shop"},
        {"claims": ("given_name",)},
        {"claims": ("email", "given_name")},
        {"facts": {}},
        {"sequence": 5},
    ],
)
@pytest.mark.parametrize("linked", [chain, old_chain])
def test_any_change_to_a_row_breaks_the_chain_there(
    change: dict[str, object], linked: Callable[..., list[LinkedRow]]
) -> None:
    rows = linked(*THREE)
    assert broken(rows) is None
    row = replace(rows[1].row, **change)  # type: ignore[type-var]
    rows[1] = replace(rows[1], row=row, sequence=row.sequence, account_id=row.account_id)

    assert broken(rows) == 2


def test_a_row_with_a_hash_made_to_fit_breaks_the_chain_at_the_next() -> None:
    rows = chain(*THREE)
    rows[1] = policy.linked(replace(THREE[1], claims=()), previous=rows[1].previous)

    assert broken(rows) == 3


def test_a_chain_goes_on_over_rows_whose_content_is_gone() -> None:
    rows = chain(*THREE)

    assert broken([rows[0], deleted(rows[1]), rows[2]]) is None
    assert broken([deleted(each) for each in rows]) is None


@pytest.mark.parametrize("change", [{"content": bytes(32)}, {"hash": bytes(32)}, {"previous": bytes(32)}])
def test_what_is_left_of_a_deleted_row_cannot_be_changed(change: dict[str, bytes]) -> None:
    rows = chain(*THREE)
    rows[1] = replace(deleted(rows[1]), **change)  # type: ignore[arg-type]

    assert broken(rows) == 2


def test_a_row_is_not_deleted_by_one_before_it() -> None:
    rows = chain(*THREE)

    assert broken([rows[0], rows[1], deleted(rows[2], by=2)]) == 3


def test_the_entry_of_a_deletion_fits_the_rows_that_it_tells_of_and_no_others() -> None:
    rows = [deleted(each) for each in chain(*THREE)]
    remains, others = policy.Remains(), policy.Remains()
    for each in rows[:2]:
        remains.add(each)
    for each in rows:
        others.add(each)
    telling = replace(ROW, kind=Kind.ACTIVITY_DELETED, facts={"extent": "older", **remains.facts})

    assert remains.facts["count"] == "2"
    assert remains.fits(telling)
    assert not others.fits(telling)
    assert not remains.fits(None)
    assert not remains.fits(replace(telling, kind=Kind.RELEASED))


def test_a_check_goes_on_where_an_earlier_part_of_it_ended() -> None:
    rows = chain(*THREE)
    first = policy.Chain()
    first.follow(rows[:2])

    rest = policy.Chain(first.reached)
    rest.follow(rows[2:])
    skipping = policy.Chain(Mark(1, rows[0].hash))
    skipping.follow(rows[2:])

    assert (rest.reached.sequence, rest.broken) == (3, None)
    assert skipping.broken == 2


def test_a_row_taken_out_or_swapped_is_noticed() -> None:
    rows = chain(*THREE)

    assert broken(rows[1:]) == 1
    assert broken([rows[0], rows[2]]) == 2
    assert broken([rows[1], rows[0], rows[2]]) == 1


def test_the_same_moment_in_another_zone_is_the_same_row() -> None:
    elsewhere = replace(ROW, at=AT.astimezone(timezone(timedelta(hours=5))))

    assert policy.content(elsewhere) == policy.content(ROW)


@given(st.text(), st.text())
def test_words_cannot_be_moved_from_one_field_to_another_unnoticed(one: str, other: str) -> None:
    first = replace(ROW, client_id=one, claims=(other,))
    second = replace(ROW, client_id=one + other, claims=("",))

    same = (first.client_id, first.claims) == (second.client_id, second.claims)
    assert (policy.content(first) == policy.content(second)) is same
