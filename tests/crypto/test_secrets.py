"""Random values and their comparison."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.crypto import secrets


def test_a_token_holds_256_bits_in_43_characters() -> None:
    made = secrets.token()

    assert len(made) == 43
    assert len(secrets.unb64url(made)) == 32
    assert made != secrets.token()


def test_an_identifier_holds_128_bits_in_22_characters() -> None:
    made = secrets.identifier()

    assert len(made) == 22
    assert len(secrets.unb64url(made)) == 16


def test_a_secret_matches_its_own_digest_only() -> None:
    kept = secrets.digest("correct")

    assert secrets.matches(secret="correct", digest=kept)
    assert not secrets.matches(secret="wrong", digest=kept)
    assert not secrets.matches(secret="correct", digest=b"")


@given(st.text(st.characters(), max_size=20) | st.binary(max_size=20))
def test_comparing_never_raises_whatever_was_sent(sent: str | bytes) -> None:
    assert secrets.same(sent, sent)
    assert not secrets.same(sent, b"a secret longer than anything sent here")


def test_a_lone_surrogate_is_compared_and_refused() -> None:
    assert not secrets.same("\udcff", "secret")
    assert not secrets.matches(secret="\udcff", digest=secrets.digest("secret"))


@given(st.binary(max_size=70))
def test_base64url_comes_back_as_it_went(octets: bytes) -> None:
    assert secrets.unb64url(secrets.b64url(octets)) == octets


@pytest.mark.parametrize("text", ["QQ==", "Q", "QR", "Q Q", "Q+Q", "Q/Q", "QUFBé", "QQ\n"])
def test_another_spelling_of_base64url_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        secrets.unb64url(text)


def test_a_recovery_code_is_seven_groups_of_four() -> None:
    groups = secrets.recovery_code().split("-")

    assert [len(group) for group in groups] == [4] * 7
    assert not set("".join(groups)) & set("ILOU")


def test_a_recovery_code_is_read_however_it_is_typed() -> None:
    code = secrets.recovery_code()
    read = secrets.normalise_recovery_code(code)

    assert len(read) == 16
    assert secrets.normalise_recovery_code(code.lower().replace("-", " ")) == read
    assert secrets.normalise_recovery_code(code.replace("0", "o").replace("1", "l")) == read
    assert secrets.normalise_recovery_code(code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))) == read


def test_a_slip_in_a_recovery_code_is_noticed() -> None:
    code = secrets.recovery_code()
    slips = [
        code[:at] + ("2" if symbol != "2" else "3") + code[at + 1 :] for at, symbol in enumerate(code) if symbol != "-"
    ]

    noticed = 0
    for slip in slips:
        try:
            secrets.normalise_recovery_code(slip)
        except ValueError:
            noticed += 1

    # One in 4096 passes the check, and is then refused as a wrong code.
    assert noticed >= len(slips) - 1


@pytest.mark.parametrize("text", ["", "1234", "ABCD-ABCD-ABCD-ABCD-ABCD-ABCD-ABC", "U" * 28, "é" * 28, "²" * 28])
def test_what_is_no_recovery_code_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a recovery code$"):
        secrets.normalise_recovery_code(text)
