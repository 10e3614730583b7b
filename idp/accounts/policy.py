"""What a sign-in name may look like."""

import unicodedata
from typing import Final

from idp.accounts.errors import InvalidLoginError

MIN_CHARACTERS: Final = 3
MAX_CHARACTERS: Final = 254
#: What is typed may be longer than what is kept; folding even longer texts costs time and finds nobody.
MAX_TYPED: Final = 2 * MAX_CHARACTERS
_PUNCTUATION: Final = frozenset("._-+@'")


def check_login(typed: str) -> str:
    """Give a new sign-in name as it is kept: normal form C, without outer spaces.

    An email address is one, and so is any word of letters, digits and ``. _ - + @ '`` in any script. Nothing in it can
    hide, reorder or run on, because it is shown on pages and read out on the phone.

    :raises InvalidLoginError: with the message key missing, too_short, too_long or characters.
    """
    if len(typed) > MAX_TYPED:
        raise InvalidLoginError("too_long")
    login = unicodedata.normalize("NFC", typed).strip()
    if not login:
        raise InvalidLoginError("missing")
    if len(login) < MIN_CHARACTERS:
        raise InvalidLoginError("too_short")
    if len(login) > MAX_CHARACTERS:
        raise InvalidLoginError("too_long")
    if not all(letter in _PUNCTUATION or unicodedata.category(letter)[0] in "LMN" for letter in login):
        raise InvalidLoginError("characters")
    return login
