"""What personas look like to their owner: names, colours, initials. Pure rules."""

from collections.abc import Iterable
from typing import Final

from idp.claims.cleaning import clean
from idp.claims.errors import InvalidDetailError
from idp.claims.values import Fault
from idp.vault.errors import PersonaNameError

MAX_PERSONAS: Final = 10
MAX_NAME: Final = 40
#: The first one is for whoever chooses none. A style sheet gives each its shade in light and dark.
COLOURS: Final = ("teal", "plum", "ochre", "moss", "rose", "slate")
TAKEN: Final = "taken"


def persona_name(typed: object, *, others: Iterable[str]) -> str:
    """Return a name that is fit to tell personas apart.

    :param others: the names of the citizen's other personas.
    :raises PersonaNameError: it is empty, too long, unclean, or one of those, apart from case.
    """
    try:
        name = clean(typed, claim="persona", limit=MAX_NAME)
    except InvalidDetailError as error:
        raise PersonaNameError(error.code) from None
    if not name:
        raise PersonaNameError(Fault.MISSING)
    if name.casefold() in {other.casefold() for other in others}:
        raise PersonaNameError(TAKEN)
    return name


def colour(chosen: str) -> str:
    """Return the colour chosen, or the first one for anything else."""
    return chosen if chosen in COLOURS else COLOURS[0]


def initials(name: str) -> str:
    """Return one or two letters to stand for a name; a script without capitals keeps its own."""
    words = [word for word in name.split() if word[0].isalnum()] or [name]
    return "".join(word[0] for word in (words[:1] if len(words) == 1 else (words[0], words[-1]))).upper()
