"""Finding what a citizen shares by what stands in an address."""

from __future__ import annotations

from flask import abort

from idp.consent.values import Grant
from idp.web.context import services, signed_in


def own(grant_id: str) -> Grant:
    """Find a grant of this citizen; anybody else's does not exist here."""
    # PostgreSQL takes no text with such a character, and no choice has one in its name.
    found = None if "\x00" in grant_id else services().consent.own(signed_in().account_id, grant_id)
    if found is None:
        abort(404)
    return found
