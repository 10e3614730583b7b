"""A private address among a citizen's email addresses: one more value to choose from, made for one service.

It stands in the open document as if it were held, so that showing, choosing, sealing and releasing are what they are
for every other value. It is never written into the vault: its row is what makes it real, in the commit of the choice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from idp.consent.values import ONE_TIME
from idp.relay.values import Offer
from idp.vault.values import TOLD, Attribute, Document

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from idp.consent.values import Decision, Grant
    from idp.relay.service import RelayService

EMAIL: Final = "email"
#: Names the private address in a decision, where the id of a detail stands otherwise.
PRIVATE: Final = "private"


class PrivateMail:
    """What consent needs of the room `relay`; does nothing where the deployment has none."""

    def __init__(self, relay: RelayService | None) -> None:
        self._relay = relay if relay is not None and relay.on else None

    def offered(self, document: Document, *, account_id: str, client_id: str, known_as: str, at: datetime) -> Document:
        """Put the address that a service has or would get first among the citizen's, if they have one to forward to."""
        if self._relay is None or not document.values(EMAIL):
            return document
        if known_as == ONE_TIME:
            return _with(document, self._relay.offer_once(account_id, client_id, seed=document.seed), at)
        return _with(document, self._relay.offer(account_id, client_id, known_as, seed=document.seed), at)

    def kept(self, document: Document, grant: Grant, *, at: datetime) -> Document:
        """Put the address that a choice was made for first, if it has not ended. No statement for other choices."""
        if self._relay is None or not _chosen(grant.decisions):
            return document
        held = self._relay.held(grant.account_id, grant.client_id, grant.persona)
        return document if held is None else _with(document, held, at)

    def make(self, grant: Grant, document: Document) -> None:
        """Make the address real, in the commit of the choice that it was chosen in."""
        private = document.find(PRIVATE)
        if self._relay is None or private is None or not _chosen(grant.decisions):
            return
        target = forwards_to(document)
        if target is not None:
            address = str(private.value)
            self._relay.make(
                grant.account_id,
                grant.client_id,
                grant.persona,
                offer=Offer(address.rpartition("@")[0], address),
                attribute_id=target.id,
                target=str(target.value),
            )


def again(document: Document, before: Document) -> Document:
    """Put the private address of an earlier reading into a later one."""
    private = before.find(PRIVATE)
    return document if private is None else replace(document, attributes=(private, *document.attributes))


def forwards_to(document: Document) -> Attribute | None:
    """Return the address of the citizen's own to which a private one forwards: the first that they hold."""
    return next((each for each in document.values(EMAIL) if each.id != PRIVATE), None)


def _chosen(decisions: Collection[Decision]) -> bool:
    return any(each.allowed and each.form == EMAIL and each.attribute_id == PRIVATE for each in decisions)


def _with(document: Document, offer: Offer, at: datetime) -> Document:
    # We run the mailbox, so that it works is known: `email_verified` is true.
    private = Attribute(
        id=PRIVATE, claim=EMAIL, value=offer.address, source=TOLD, added_at=at, changed_at=at, checked_at=at
    )
    return replace(document, attributes=(private, *document.attributes))
