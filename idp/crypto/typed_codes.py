"""Short codes that somebody reads on one screen and types on another (RFC 8628 §6.1).

They are no secrets to keep anything under: whoever takes them has to make them live for minutes, and to limit tries.
"""

import secrets as _random
from typing import Final

#: Consonants only, as §6.1 suggests: without vowels no word comes out, and without digits no letter looks like one.
ALPHABET: Final = "BCDFGHJKLMNPQRSTVWXZ"
#: 20**8 is more than 2**34.
LETTERS: Final = 8


def typed_code() -> str:
    """Make one, without the dash that it is shown with."""
    return "".join(_random.choice(ALPHABET) for _ in range(LETTERS))


def seeded_code(seed: bytes) -> str:
    """Make the one that a strong seed of 16 bytes or more always makes."""
    number, letters = int.from_bytes(seed), []
    for _ in range(LETTERS):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


def spelt(code: str) -> str:
    """Show one: two groups of four letters with a hyphen between (§6.1)."""
    return f"{code[:4]}-{code[4:]}"


def normalised(typed: str) -> str | None:
    """Read a typed code: small letters, spaces and dashes do not count (§6.1); None when it cannot be one."""
    letters = "".join(character for character in typed.upper() if character.isalnum())
    return letters if len(letters) == LETTERS and set(letters) <= set(ALPHABET) else None
