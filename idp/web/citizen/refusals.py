"""Words for what signing up and in refuses: one sentence per message key, saying what to do."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l

from idp.authentication.values import Hint

_LOGIN: Final = {
    "missing": _l("Enter a sign-in name or an email address."),
    "too_short": _l("Use at least 3 characters for your sign-in name."),
    "too_long": _l("Use a shorter sign-in name."),
    "characters": _l("Use only letters, digits and . _ - + @ ' in your sign-in name."),
}

_PASSWORD: Final = {
    "too_short": _l("Use a longer password."),
    "too_long": _l("Use a shorter password."),
    "too_easy": _l("This password is too easy to guess. Choose another one."),
    "forbidden_characters": _l("Use only characters that can be typed in your password."),
    "same": _l("This is the password that you have. Choose another one."),
}

_HINTS: Final = {
    Hint.USE_A_FEW_WORDS: _l("Use three or four words that do not belong together."),
    Hint.ADD_ANOTHER_WORD: _l("Add another word or two. Uncommon words are better."),
    Hint.NO_SYMBOLS_NEEDED: _l("You need no symbols, digits or capital letters."),
    Hint.STRAIGHT_ROWS: _l("Straight rows of keys are easy to guess."),
    Hint.KEYBOARD_PATTERN: _l("Short patterns on the keyboard are easy to guess."),
    Hint.LONGER_PATTERN: _l("Use a longer pattern on the keyboard with more turns."),
    Hint.REPEATS: _l("Repeats such as “aaa” or “abcabc” are easy to guess."),
    Hint.AVOID_REPEATS: _l("Avoid repeated words and characters."),
    Hint.SEQUENCES: _l("Sequences such as “abc” or “6543” are easy to guess."),
    Hint.AVOID_SEQUENCES: _l("Avoid sequences."),
    Hint.RECENT_YEARS: _l("Recent years are easy to guess."),
    Hint.DATES: _l("Dates are often easy to guess."),
    Hint.AVOID_OWN_DATES: _l("Avoid dates and years that are about you."),
    Hint.COMMON_PASSWORD: _l("Many people use this password."),
    Hint.LIKE_COMMON_PASSWORD: _l("This is like a password that many people use."),
    Hint.SINGLE_WORD: _l("A word on its own is easy to guess."),
    Hint.NAMES: _l("Names are easy to guess."),
    Hint.CAPITALS: _l("Capital letters do not help much."),
    Hint.REVERSED: _l("Words spelt backwards are easy to guess."),
    Hint.SUBSTITUTIONS: _l("Replacing letters, such as “@” for “a”, does not help much."),
}


def of_login(code: str) -> str:
    """Say what is wrong with a sign-in name."""
    return str(_LOGIN.get(code, _LOGIN["characters"]))


def of_password(code: str) -> str:
    """Say what is wrong with a new password."""
    return str(_PASSWORD.get(code, _PASSWORD["too_easy"]))


def hints(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Say how to make a better password, one sentence per hint."""
    return tuple(str(_HINTS[Hint(key)]) for key in keys if key in _HINTS)
