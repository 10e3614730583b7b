"""How long a new password would stand, and what would make it better."""

from collections.abc import Mapping, Sequence
from typing import Final

from idp.authentication.errors import PasswordRefusedError
from idp.authentication.policy import check_form
from idp.authentication.values import Hint, Strength

#: "Safely unguessable" by zxcvbn's measure, against somebody who has the database and tries offline. The vault is
#: sealed under this password; a weaker one would open it to whoever steals a backup.
ACCEPTED_SCORE: Final = 3
#: zxcvbn's work grows so steeply that 72 hostile characters keep a worker busy for seconds. What is strong by its first
#: or its last characters is strong as a whole.
_EXAMINED_CHARACTERS: Final = 32

#: zxcvbn speaks English sentences; pages speak the citizen's language.
_HINTS: Final[Mapping[str, Hint]] = {
    "Use a few words, avoid common phrases.": Hint.USE_A_FEW_WORDS,
    "No need for symbols, digits, or uppercase letters.": Hint.NO_SYMBOLS_NEEDED,
    "Add another word or two. Uncommon words are better.": Hint.ADD_ANOTHER_WORD,
    "Straight rows of keys are easy to guess.": Hint.STRAIGHT_ROWS,
    "Short keyboard patterns are easy to guess.": Hint.KEYBOARD_PATTERN,
    "Use a longer keyboard pattern with more turns.": Hint.LONGER_PATTERN,
    'Repeats like "aaa" are easy to guess.': Hint.REPEATS,
    'Repeats like "abcabcabc" are only slightly harder to guess than "abc".': Hint.REPEATS,
    "Avoid repeated words and characters.": Hint.AVOID_REPEATS,
    'Sequences like "abc" or "6543" are easy to guess.': Hint.SEQUENCES,
    "Avoid sequences.": Hint.AVOID_SEQUENCES,
    "Recent years are easy to guess.": Hint.RECENT_YEARS,
    "Avoid recent years.": Hint.RECENT_YEARS,
    "Avoid years that are associated with you.": Hint.AVOID_OWN_DATES,
    "Dates are often easy to guess.": Hint.DATES,
    "Avoid dates and years that are associated with you.": Hint.AVOID_OWN_DATES,
    "This is a top-10 common password.": Hint.COMMON_PASSWORD,
    "This is a top-100 common password.": Hint.COMMON_PASSWORD,
    "This is a very common password.": Hint.COMMON_PASSWORD,
    "This is similar to a commonly used password.": Hint.LIKE_COMMON_PASSWORD,
    "A word by itself is easy to guess.": Hint.SINGLE_WORD,
    "Names and surnames by themselves are easy to guess.": Hint.NAMES,
    "Common names and surnames are easy to guess.": Hint.NAMES,
    "Capitalization doesn't help very much.": Hint.CAPITALS,
    "All-uppercase is almost as easy to guess as all-lowercase.": Hint.CAPITALS,
    "Reversed words aren't much harder to guess.": Hint.REVERSED,
    "Predictable substitutions like '@' instead of 'a' don't help very much.": Hint.SUBSTITUTIONS,
}


def strength(password: str, *, minimum: int, about: Sequence[str] = ()) -> Strength:
    """Measure a password.

    :param minimum: fewest characters, from settings.
    :param about: what a guesser would know, such as the sign-in name.
    """
    fault: str | None = None
    try:
        check_form(password, minimum=minimum)
    except PasswordRefusedError as refused:
        fault = refused.code
    if not password:
        return Strength(score=0, hints=(Hint.USE_A_FEW_WORDS, Hint.NO_SYMBOLS_NEEDED), fault=fault)
    score, hints = _measured(password[:_EXAMINED_CHARACTERS], about)
    if score < ACCEPTED_SCORE and len(password) > _EXAMINED_CHARACTERS:
        score, hints = max((score, hints), _measured(password[-_EXAMINED_CHARACTERS:], about), key=lambda one: one[0])
    if fault is None and score < ACCEPTED_SCORE:
        fault = "too_easy"
    return Strength(score=score, hints=hints, accepted=fault is None, fault=fault)


def require_strong(password: str, *, minimum: int, about: Sequence[str] = ()) -> None:
    """Make sure that a new password is good enough.

    :raises PasswordRefusedError: it is not, and why.
    """
    measured = strength(password, minimum=minimum, about=about)
    if measured.fault is not None:
        raise PasswordRefusedError(measured.fault, measured.hints)


def _measured(password: str, about: Sequence[str]) -> tuple[int, tuple[Hint, ...]]:
    # Its word lists take a tenth of a second and ten megabytes, which only a worker that sees a new password pays.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    measured = zxcvbn(password, user_inputs=_known(about))
    feedback = measured["feedback"]
    said = [feedback["warning"], *feedback["suggestions"]]
    return int(measured["score"]), tuple(dict.fromkeys(_HINTS[sentence] for sentence in said if sentence in _HINTS))


def _known(about: Sequence[str]) -> list[str]:
    """Give what is known about a citizen whole and in its parts: of an email address, the name before the @ as well."""
    words = [text for text in about if text]
    parts = [part for text in words for part in text.replace("@", " ").replace(".", " ").replace("-", " ").split()]
    return list(dict.fromkeys([*words, *parts, "proffer"]))
