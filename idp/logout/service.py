"""Everything that ends: this browser's session, other ones, a choice, an account, a service.

One place, so that whatever ends a session also tells the services that it signed in to. What tells them runs in the
same transaction: either both happened or neither.
"""

from datetime import datetime

from idp.accounts.service import AccountService
from idp.accounts.values import Account, State
from idp.activity.service import ActivityService
from idp.activity.values import Entry, Kind
from idp.authentication.service import AuthenticationService
from idp.authentication.values import Session
from idp.clients.service import ClientService
from idp.clients.values import Client
from idp.consent.errors import GrantGoneError
from idp.consent.release import vault_key
from idp.consent.service import ConsentService
from idp.consent.values import Grant
from idp.letters.service import LetterService
from idp.logout.errors import AccountClosedError, NoAccountError
from idp.logout.farewells import Farewells
from idp.logout.sharing import SharingService
from idp.logout.values import Frame
from idp.passkeys.service import PasskeyService
from idp.relay.service import RelayService
from idp.storage.db import Database
from idp.vault.personas import Personas
from idp.vault.service import VaultService


class LogoutService:
    """The use cases of ending."""

    def __init__(
        self,
        *,
        db: Database,
        accounts: AccountService,
        activity: ActivityService,
        vault: VaultService,
        letters: LetterService,
        relay: RelayService,
        clients: ClientService,
        authentication: AuthenticationService,
        consent: ConsentService,
        sharing: SharingService,
        farewells: Farewells,
        personas: Personas,
        passkeys: PasskeyService,
    ) -> None:
        self._db = db
        self._accounts = accounts
        self._activity = activity
        self._vault = vault
        self._letters = letters
        self._relay = relay
        self._clients = clients
        self._authentication = authentication
        self._consent = consent
        self._sharing = sharing
        self._farewells = farewells
        self._personas = personas
        self._passkeys = passkeys

    # What the protocol needs

    def joined(self, client: Client, *, session: Session, sub: str) -> None:
        """Note that a session signs in to a service; no statement for one that does not want to hear of its end.

        :param sub: the identifier that it signs in under.
        """
        self._farewells.joined(client, sid=session.sid, account_id=session.account_id, sub=sub)

    def subject(self, client: Client, *, session: Session) -> str | None:
        """Give how a service knows the citizen of a session for good, or None when it never did."""
        return self._farewells.subject(account_id=session.account_id, client_id=client.client_id)

    # What a citizen ends

    def sign_out(self, *sessions: Session) -> tuple[Frame, ...]:
        """End sessions of this browser; gives what the browser itself has to load to sign out of services.

        Services with a back-channel address are told by us.
        """
        with self._db.transaction():
            frames = self._farewells.frames([session.sid for session in sessions])
            for session in sessions:
                self._authentication.sign_out(session.secret)
        return frames

    def sign_out_others(self, session: Session) -> None:
        """End every session of a citizen but this one."""
        with self._db.transaction():
            for other in self._authentication.sessions_of(session.account_id):
                if other.sid != session.sid:
                    self._authentication.end_session(session.account_id, other.sid)

    def sign_out_one(self, session: Session, sid: str) -> bool:
        """End another session of a citizen; False when there is none such, or not any more."""
        with self._db.transaction():
            return self._authentication.end_session(session.account_id, sid)

    def stop_sharing(self, *, account_id: str, grant_id: str) -> None:
        """Stop sharing with a service, and have it forget who is signed in.

        :raises GrantGoneError: no such grant of this citizen, or stopped before.
        """
        self._sharing.stop(account_id=account_id, grant_id=grant_id)

    def begin_vault_anew(self, session: Session, *, login: str, password: str) -> tuple[str, str]:
        """Give a vault up that nobody opens any more: everything shared out of it stops, and services are told.

        Gives the session's new secret and the recovery code of the new, empty vault. Not inside a transaction.

        :raises SignInRefusedError: it is not the sign-in name, or not the password.
        :raises SessionEndedError: the session has ended.
        :raises SlowDownError: too many tries, or the server is too busy.
        """
        account_id = session.account_id

        def stop_everything() -> None:
            shared = self._consent.shared_with(account_id)
            for grant in shared:
                if grant.withdrawn_at is None:
                    self._stop(account_id, grant.id)
            # Their seeds are gone, so nobody can be known by them again.
            for persona in {grant.persona for grant in shared}:
                self._consent.forget_persona(account_id, persona)

        return self._authentication.begin_anew(session, login=login, password=password, before=stop_everything)

    def identity_left(self, grant: Grant) -> None:
        """Have a service forget who is signed in under an identity that its citizen has just left for another one.

        It is told that this one is over, and not that the next one is the same citizen.
        """
        with self._db.transaction():
            self._farewells.sharing_stopped(account_id=grant.account_id, client_id=grant.client_id, sub=grant.sub)
            self._activity.record(
                Entry(account_id=grant.account_id, kind=Kind.IDENTITY_CHANGED, client_id=grant.client_id)
            )

    def change_identity(self, session: Session, client: Client, persona: str) -> None:
        """Let a service know its citizen as another persona from the next sign-on on; what it has now ends.

        :raises UnrequestedClaimError: the citizen has no such persona.
        :raises VaultLockedError: the session cannot open the vault.
        """
        key = vault_key(session)
        with self._db.transaction():
            before = self._consent.standing(session.account_id, client.client_id)
            self._consent.prepare(session.account_id, key, client, persona)
            if before is not None and before.withdrawn_at is None and before.persona != persona:
                self.identity_left(before)

    def remove_persona(self, account_id: str, persona: str) -> None:
        """Remove a persona for good: what services were given under it stops, then its details and its seed go.

        :raises UnknownPersonaError: the citizen has no such persona.
        """
        with self._db.transaction():
            for grant in self._consent.shared_with(account_id):
                if grant.persona == persona and grant.withdrawn_at is None:
                    self._stop(account_id, grant.id)
            self._consent.forget_persona(account_id, persona)
            self._personas.remove(account_id, persona)

    # What an operator ends

    def suspend_account(self, login: str) -> None:
        """Keep a citizen out until the account is resumed; every session ends, everything shared stays as it is.

        :raises NoAccountError: there is no such account.
        :raises AccountClosedError: it is closed.
        """
        account = self._open(login)
        with self._db.transaction():
            self._accounts.set_state(account.id, State.SUSPENDED)
            self._authentication.end_sessions(account.id)
            self._activity.record(Entry(account_id=account.id, kind=Kind.ACCOUNT_SUSPENDED))

    def resume_account(self, login: str) -> None:
        """Let a citizen sign in again.

        :raises NoAccountError: there is no such account.
        :raises AccountClosedError: it is closed.
        """
        account = self._open(login)
        with self._db.transaction():
            self._accounts.set_state(account.id, State.ACTIVE)
            self._activity.record(Entry(account_id=account.id, kind=Kind.ACCOUNT_RESUMED))

    def close_account(self, login: str) -> None:
        """Close an account for good.

        Sharing stops and services are told, sessions end, and what unlocks or holds details is deleted: password, key
        slots, vault, contact address. What stays holds no detail: the row that keeps the sign-in name from being given
        to somebody else, the choices without their values, and the ledger.

        :raises NoAccountError: there is no such account.
        :raises AccountClosedError: it was closed before.
        """
        account = self._open(login)
        with self._db.transaction():
            self._accounts.set_state(account.id, State.CLOSED)
            self._authentication.end_sessions(account.id)
            for grant in self._consent.shared_with(account.id):
                if grant.withdrawn_at is None:
                    self._stop(account.id, grant.id)
            self._authentication.forget(account.id)
            self._passkeys.forget(account.id)
            self._vault.erase(account.id)
            self._letters.forget(account.id)
            self._relay.erase(account.id)
            self._activity.record(Entry(account_id=account.id, kind=Kind.ACCOUNT_CLOSED))

    def suspend_service(self, client_id: str) -> None:
        """Stop a service: no requests, no tokens, no release; it is told that its sessions have ended.

        :raises UnknownClientError: no such service.
        """
        with self._db.transaction():
            # First, while what is known of the service is what every process knows.
            self._farewells.service_suspended(client_id)
            self._clients.suspend(client_id)

    # What a service ends

    def end_service(self, client_id: str) -> None:
        """End what every citizen shares with a service that takes itself away, and its sessions.

        Call it in the transaction that takes the service away: it is the last chance to tell it.
        """
        with self._db.transaction():
            self._farewells.service_suspended(client_id)
            self._consent.end_service(client_id)
            self._relay.end_service(client_id)

    def purge(self, now: datetime, limit: int) -> int:
        """Delete at most `limit` notes of sessions that ended by themselves; gives how many."""
        return self._farewells.purge(now, limit)

    def _stop(self, account_id: str, grant_id: str) -> None:
        try:
            self.stop_sharing(account_id=account_id, grant_id=grant_id)
        except GrantGoneError:
            # Its owner was a moment faster.
            return

    def _open(self, login: str) -> Account:
        account = self._accounts.find(login)
        if account is None:
            raise NoAccountError
        if account.state is State.CLOSED:
            raise AccountClosedError
        return account
