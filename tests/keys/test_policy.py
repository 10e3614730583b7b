"""The life of a key."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from idp.keys import policy
from idp.keys.values import Key, State, Use

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def key(kid: str, state: State = State.ACTIVE, algorithm: str = "ES256") -> Key:
    return Key(kid=kid, use=Use.SIGN, algorithm=algorithm, state=state, public_jwk={"kid": kid}, created_at=NOW)


def test_each_algorithm_and_the_tokens_need_a_key_in_use_and_one_to_follow() -> None:
    assert policy.wanted(["ES256"]) == (
        (Use.SIGN, "ES256", State.ACTIVE),
        (Use.SIGN, "ES256", State.NEXT),
        (Use.SEAL, "A256GCM", State.ACTIVE),
        (Use.SEAL, "A256GCM", State.NEXT),
    )


def test_only_what_is_missing_is_made() -> None:
    assert policy.missing([key("a"), key("b", State.RETIRED)], ["ES256"]) == (
        (Use.SIGN, "ES256", State.NEXT),
        (Use.SEAL, "A256GCM", State.ACTIVE),
        (Use.SEAL, "A256GCM", State.NEXT),
    )


def test_a_retired_key_stays_published_until_the_last_token_has_ended() -> None:
    until = policy.publish_until(retired_at=NOW, longest_life=timedelta(minutes=10))
    retired = replace(key("old", State.RETIRED), publish_until=until)

    assert until >= NOW + timedelta(minutes=10)
    assert policy.published([retired], now=until - timedelta(seconds=1)) == (retired,)
    assert policy.published([retired], now=until) == ()


def test_the_key_in_use_comes_first_and_the_order_does_not_depend_on_chance() -> None:
    keys = [key("old", State.RETIRED), key("next", State.NEXT), key("active")]

    assert [one.kid for one in policy.published(keys, now=NOW)] == ["active", "next", "old"]
    assert policy.published(keys, now=NOW) == policy.published(reversed(keys), now=NOW)


def test_the_list_changes_by_itself_when_the_first_retired_key_ends() -> None:
    ends = [
        replace(key(str(minutes), State.RETIRED), publish_until=NOW + timedelta(minutes=minutes)) for minutes in (9, 5)
    ]

    assert policy.changes_at(ends, now=NOW) == NOW + timedelta(minutes=5)
    assert policy.changes_at([key("a")], now=NOW) is None


def test_a_key_is_early_until_others_must_have_seen_it() -> None:
    assert policy.early(key("a"), now=NOW + timedelta(minutes=9))
    assert not policy.early(key("a"), now=NOW + policy.PUBLISHED_MAX_AGE)
