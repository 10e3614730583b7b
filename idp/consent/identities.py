"""How a service can know a citizen, as the choosing page offers it. Pure."""

from __future__ import annotations

from collections.abc import Collection

from idp.consent.page import Identity
from idp.consent.values import ONE_TIME
from idp.vault.personas import Persona
from idp.vault.values import MAIN


def offered(
    personas: Collection[Persona], *, chosen: str, known_now: str | None, one_time: bool
) -> tuple[Identity, ...]:
    """Return the main one, one time only, and the personas.

    :param one_time: whether the service can do without knowing the citizen again.
    :param chosen: the one that the page shows the details of.
    :param known_now: the one that the service knows and may still draw on; None when there is none.
    """
    words = [(MAIN, "", "", ""), *([(ONE_TIME, "", "", "")] if one_time else [])]
    words += [(one.id, one.name, one.colour, one.initials) for one in personas]
    return tuple(
        Identity(value, name, colour, initials, chosen=value == chosen, known_now=value == known_now)
        for value, name, colour, initials in words
    )
