"""Other services of the same sector, which can compare what they know of a citizen."""

from __future__ import annotations

from dataclasses import dataclass

from idp.clients.texts import Wording
from idp.consent.values import ONE_TIME
from idp.web.citizen.consent.asking import Asking
from idp.web.context import services
from idp.web.languages import current


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A service that belongs together with the one that asks."""

    name: Wording
    #: It knows the citizen by the very identifier that the one that asks would get.
    same: bool


def neighbours(asked: Asking) -> tuple[Neighbour, ...]:
    """Return the services of the same sector that know this citizen for good.

    A sector gets one identifier for each persona (OIDC Core §8.1). Two of them can still be told to be one citizen by
    what the services have in common beside it, such as a browser or an account of their own.
    """
    if asked.known_as == ONE_TIME or not asked.client.sector:
        return ()
    found = []
    for grant in services().consent.shared_with(asked.session.account_id):
        client = services().clients.get(grant.client_id)
        if client is None or client.client_id == asked.client.client_id or client.sector != asked.client.sector:
            continue
        if grant.withdrawn_at is None and not grant.one_time:
            found.append(Neighbour(client.name(current()), same=grant.persona == asked.known_as))
    return tuple(found)
