"""Bringing a file in: opened, shown, and then all that its citizen picked, or nothing."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Final

from idp.accounts.service import AccountService
from idp.activity.foreign import first_broken
from idp.activity.service import ActivityService
from idp.activity.values import Kind
from idp.authentication.policy import normalise
from idp.authentication.service import AuthenticationService
from idp.authentication.values import Session
from idp.claims.catalogue import Catalogue
from idp.clients.service import ClientService
from idp.clock import Clock
from idp.consent.service import ConsentService
from idp.consent.values import Duration, Grant
from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import blind_index, seal, unseal
from idp.crypto.secrets import b64url, identifier
from idp.portability import reading
from idp.portability.earlier import EarlierLedgers
from idp.portability.errors import (
    IdentifiersTakenError,
    NotEmptyError,
    NothingBroughtError,
    VaultLockedError,
)
from idp.portability.noting import note
from idp.portability.sorting import sort_out
from idp.portability.store import PortabilityStore, SealedFile
from idp.portability.values import Arrival, MovedChoice, Part
from idp.storage.db import Database
from idp.vault.arrivals import Arrivals
from idp.vault.errors import DetailHeldError, VaultNotReadyError
from idp.vault.service import VaultService
from idp.vault.values import VaultKey

#: How long an opened file waits for its citizen.
WAITS: Final = timedelta(minutes=30)


class Moving:
    """The use cases of bringing a file in."""

    def __init__(
        self,
        *,
        db: Database,
        store: PortabilityStore,
        accounts: AccountService,
        activity: ActivityService,
        authentication: AuthenticationService,
        vault: VaultService,
        arrivals: Arrivals,
        consent: ConsentService,
        clients: ClientService,
        catalogue: Catalogue,
        earlier: EarlierLedgers,
        clock: Clock,
        pepper: bytes,
        languages: Collection[str],
    ) -> None:
        self._db = db
        self._store = store
        self._accounts = accounts
        self._activity = activity
        self._authentication = authentication
        self._vault = vault
        self._arrivals = arrivals
        self._consent = consent
        self._clients = clients
        self._catalogue = catalogue
        self._earlier = earlier
        self._clock = clock
        self._pepper = pepper
        self._languages = languages

    def check_empty(self, session: Session) -> None:
        """Make sure that something can come in: nothing is kept or shared here yet.

        :raises VaultLockedError: this sign-in cannot open the vault.
        :raises NotEmptyError: something is.
        :raises VaultNotReadyError: the recovery code is not confirmed.
        """
        empty = self._arrivals.is_empty(session.account_id, _key(session))
        if not empty or self._consent.shared_with(session.account_id):
            raise NotEmptyError
        if not self._vault.ready(session.account_id):
            raise VaultNotReadyError

    def take(self, session: Session, *, file: bytes, password: str) -> None:
        """Open a file and let it wait, sealed. Slow: must run outside a transaction.

        :raises FileRefusedError: it does not open, or is not what it should be.
        :raises VaultLockedError: this sign-in cannot open the vault.
        :raises SlowDownError: the server is too busy.
        """
        key = _key(session)
        with self._authentication.costly():
            content = reading.opened(file, password=normalise(password))
            everything = reading.read(content)
        broken = first_broken(everything.activity.account, everything.activity.entries)
        for ledger in everything.earlier:
            broken = broken or first_broken(ledger.account, ledger.entries)
        self._arrival(content, broken)
        box = seal(key.secret, content, context=_context(session.account_id))
        self._store.put_file(session.account_id, SealedFile(box, broken), until=self._clock.now() + WAITS)

    def waiting(self, session: Session) -> Arrival:
        """Give what the file that waits would bring.

        :raises NothingBroughtError: none waits.
        """
        file = self._store.file(session.account_id, now=self._clock.now())
        if file is None:
            raise NothingBroughtError
        try:
            content = unseal(_key(session).secret, file.sealed, context=_context(session.account_id))
        except SealBrokenError:
            raise NothingBroughtError from None
        return self._arrival(content, file.broken)

    def bring_in(self, session: Session, parts: Collection[Part]) -> None:
        """Bring in what was picked of the file that waits: all of it or nothing.

        Identifiers come with the details and with the choices, since neither is worth much without them.

        :raises NothingBroughtError: none waits.
        :raises NotEmptyError: something is kept or shared here by now.
        :raises IdentifiersTakenError: another account here has these identifiers.
        :raises VaultNotReadyError: the recovery code is not confirmed.
        :raises VaultChangedError: another window wrote to the vault.
        """
        arrival = self.waiting(session)
        picked = frozenset(parts) & frozenset(arrival.parts)
        with self._db.transaction():
            # Of two that press at once, one goes on.
            if not self._store.drop_file(session.account_id):
                raise NothingBroughtError
            self.check_empty(session)
            if picked & {Part.DETAILS, Part.CHOICES}:
                self._fill(session, arrival, picked)
            if Part.ACTIVITY in picked:
                for chain in arrival.chains:
                    self._earlier.add(session.account_id, _key(session), chain)
            if Part.LANGUAGE in picked and arrival.language is not None:
                self._accounts.speak(session.account_id, arrival.language)
            note(self._activity, session, Kind.BROUGHT_ALONG)

    def discard(self, session: Session) -> None:
        """Forget the file that waits."""
        self._store.drop_file(session.account_id)

    def mark_travelled(self, account_id: str, seed: bytes) -> None:
        """Note that a seed leaves in a file, so that it comes into no second account here."""
        self._claim(account_id, seed)

    def _fill(self, session: Session, arrival: Arrival, picked: frozenset[Part]) -> None:
        account_id, key = session.account_id, _key(session)
        documents = arrival.documents(details=Part.DETAILS in picked)
        if not all(self._claim(account_id, each.seed) for each in documents.values()):
            raise IdentifiersTakenError
        try:
            self._arrivals.arrive(account_id, key, documents)
        except DetailHeldError:
            raise NotEmptyError from None
        if Part.CHOICES in picked:
            for choice in arrival.choices:
                held = {each.id for each in documents[choice.persona].attributes}
                version = self._vault.version(account_id, persona=choice.persona) or 0
                self._consent.bring_along(self._grant(account_id, choice, held, version))

    def _grant(self, account_id: str, choice: MovedChoice, held: Collection[str], version: int) -> Grant:
        now = self._clock.now()
        decisions = tuple(
            each if each.attribute_id in held else replace(each, attribute_id=None) for each in choice.decisions
        )
        return Grant(
            id=identifier(),
            account_id=account_id,
            persona=choice.persona,
            client_id=choice.client_id,
            sub=choice.sub,
            scopes=(),
            decisions=decisions,
            claims=(),
            claims_sealed=None,
            grant_key_wrapped=None,
            vault_version=version,
            sealed_at=now,
            duration=Duration.STANDING,
            created_at=choice.since,
            updated_at=choice.changed_at,
            reconfirm_at=now,
            withdrawn_at=None,
            token_epoch=1,
            last_used_at=None,
        )

    def _claim(self, account_id: str, seed: bytes) -> bool:
        return self._store.claim_seed(blind_index(f"seed\0{b64url(seed)}", pepper=self._pepper), account_id)

    def _arrival(self, content: bytes, broken: int | None) -> Arrival:
        return sort_out(
            reading.decoded(content),
            broken=broken,
            catalogue=self._catalogue,
            clients=self._clients,
            languages=self._languages,
            today=self._clock.now().date(),
        )


def _key(session: Session) -> VaultKey:
    if session.vault_key is None:
        raise VaultLockedError
    return session.vault_key


def _context(account_id: str) -> bytes:
    return b"brought_file\0" + account_id.encode()
