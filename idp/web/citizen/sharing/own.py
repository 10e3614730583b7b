"""Finding what a citizen shares by what stands in an address."""

from __future__ import annotations

from flask import abort

from idp.consent.values import Grant
from idp.web.context import services, signed_in


def own(grant_id: str) -> Grant:
    """Find a grant of this citizen; anybody else's does not exist here."""
    found = services().consent.own(signed_in().account_id, grant_id)
    if found is None:
        abort(404)
    return found
