"""Bringing details from an organisation: the way there, the way back, and what of it is kept.

Nothing of the vault is touched before its owner has decided. Between two pages, what came lies sealed under the vault
key of the very session that it came to; the way itself is bound to one browser and used once.
"""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from idp.authentication.errors import SessionEndedError
from idp.authentication.values import Session
from idp.claims.catalogue import Catalogue
from idp.clock import Clock
from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import derive, seal, unseal
from idp.crypto.secrets import digest, identifier, token
from idp.organisations.directory import Directory
from idp.organisations.errors import ArrivalGoneError, TripGoneError
from idp.organisations.policy import offers
from idp.organisations.store import OrganisationStore, SealedArrival
from idp.organisations.values import Arrival, Offer, Organisation, Return, Said, Standing, Trip, Upstream
from idp.storage.db import Database
from idp.vault.bringing import Brought
from idp.vault.service import VaultService
from idp.vault.values import NewDetail, Source, SourceKind, VaultKey

#: Time to sign in there and come back.
TRIP: Final = timedelta(minutes=10)
#: Time to decide what to keep.
DECIDING: Final = timedelta(minutes=30)
_TRIP_PURPOSE: Final = "way to an organisation"
_ARRIVAL_PURPOSE: Final = "arrival from an organisation"


class OrganisationService:
    """The use cases. Those that ask an organisation something must not be called in a transaction."""

    def __init__(
        self,
        *,
        db: Database,
        store: OrganisationStore,
        directory: Directory,
        vault: VaultService,
        catalogue: Catalogue,
        clock: Clock,
    ) -> None:
        self.directory = directory
        self._db = db
        self._store = store
        self._vault = vault
        self._catalogue = catalogue
        self._clock = clock
        self._upstream: Upstream | None = None

    def reached_by(self, upstream: Upstream) -> None:
        """Take who speaks OpenID Connect with organisations, which a higher room knows."""
        self._upstream = upstream

    def set_out(self, organisation: Organisation, session: Session, *, browser: str) -> str:
        """Begin a way; gives the address to send the browser to.

        :param browser: the secret of the browser's flow cookie.
        :raises UpstreamError: the organisation cannot be reached, or what it publishes is not sound.
        :raises SessionEndedError: the vault cannot be opened in this session.
        """
        _key_of(session)
        trip = Trip(organisation=organisation.id, nonce=token(), verifier=token(), sid=session.sid)
        state = token()
        url = self._reach().departure(organisation, trip, state=state)
        text = json.dumps({"nonce": trip.nonce, "verifier": trip.verifier, "sid": trip.sid})
        key, context = _browser_key(browser), _trip_context(state, organisation)
        self._store.set_out(
            digest(state),
            browser=digest(browser),
            organisation=organisation.id,
            sealed=seal(key, text.encode(), context=context),
            expires_at=self._clock.now() + TRIP,
        )
        return url

    def come_back(self, organisation: Organisation, came: Return, session: Session | None, *, browser: str) -> str:
        """Use a way up and keep what came for its citizen to look at; gives the arrival's id.

        :raises TripGoneError: no such way of this browser and session.
        :raises CancelledError: the citizen said no there.
        :raises UpstreamError: anything is wrong with what came.
        :raises SubjectChangedError: it is about another account than what is held from there.
        :raises SessionEndedError: the vault cannot be opened in this session.
        """
        trip = self._used(organisation, came, browser=browser)
        if session is None or trip.sid != session.sid:
            raise TripGoneError
        key, now = _key_of(session), self._clock.now()
        said = self._reach().said(organisation, trip, came)
        # Looked at once already now: what cannot be kept at all should not wait.
        self._offers(said, organisation, session, key)
        arrival_id = identifier()
        text = json.dumps({"subject": said.subject, "claims": said.claims, "acr": said.acr})
        self._store.add_arrival(
            SealedArrival(
                id=arrival_id,
                sid=session.sid,
                organisation=organisation.id,
                sealed=seal(_arrival_key(key), text.encode(), context=_arrival_context(arrival_id, session)),
                created_at=now,
                expires_at=now + DECIDING,
            )
        )
        return arrival_id

    def arrival(self, arrival_id: str, session: Session) -> Arrival:
        """Show what came beside what is held now.

        :raises ArrivalGoneError: decided before, too old, or not this session's.
        :raises OrganisationError: as :meth:`come_back`.
        :raises SessionEndedError: the vault cannot be opened in this session.
        """
        key = _key_of(session)
        row = self._store.arrival(arrival_id, sid=session.sid, now=self._clock.now())
        if row is None:
            raise ArrivalGoneError
        # The operator may have taken the organisation away since.
        organisation = self.directory.find(row.organisation)
        if organisation is None:
            raise ArrivalGoneError
        try:
            opened = json.loads(unseal(_arrival_key(key), row.sealed, context=_arrival_context(arrival_id, session)))
        except SealBrokenError:
            raise ArrivalGoneError from None
        said = Said(subject=opened["subject"], claims=opened["claims"], acr=opened["acr"])
        found, version = self._offers(said, organisation, session, key, at=row.created_at)
        return Arrival(arrival_id, organisation, said.subject, found, version)

    def keep(self, arrival_id: str, session: Session, *, claims: Collection[str], seen_version: int) -> int:
        """Take over what the citizen decided on, once; gives how many details.

        :param claims: of those that the page offered.
        :param seen_version: the version of the vault that the page compared with.
        :raises VaultError: as `VaultService.bring`; nothing is kept and what came goes on waiting.
        :raises OrganisationError: as :meth:`arrival`.
        """
        key, arrival = _key_of(session), self.arrival(arrival_id, session)
        chosen = [one for one in arrival.offers if one.claim in claims and one.standing is not Standing.UNUSABLE]
        with self._db.transaction():
            if not self._store.use_arrival(arrival_id, sid=session.sid):
                raise ArrivalGoneError
            if chosen:
                self._vault.bring(
                    session.account_id,
                    key,
                    *(_brought(one, arrival) for one in chosen),
                    organisation=arrival.organisation.id,
                    expected_version=seen_version,
                )
        return len(chosen)

    def discard(self, arrival_id: str, session: Session) -> None:
        """Throw away what came."""
        self._store.use_arrival(arrival_id, sid=session.sid)

    def held_from(self, organisation: Organisation, session: Session) -> tuple[str, ...]:
        """Give the claims that are held on an organisation's word.

        :raises SessionEndedError: the vault cannot be opened in this session.
        """
        document = self._vault.read(session.account_id, _key_of(session))
        return tuple(each.claim for each in document.attributes if each.source.issuer == organisation.issuer)

    def remove_all(self, organisation: Organisation, session: Session) -> None:
        """Remove every detail that is held on an organisation's word, all of them or none.

        :raises VaultError: somebody else changed the vault.
        :raises SessionEndedError: the vault cannot be opened in this session.
        """
        key = _key_of(session)
        with self._db.transaction():
            for each in self._vault.read(session.account_id, key).attributes:
                if each.source.issuer == organisation.issuer:
                    self._vault.remove(session.account_id, key, each.id)

    def purge(self, now: datetime, limit: int) -> int:
        """Delete at most `limit` rows of each kind that have ended; gives how many."""
        return self._store.purge(now, limit)

    def _used(self, organisation: Organisation, came: Return, *, browser: str) -> Trip:
        if not came.state or not browser:
            raise TripGoneError
        sealed = self._store.come_back(
            digest(came.state), browser=digest(browser), organisation=organisation.id, now=self._clock.now()
        )
        if sealed is None:
            raise TripGoneError
        try:
            text = unseal(_browser_key(browser), sealed, context=_trip_context(came.state, organisation))
        except SealBrokenError:
            raise TripGoneError from None
        return Trip(organisation=organisation.id, **json.loads(text))

    def _offers(
        self,
        said: Said,
        organisation: Organisation,
        session: Session,
        key: VaultKey,
        *,
        at: datetime | None = None,
    ) -> tuple[tuple[Offer, ...], int]:
        document = self._vault.read(session.account_id, key)
        found = offers(said, organisation, document, catalogue=self._catalogue, now=at or self._clock.now())
        return found, document.version

    def _reach(self) -> Upstream:
        if self._upstream is None:
            raise RuntimeError("nobody speaks with organisations")
        return self._upstream


def _brought(offer: Offer, arrival: Arrival) -> Brought:
    organisation = arrival.organisation
    name = organisation.name("en").text
    detail = NewDetail(
        claim=offer.claim,
        raw=offer.value,
        source=Source(SourceKind.ORGANISATION, name, organisation.issuer, arrival.subject),
        assurer=name if offer.checked_at else None,
        checked_at=offer.checked_at,
        assurance=offer.assurance,
    )
    return Brought(detail, replaces=offer.held.id if offer.held else None)


def _key_of(session: Session) -> VaultKey:
    if session.vault_key is None:
        raise SessionEndedError
    return session.vault_key


def _browser_key(browser: str) -> bytes:
    return derive(browser.encode(), purpose=_TRIP_PURPOSE)


def _arrival_key(key: VaultKey) -> bytes:
    return derive(key.secret, purpose=_ARRIVAL_PURPOSE)


def _trip_context(state: str, organisation: Organisation) -> bytes:
    return b"\0".join((b"organisation_trip", digest(state), organisation.id.encode()))


def _arrival_context(arrival_id: str, session: Session) -> bytes:
    return b"\0".join((b"organisation_arrival", arrival_id.encode(), session.account_id.encode(), session.sid.encode()))
