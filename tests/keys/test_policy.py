"""The life of a key."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from idp.keys import policy
from idp.keys.values import Key, Lives, State, Use

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
SETTLING = timedelta(seconds=2)
LIVES = Lives(
    signed=timedelta(minutes=10), sealed=timedelta(days=30), hints=timedelta(hours=12), signing_days=90, token_days=30
)


def key(kid: str, state: State = State.ACTIVE, algorithm: str = "ES256") -> Key:
    return Key(kid=kid, use=Use.SIGN, algorithm=algorithm, state=state, public_jwk={"kid": kid}, created_at=NOW)


def test_each_algorithm_and_the_tokens_need_a_key_in_use_and_one_to_follow() -> None:
    assert policy.wanted(signing=["ES256"], decrypting=["ECDH-ES"]) == (
        (Use.SIGN, "ES256", State.ACTIVE),
        (Use.SIGN, "ES256", State.NEXT),
        (Use.ENCRYPT, "ECDH-ES", State.ACTIVE),
        (Use.ENCRYPT, "ECDH-ES", State.NEXT),
        (Use.SEAL, "A256GCM", State.ACTIVE),
        (Use.SEAL, "A256GCM", State.NEXT),
    )


def test_only_what_is_missing_is_made() -> None:
    wanted = policy.wanted(signing=["ES256"], decrypting=[])

    assert policy.missing([key("a"), key("b", State.RETIRED)], wanted) == (
        (Use.SIGN, "ES256", State.NEXT),
        (Use.SEAL, "A256GCM", State.ACTIVE),
        (Use.SEAL, "A256GCM", State.NEXT),
    )


def test_a_retired_key_stays_published_until_the_last_token_has_ended() -> None:
    until = policy.publish_until(retired_at=NOW, longest_life=timedelta(minutes=10))
    retired = replace(key("old", State.RETIRED), publish_until=until)

    assert until >= NOW + timedelta(minutes=10)
    assert policy.alive([retired], now=until - timedelta(seconds=1)) == (retired,)
    assert policy.alive([retired], now=until) == ()


def test_the_key_in_use_comes_first_and_the_order_does_not_depend_on_chance() -> None:
    keys = [key("old", State.RETIRED), key("next", State.NEXT), key("active")]

    assert [one.kid for one in policy.alive(keys, now=NOW)] == ["active", "next", "old"]
    assert policy.alive(keys, now=NOW) == policy.alive(reversed(keys), now=NOW)


def test_the_list_changes_by_itself_when_the_first_retired_key_ends() -> None:
    ends = [
        replace(key(str(minutes), State.RETIRED), publish_until=NOW + timedelta(minutes=minutes)) for minutes in (9, 5)
    ]

    assert policy.changes_at(ends, now=NOW, settling=timedelta(0)) == NOW + timedelta(minutes=5)
    assert policy.changes_at([key("a")], now=NOW, settling=timedelta(0)) is None


def test_a_key_is_early_until_others_must_have_seen_it() -> None:
    assert policy.early(key("a"), now=NOW + timedelta(minutes=9))
    assert not policy.early(key("a"), now=NOW + policy.PUBLISHED_MAX_AGE)


def in_use(kid: str, *, made: float, since: float, retired: float | None = None) -> Key:
    """A key with its moments, in seconds."""
    return replace(
        key(kid, State.ACTIVE if retired is None else State.RETIRED),
        created_at=NOW + timedelta(seconds=made),
        activated_at=NOW + timedelta(seconds=since),
        retired_at=None if retired is None else NOW + timedelta(seconds=retired),
    )


def chosen(*keys: Key, at: float) -> str:
    (one,) = policy.chosen(keys, now=NOW + timedelta(seconds=at), settling=SETTLING)
    return one.kid


def test_a_key_that_was_published_for_long_is_used_as_soon_as_it_is_in_use() -> None:
    old, new = in_use("old", made=0, since=0, retired=50), in_use("new", made=0.5, since=50)

    assert chosen(old, new, at=50) == "new"


def test_a_key_that_another_process_may_not_have_seen_yet_waits_for_it() -> None:
    keys = (
        in_use("oldest", made=0, since=0, retired=10),
        in_use("old", made=9.5, since=10, retired=11),
        in_use("new", made=10, since=11),
    )

    assert chosen(*keys, at=11.2) == "oldest"
    assert chosen(*keys, at=11.5) == "old"
    assert chosen(*keys, at=12) == "new"
    assert policy.changes_at(keys, now=NOW + timedelta(seconds=11.6), settling=SETTLING) == NOW + timedelta(seconds=12)


def test_keys_of_the_first_set_wait_for_nobody() -> None:
    old, new = in_use("old", made=0, since=0, retired=0), in_use("new", made=0, since=0)

    assert chosen(new, old, at=0) == "new"
    assert chosen(in_use("only", made=0, since=0), at=0) == "only"


def test_a_key_is_due_after_its_days_when_others_could_see_the_one_to_follow() -> None:
    active = replace(key("active"), activated_at=NOW)
    following = key("next", State.NEXT)
    end = NOW + timedelta(days=90)

    assert policy.due_at(active, lives=LIVES) == end
    assert policy.due([active, following], now=end - timedelta(seconds=1), lives=LIVES) == ()
    assert policy.due([active, following], now=end, lives=LIVES) == ("ES256",)
    assert policy.due([active, replace(following, created_at=end)], now=end, lives=LIVES) == ()
    assert policy.due([active], now=end, lives=LIVES) == ()


def test_token_keys_have_days_of_their_own_and_none_leaves_it_to_the_operator() -> None:
    sealing = replace(key("s", algorithm="A256GCM"), use=Use.SEAL, activated_at=NOW)

    assert policy.due_at(sealing, lives=LIVES) == NOW + timedelta(days=30)
    assert policy.due_at(sealing, lives=replace(LIVES, token_days=0)) is None
    assert policy.due_at(key("next", State.NEXT), lives=LIVES) is None
