"""When a choice ends: arithmetic, the citizen's own word, and what becomes of it to the second."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.activity.values import Kind
from idp.consent.ending import UNTIL, EndFault, ends_at, months_later, reminded_at
from idp.consent.errors import ChoiceInvalidError, GrantGoneError
from idp.consent.values import Choices, Duration, Reason
from tests.consent.town import Town, detail

PERMIT = (detail("given_name", essential=True), detail("email"))
NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)

_DAYS = st.dates(min_value=date(1970, 1, 1), max_value=date(2200, 12, 31))
_MONTHS = st.integers(min_value=0, max_value=240)


def typed(day: str, month: str, year: str) -> Choices:
    return Choices(duration=Duration.UNTIL, until={"day": day, "month": month, "year": year})


@given(_DAYS, _MONTHS)
def test_months_later_is_that_many_months_later_on_the_same_day_or_the_last_one(start: date, months: int) -> None:
    later = months_later(start, months)

    assert (later.year * 12 + later.month) - (start.year * 12 + start.month) == months
    last = monthrange(later.year, later.month)[1]
    assert later.day == min(start.day, last)


@given(_DAYS, _DAYS, _MONTHS)
def test_months_keep_the_order_of_days(first: date, second: date, months: int) -> None:
    earlier, later = sorted((first, second))

    assert months_later(earlier, months) <= months_later(later, months)


@given(st.builds(datetime.combine, _DAYS, st.times(timezones=st.just(UTC))), _MONTHS)
def test_months_leave_the_time_of_day_alone(start: datetime, months: int) -> None:
    assert months_later(start, months).timetz() == start.timetz()


def test_a_named_day_counts_to_its_last_second() -> None:
    assert ends_at(typed("3", "8", "2026"), NOW, reconfirm_months=12) == datetime(2026, 8, 3, 23, 59, 59, tzinfo=UTC)


def test_today_can_be_named() -> None:
    assert ends_at(typed("4", "5", "2026"), NOW, reconfirm_months=12).date() == NOW.date()


@pytest.mark.parametrize(
    ("day", "month", "year", "fault"),
    [
        ("", "", "", EndFault.MISSING),
        ("3", "", "2026", EndFault.NO_DATE),
        ("31", "2", "2027", EndFault.NO_DATE),
        ("0", "1", "2027", EndFault.NO_DATE),
        ("-1", "1", "2027", EndFault.NO_DATE),
        ("²", "1", "2027", EndFault.NO_DATE),
        ("1", "1", "99999999999999999999", EndFault.NO_DATE),
        ("next", "May", "soon", EndFault.NO_DATE),
        ("3", "5", "2026", EndFault.PAST),
        ("1", "1", "0001", EndFault.PAST),
        ("5", "5", "2027", EndFault.LATE),
        ("31", "12", "9999", EndFault.LATE),
    ],
)
def test_other_days_are_refused_with_what_is_wrong(day: str, month: str, year: str, fault: EndFault) -> None:
    with pytest.raises(ChoiceInvalidError) as caught:
        ends_at(typed(day, month, year), NOW, reconfirm_months=12)

    assert caught.value.faults == {UNTIL: fault}


def test_digits_of_other_scripts_are_digits() -> None:
    assert ends_at(typed("٣", "٨", "٢٠٢٦"), NOW, reconfirm_months=12).date() == date(2026, 8, 3)


@given(st.integers(min_value=1, max_value=400), st.sampled_from([Duration.STANDING, Duration.UNTIL]))
def test_nobody_is_reminded_of_an_end_that_they_have_only_just_named(days: int, duration: Duration) -> None:
    end = NOW + timedelta(days=days)

    at = reminded_at(end, duration=duration, now=NOW)

    assert at is None if days <= 21 else at is not None and NOW < at < end


# On rows


def test_a_standing_choice_ends_on_its_day_and_not_at_the_next_visit(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    grant = town.share(request, service, "given_name")
    ticket = town.ticket(request, service)
    left = grant.reconfirm_at - town.world.clock.now()

    town.world.clock.advance(seconds=left.total_seconds() - 1)
    before = town.userinfo(ticket, service)
    town.world.clock.advance(seconds=1)

    assert before == {"given_name": "Amina"}
    assert town.userinfo(ticket, service) == {}
    difference = town.difference(request, service)
    assert difference is not None
    assert difference.reason is Reason.EXPIRED


def test_a_named_day_ends_it_and_the_page_says_so(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    until = {"day": "6", "month": "5", "year": "2026"}
    grant = town.share(request, service, "given_name", duration=Duration.UNTIL, until=until)
    town.world.clock.advance(days=3)

    difference = town.difference(request, service)

    assert grant.reconfirm_at == datetime(2026, 5, 6, 23, 59, 59, tzinfo=UTC)
    assert difference is not None
    assert difference.reason is Reason.ENDED


def test_a_question_about_a_part_leaves_the_named_day_as_it_was(town: Town) -> None:
    service = town.service(*PERMIT)
    until = {"day": "6", "month": "6", "year": "2026"}
    first = town.share(town.ask("given_name"), service, "given_name", duration=Duration.UNTIL, until=until)
    page = town.page(town.ask("given_name", "email"), service)

    second = town.share(town.ask("given_name", "email"), service, "email")

    assert (page.duration, dict(page.until)) == (Duration.UNTIL, until)
    assert (second.duration, second.reconfirm_at) == (Duration.UNTIL, first.reconfirm_at)


def test_what_has_ended_is_emptied_once_and_is_a_row_in_the_ledger(either_town: Town) -> None:
    town = either_town
    service, request = town.service(*PERMIT), town.ask("given_name")
    grant = town.share(request, service, "given_name")
    assert town.consent.end_due(10) == ()
    town.world.clock.advance(days=366)

    ended = town.consent.end_due(10)

    assert [(each.client_id, each.sub) for each in ended] == [("council", grant.sub)]
    assert town.consent.end_due(10) == ()
    after = town.standing(service)
    assert after is not None
    assert (after.claims_sealed, after.grant_key_wrapped, after.withdrawn_at) == (None, None, None)
    assert after.token_epoch == grant.token_epoch + 1
    assert not after.moved
    row = town.world.activity.page(grant.account_id).rows[0]
    assert (row.kind, row.client_id) == (Kind.SHARING_ENDED, "council")


def test_after_the_end_a_new_choice_starts_over_and_old_tokens_stay_dead(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    town.share(request, service, "given_name")
    old = town.ticket(request, service)
    town.world.clock.advance(days=366)
    town.consent.end_due(10)

    town.share(request, service, "given_name")

    assert town.answer(request, service) == {"given_name": "Amina"}
    with pytest.raises(GrantGoneError):
        town.userinfo(old, service)


def test_pausing_lets_nothing_leave_and_resuming_lets_the_same_leave_again(either_town: Town) -> None:
    town = either_town
    service, request = town.service(*PERMIT), town.ask("given_name")
    grant = town.share(request, service, "given_name")
    ticket = town.ticket(request, service)

    town.consent.pause(account_id=grant.account_id, grant_id=grant.id)
    paused, difference = town.userinfo(ticket, service), town.difference(request, service)
    with pytest.raises(GrantGoneError):
        town.ticket(request, service)
    town.consent.resume(account_id=grant.account_id, grant_id=grant.id)

    assert paused == {}
    assert difference is not None
    assert (difference.reason, difference.claims) == (Reason.PAUSED, ())
    assert town.userinfo(ticket, service) == {"given_name": "Amina"}
    assert town.difference(request, service) is None
    kinds = [row.kind for row in town.world.activity.page(grant.account_id).rows[:2]]
    assert kinds == [Kind.RESUMED, Kind.PAUSED]


def test_what_a_service_wants_beyond_is_asked_once_sharing_goes_on(town: Town) -> None:
    service = town.service(*PERMIT)
    grant = town.share(town.ask("given_name"), service, "given_name")
    town.consent.pause(account_id=grant.account_id, grant_id=grant.id)
    more = town.ask("given_name", "email")

    first = town.difference(more, service, ask_again=True)
    town.consent.resume(account_id=grant.account_id, grant_id=grant.id)
    then = town.difference(more, service)

    assert first is not None
    assert first.reason is Reason.PAUSED
    assert then is not None
    assert then.claims == (("email", Reason.NEW_DETAIL),)


def test_a_pause_does_not_stop_the_clock(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    grant = town.share(request, service, "given_name")
    town.consent.pause(account_id=grant.account_id, grant_id=grant.id)
    town.world.clock.advance(days=366)

    with pytest.raises(GrantGoneError):
        town.consent.resume(account_id=grant.account_id, grant_id=grant.id)

    assert len(town.consent.end_due(10)) == 1


def test_nobody_pauses_resumes_or_keeps_what_is_anothers_or_is_over(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    grant = town.share(request, service, "given_name")
    stranger = town.world.citizen("bram@example.org")

    for use_case in (town.consent.pause, town.consent.resume, town.consent.extend):
        with pytest.raises(GrantGoneError):
            use_case(account_id=stranger.account_id, grant_id=grant.id)
    with pytest.raises(GrantGoneError):
        town.consent.resume(account_id=grant.account_id, grant_id=grant.id)
    town.consent.withdraw(account_id=grant.account_id, grant_id=grant.id)
    for use_case in (town.consent.pause, town.consent.resume, town.consent.extend):
        with pytest.raises(GrantGoneError):
            use_case(account_id=grant.account_id, grant_id=grant.id)


def test_keeping_longer_moves_the_end_and_leaves_the_choices_alone(either_town: Town) -> None:
    town = either_town
    service, request = town.service(*PERMIT), town.ask("given_name")
    grant = town.share(request, service, "given_name")
    town.world.clock.advance(days=350)

    until = town.consent.extend(account_id=grant.account_id, grant_id=grant.id)

    kept = town.standing(service)
    assert kept is not None
    assert kept.reconfirm_at == until == months_later(town.world.clock.now(), 12)
    assert (kept.decisions, kept.token_epoch) == (grant.decisions, grant.token_epoch)
    town.world.clock.advance(days=30)
    assert town.answer(request, service) == {"given_name": "Amina"}


def test_a_single_visit_cannot_be_kept_longer(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    grant = town.share(request, service, "given_name", duration=Duration.ONCE)

    with pytest.raises(GrantGoneError):
        town.consent.extend(account_id=grant.account_id, grant_id=grant.id)


def test_each_reminder_is_given_once(either_town: Town) -> None:
    town = either_town
    service, request = town.service(*PERMIT), town.ask("given_name")
    town.share(request, service, "given_name")
    assert town.consent.take_reminders(10) == ()
    town.world.clock.advance(days=345)

    first, second = town.consent.take_reminders(10), town.consent.take_reminders(10)

    assert [each.client_id for each in first] == ["council"]
    assert second == ()


def test_what_was_stopped_reminds_nobody(town: Town) -> None:
    service, request = town.service(*PERMIT), town.ask("given_name")
    grant = town.share(request, service, "given_name")
    town.consent.withdraw(account_id=grant.account_id, grant_id=grant.id)
    town.world.clock.advance(days=345)

    assert town.consent.take_reminders(10) == ()


def test_stopping_everything_stops_everything_of_this_citizen(either_town: Town) -> None:
    town = either_town
    council, shop = town.service(*PERMIT), town.service(client_id="shop")
    request = town.ask("given_name")
    for service in (council, shop):
        town.share(request, service, "given_name")

    stopped = town.consent.withdraw_all(town.session.account_id)

    assert {each.client_id for each in stopped} == {"council", "shop"}
    assert all(one.withdrawn_at for one in town.consent.shared_with(town.session.account_id))
    assert town.consent.withdraw_all(town.session.account_id) == ()
