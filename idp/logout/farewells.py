"""Telling services that a session has ended: through the outbox, in the transaction that ends it.

The notice holds how the service knows citizen and session, and nothing else. The logout token is made when it is sent.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from idp.authentication.policy import session_identifier
from idp.clients.service import ClientService
from idp.clients.values import Client
from idp.clock import Clock
from idp.consent.events import ServiceEvents
from idp.logout.policy import front_channel_address
from idp.logout.store import ServiceSessionStore
from idp.logout.values import Frame, ServiceSession
from idp.notices.service import NoticeService
from idp.notices.values import Kind, NewNotice

#: Payload of a notice: how the service knows the citizen and the session.
SUB: Final = "sub"
SID: Final = "sid"


class Farewells:
    """Who signed in where, and who is told when that ends.

    :param idle: a session that rested longer has ended, so younger rows need not be looked at.
    """

    def __init__(
        self,
        *,
        store: ServiceSessionStore,
        clients: ClientService,
        notices: NoticeService,
        events: ServiceEvents,
        clock: Clock,
        issuer: str,
        idle: timedelta,
    ) -> None:
        self._store = store
        self._clients = clients
        self._notices = notices
        self._events = events
        self._clock = clock
        self._issuer = issuer
        self._idle = idle

    def joined(self, client: Client, *, sid: str, account_id: str, sub: str) -> None:
        """Note that a session signs in to a service, if the service wants to hear of its end; else no statement."""
        if client.hears_logouts:
            self._store.add(ServiceSession(client.client_id, account_id, sid, sub), now=self._clock.now())

    def frames(self, sids: Collection[str]) -> tuple[Frame, ...]:
        """Give what a browser has to load to sign itself out of the services of its sessions."""
        frames = {}
        for held in (one for sid in sids for one in self._store.of_session(sid)):
            client = self._clients.get(held.client_id)
            if client is not None and client.frontchannel_logout_uri is not None:
                address = front_channel_address(
                    client.frontchannel_logout_uri,
                    issuer=self._issuer,
                    sid=_sid(held),
                    session_required=client.frontchannel_logout_session_required,
                )
                frames[address] = Frame(client.client_id, address)
        return tuple(frames.values())

    def sessions_ended(self, sids: Collection[str]) -> None:
        """Tell every service of these sessions. Belongs in the transaction that ends them."""
        if sids:
            self._tell(self._store.take_sessions(sids))

    def sharing_stopped(self, *, account_id: str, client_id: str, sub: str) -> None:
        """Tell a service that a citizen has stopped sharing with it: it has no business with their sessions any more.

        Only of what it knows under this identifier: another one, and that both are one citizen, is not its business.
        Without a session of theirs that we know of, it is told of the citizen, unless it can only act on sessions. One
        with an address for events hears that the choice itself has ended, too.
        """
        self._events.consent_revoked(client_id=client_id, sub=sub)
        self.sharing_paused(account_id=account_id, client_id=client_id, sub=sub)

    def sharing_paused(self, *, account_id: str, client_id: str, sub: str) -> None:
        """Tell a service what it hears when a session ends, and nothing of the choice: a pause is not its business."""
        taken = self._store.take_choice(account_id=account_id, client_id=client_id, sub=sub)
        client = self._clients.get(client_id)
        if taken or client is None or client.backchannel_logout_session_required:
            self._tell(taken)
            return
        if client.backchannel_logout_uri is not None:
            self._notices.add([NewNotice(Kind.BACKCHANNEL_LOGOUT, client_id, {SUB: sub})])

    def service_suspended(self, client_id: str) -> None:
        """Tell a service that every session which we know of at it has ended."""
        self._tell(self._store.take_service(client_id))

    def subject(self, *, account_id: str, client_id: str) -> str | None:
        """Give how a service knows a citizen for good, or None when it never did."""
        return self._store.subject(account_id=account_id, client_id=client_id)

    def purge(self, now: datetime, limit: int) -> int:
        """Delete at most `limit` rows of sessions that ended by themselves; gives how many.

        Nobody is told: a service keeps its own time, and that a citizen rested says nothing about their wishes.
        """
        return self._store.purge(before=now - self._idle, limit=limit)

    def _tell(self, taken: Iterable[ServiceSession]) -> None:
        told = tuple(taken)
        hearing = {
            client.client_id
            for client in self._known({one.client_id for one in told})
            if client.backchannel_logout_uri is not None
        }
        self._notices.add([_notice(one) for one in told if one.client_id in hearing])

    def _known(self, client_ids: Iterable[str]) -> Iterable[Client]:
        return (client for client_id in client_ids if (client := self._clients.get(client_id)) is not None)


def _notice(ended: ServiceSession) -> NewNotice:
    return NewNotice(Kind.BACKCHANNEL_LOGOUT, ended.client_id, {SUB: ended.sub, SID: _sid(ended)})


def _sid(held: ServiceSession) -> str:
    return session_identifier(sid=held.sid, client_id=held.client_id, sub=held.sub)
