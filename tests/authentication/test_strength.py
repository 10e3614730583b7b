import inspect
import re
import time

import pytest
from zxcvbn import feedback

from idp.authentication import strength as module
from idp.authentication.errors import PasswordRefusedError
from idp.authentication.strength import require_strong, strength
from idp.authentication.values import Hint


def code(password: str, *, about: tuple[str, ...] = ()) -> str | None:
    return strength(password, minimum=10, about=about).fault


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("", "too_short"),
        ("x9#Qv!2", "too_short"),
        ("password1234", "too_easy"),
        ("aaaaaaaaaaaaaaaa", "too_easy"),
        ("qwertyuiop", "too_easy"),
        ("x9#Qv!2\x00kfTw8", "forbidden_characters"),
        ("k" * 1025, "too_long"),
        ("seven lanterns over Northtown", None),
        ("سبعة فوانيس فوق المدينة", None),
        ("kx7!mQ2zPw", None),
    ],
)
def test_a_password_is_judged_by_length_and_guesses_not_by_its_composition(password: str, fault: str | None) -> None:
    """NIST SP 800-63B §3.1.1.2."""
    assert code(password) == fault


def test_long_passphrases_are_accepted_whole() -> None:
    """NIST SP 800-63B §3.1.1.2: at least 64 characters; here 1,024, spaces and all."""
    assert code("seven lanterns over Northtown " * 30) is None


def test_a_password_is_as_strong_as_its_stronger_end() -> None:
    assert code("a" * 40 + "seven lanterns over Northtown") is None
    assert code("a" * 80) == "too_easy"


def test_a_hostile_password_costs_no_more_than_a_moment() -> None:
    started = time.process_time()

    strength("4@8({[<3699!1|71|0$5+7%2" * 40, minimum=10)

    assert time.process_time() - started < 2


def test_length_counts_characters_after_normalising() -> None:
    assert code("e\u0301" * 9) == "too_short"


def test_what_a_guesser_knows_of_the_citizen_does_not_make_a_password_strong() -> None:
    login = "amina.el-sayed@northtown.example"

    assert code("sayednorthtown") is None
    assert code("sayednorthtown", about=(login,)) == "too_easy"
    assert code("profferproffer", about=(login,)) == "too_easy"


def test_hints_say_what_would_be_better() -> None:
    weak = strength("password1234", minimum=10)

    assert (weak.score, weak.accepted) == (0, False) or weak.score <= 1
    assert Hint.ADD_ANOTHER_WORD in weak.hints
    assert strength("", minimum=10).hints == (Hint.USE_A_FEW_WORDS, Hint.NO_SYMBOLS_NEEDED)
    assert strength("seven lanterns over Northtown", minimum=10).accepted


def test_a_refusal_carries_its_hints_and_not_the_password() -> None:
    with pytest.raises(PasswordRefusedError) as refused:
        require_strong("aaaaaaaaaaaaaaaa", minimum=10)

    assert refused.value.code == "too_easy"
    assert Hint.REPEATS in refused.value.hints
    assert "aaaa" not in repr(refused.value)


def test_every_sentence_of_the_measuring_library_has_a_key() -> None:
    calls = re.findall(r"_\(((?:\s*\\?\s*(?:\"[^\"]*\"|'(?:[^'\\]|\\.)*'))+)\s*\)", inspect.getsource(feedback))
    sentences = {eval("(" + call.replace("\\\n", "") + ")") for call in calls}  # noqa: S307 - the library's own text

    assert len(sentences) > 20
    assert sentences <= set(module._HINTS)
