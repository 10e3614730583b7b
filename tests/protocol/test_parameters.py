"""Reading without repairing. RFC 6749 §3.1."""

from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.parameters import read_parameters


def test_each_parameter_has_its_one_value() -> None:
    parameters = read_parameters([("client_id", "shop"), ("state", "a b")])

    assert parameters.get("client_id") == "shop"
    assert parameters.get("state") == "a b"
    assert parameters.get("nonce") is None


def test_a_parameter_without_a_value_counts_as_left_out() -> None:
    assert read_parameters([("state", "")]).get("state") is None


def test_a_repeated_parameter_has_no_value_at_all() -> None:
    parameters = read_parameters([("state", "a"), ("state", "b"), ("scope", "openid")])

    assert parameters.get("state") is None
    assert parameters.repeated == {"state"}


def test_the_same_value_twice_is_still_repeated() -> None:
    assert read_parameters([("state", "a"), ("state", "a")]).repeated == {"state"}


def test_values_are_not_shown_when_logged() -> None:
    assert "secret-state" not in repr(read_parameters([("state", "secret-state")]))


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.text(max_size=3))))
def test_no_parameter_both_has_a_value_and_is_repeated(pairs: list[tuple[str, str]]) -> None:
    parameters = read_parameters(pairs)

    assert not parameters.values.keys() & parameters.repeated
    assert all(parameters.values.values())
