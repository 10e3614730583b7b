"""What a letter may say, and what an address looks like: pure rules."""

import re
from collections.abc import Mapping
from typing import Final

from email_validator import EmailNotValidError, validate_email

from idp.letters.errors import InvalidAddressError, UndeclaredFactError
from idp.letters.values import FACTS, Letter

#: RFC 5321 §4.5.3.1.3, without the angle brackets.
MAX_ADDRESS: Final = 254
_SHORT: Final = re.compile(r"[\w .:/()+-]{1,60}")


def check(letter: Letter, facts: Mapping[str, str]) -> None:
    """Let only declared, short facts into a letter.

    :raises UndeclaredFactError: another fact, or one that is longer than a word or two.
    """
    if undeclared := facts.keys() - FACTS.get(letter, frozenset()):
        raise UndeclaredFactError(f"{letter} does not declare {', '.join(sorted(undeclared))}")
    for name, fact in facts.items():
        if _SHORT.fullmatch(fact) is None:
            raise UndeclaredFactError(f"{name} is not a short word")


def check_address(typed: str) -> str:
    """Give an address in the one form in which it is kept.

    :raises InvalidAddressError: with the message key missing, too_long or form.
    """
    text = typed.strip()
    if not text:
        raise InvalidAddressError("missing")
    if len(text.encode()) > MAX_ADDRESS:
        raise InvalidAddressError("too_long")
    try:
        # Nobody is asked whether the domain exists: the letter that has to be answered shows it.
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise InvalidAddressError("form") from None
