"""What leaves: opening a grant for tokens, and the one function that every release goes through."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from idp.authentication.values import Session
from idp.claims.catalogue import Catalogue
from idp.claims.languages import tagged
from idp.claims.values import ClaimValue
from idp.clients.values import Client
from idp.clock import Clock
from idp.consent import policy
from idp.consent.deciding import require_essential
from idp.consent.errors import EssentialRefusedError, GrantGoneError, VaultLockedError
from idp.consent.holdings import languages_wished
from idp.consent.last_used import LastUsed
from idp.consent.private_mail import PrivateMail
from idp.consent.sealed import SharedValues, open_values, seal_values, unwrap_key, values_of
from idp.consent.store import GrantStore
from idp.consent.values import ClaimsRequest, Decision, Destination, Grant, GrantTicket
from idp.relay.service import RelayService
from idp.vault.service import VaultService
from idp.vault.values import Document, VaultKey


class Releases:
    """Use cases of release, on every sign-on's path: no statement that can be spared."""

    def __init__(
        self,
        *,
        store: GrantStore,
        catalogue: Catalogue,
        vault: VaultService,
        clock: Clock,
        last_used: LastUsed,
        relay: RelayService | None = None,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._vault = vault
        self._clock = clock
        self._last_used = last_used
        self._private_mail = PrivateMail(relay)

    def standing(self, account_id: str, client_id: str, *, settled: str | None = None) -> Grant | None:
        """Return the grant by which a service knows a citizen, ended and stopped ones too: one statement.

        :param settled: the grant that the choosing page of this very request settled. Only it knows a one-time one.
        """
        if settled is not None:
            grant = self._store.settled(account_id, client_id, settled)
            if grant is not None and grant.live(self._clock.now()):
                return grant
        return self._store.standing(account_id, client_id)

    def opens(self, grant: Grant, *, session: Session) -> bool:
        """Tell whether a grant is what its citizen once decided: one that does not open for them counts as none."""
        try:
            unwrap_key(grant, vault_key=vault_key(session))
        except GrantGoneError:
            return False
        return True

    def opened(self, grant: Grant, *, session: Session) -> SharedValues | None:
        """Open what a grant holds as its citizen; None when there is nothing, or it does not open for them now."""
        if session.vault_key is None:
            return None
        try:
            return open_values(grant, grant_key=unwrap_key(grant, vault_key=session.vault_key))
        except GrantGoneError:
            return None

    def values_now(self, grant: Grant, *, session: Session) -> SharedValues:
        """Return what a grant's decisions let out of the vault now; nothing is sealed.

        :raises GrantGoneError: it was stopped, or does not open for them.
        :raises VaultLockedError: the session cannot open the vault.
        """
        key = vault_key(session)
        return self._present(grant, grant_key=unwrap_key(grant, vault_key=key), key=key)[0]

    def unseen(self, request: ClaimsRequest, *, session: Session | None, grant: Grant | None) -> frozenset[str]:
        """Return the claims that a request would get in a language that their citizen has not seen leave.

        No statement, unless the vault has changed since the values were sealed.
        """
        if not request.languages or grant is None or session is None or session.vault_key is None:
            return frozenset()
        shared = self.opened(grant, session=session)
        if shared is None:
            return frozenset()
        held: Mapping[str, Collection[str]] = shared.held
        if grant.vault_version_now not in (None, grant.vault_version):
            document = self._vault.read(grant.account_id, session.vault_key, persona=grant.details_of)
            held = {wish.claim: document.in_languages(wish.claim) for wish in request.languages}
        wished = languages_wished(request, held)
        return frozenset(claim for claim, tags in wished.items() if set(tags) - set(shared.languages.get(claim, ())))

    def ticket(self, request: ClaimsRequest, *, session: Session, client: Client, grant: Grant) -> GrantTicket:
        """Open a grant for the tokens of one sign-on. No statement, unless the values have to be sealed anew.

        Standing choices follow the vault: an edited detail, or an age that has been reached, is sealed here.

        :param grant: as :meth:`standing` or `decide` gave it.
        :raises EssentialRefusedError: an essential detail is held with another value than the service takes.
        :raises GrantGoneError: stopped, ended, or in need of another decision: ask the citizen.
        :raises VaultLockedError: the session cannot open the vault.
        """
        key = vault_key(session)
        if not grant.live(self._clock.now()) or grant.account_id != session.account_id:
            raise GrantGoneError
        grant_key = unwrap_key(grant, vault_key=key)
        if self._is_stale(grant):
            grant = self._sealed_anew(grant, grant_key=grant_key, key=key)
        names = policy.releasable(
            request.names, register=client.register, decisions=grant.decisions, catalogue=self._catalogue
        )
        shared = open_values(grant, grant_key=grant_key)
        self._require_essential(request, client, grant, shared)
        allowed = {decision.claim for decision in names.values() if _is_taken(request, decision, shared)}
        companions = {name for name, decision in names.items() if decision.claim in allowed}
        return GrantTicket(
            grant_id=grant.id,
            sub=grant.sub,
            epoch=grant.token_epoch,
            grant_key=grant_key,
            userinfo=_drawable(request, Destination.USERINFO, allowed | companions, shared),
            id_token=_drawable(request, Destination.ID_TOKEN, allowed | companions, shared),
            grant=grant,
        )

    def released(
        self, grant: Grant, *, grant_key: bytes, requested: Collection[str], client: Client
    ) -> Mapping[str, ClaimValue]:
        """Return what leaves now: THE release function of ID token, UserInfo, refresh and introspection.

        :param requested: claim names as the request asked for them, from the token.
        :param client: as registered now; a narrower register narrows what earlier tokens draw.
        :raises GrantGoneError: the key does not open what is sealed now.
        """
        now = self._clock.now()
        if not client.approved or client.client_id != grant.client_id or not grant.live(now):
            return {}
        self._last_used.note(grant.id, now)
        names = policy.releasable(
            requested, register=client.register, decisions=grant.decisions, catalogue=self._catalogue
        )
        if not names:
            return {}
        return open_values(grant, grant_key=grant_key).drawn(names, catalogue=self._catalogue)

    def close(self) -> None:
        """Write what is still remembered of last uses."""
        self._last_used.close()

    def _is_stale(self, grant: Grant) -> bool:
        if grant.vault_version_now not in (None, grant.vault_version):
            return True
        moves = any(self._catalogue[name].changes_with_time for name in _forms(grant))
        return moves and grant.sealed_at.date() < self._clock.now().date()

    def _sealed_anew(self, grant: Grant, *, grant_key: bytes, key: VaultKey) -> Grant:
        now = self._clock.now()
        shared, document = self._present(grant, grant_key=grant_key, key=key)
        fresh = replace(
            grant,
            claims=shared.claims,
            claims_sealed=seal_values(shared, grant=grant, grant_key=grant_key),
            vault_version=document.version,
            vault_version_now=document.version,
            sealed_at=now,
        )
        if not self._store.reseal(fresh, as_of=grant.updated_at):
            raise GrantGoneError
        return fresh

    def _present(self, grant: Grant, *, grant_key: bytes, key: VaultKey) -> tuple[SharedValues, Document]:
        now = self._clock.now()
        document = self._vault.read(grant.account_id, key, persona=grant.details_of)
        document = self._private_mail.kept(document, grant, at=now)
        languages = open_values(grant, grant_key=grant_key).languages
        shared = values_of(document, grant.decisions, catalogue=self._catalogue, today=now.date(), languages=languages)
        return shared, document

    def _require_essential(self, request: ClaimsRequest, client: Client, grant: Grant, shared: SharedValues) -> None:
        assessment = policy.assess(request, register=client.register, catalogue=self._catalogue)
        try:
            require_essential(assessment, grant.decisions, held=shared.values.keys())
        except EssentialRefusedError:
            # Agreed to, and since removed from the vault: the page lets the citizen give it again.
            raise GrantGoneError from None
        essential = (grant.decision(name) for name in assessment.essential)
        if not all(decision is not None and _is_taken(request, decision, shared) for decision in essential):
            raise EssentialRefusedError


def vault_key(session: Session) -> VaultKey:
    """Return the key that the session carries.

    :raises VaultLockedError: it carries none.
    """
    key = session.vault_key
    if key is None:
        raise VaultLockedError
    return key


def _drawable(
    request: ClaimsRequest, destination: Destination, names: Collection[str], shared: SharedValues
) -> tuple[str, ...]:
    """Return the names that a token may draw at one destination, with those in the languages that were asked for."""
    plain = tuple(name for name in request.at(destination) if name in names)
    if not request.languages:
        return plain
    wishes = (wish for wish in request.languages if wish.destination is destination and wish.claim in plain)
    found = ((wish.claim, wish.met_by(shared.tags(wish.claim))) for wish in wishes)
    return (*plain, *dict.fromkeys(tagged(claim, tag) for claim, tag in found if tag is not None))


def _forms(grant: Grant) -> tuple[str, ...]:
    # Not `claims`: a form that says nothing today, such as an age from a year of birth, may say something tomorrow.
    companions = tuple(grant.claims)
    return companions + tuple(decision.form for decision in grant.decisions if decision.allowed)


def _is_taken(request: ClaimsRequest, decision: Decision, shared: SharedValues) -> bool:
    """Tell whether a claim that asks for certain values has one of them; any other one counts as not held."""
    claim = request.claim(decision.claim)
    if claim is None or claim.accepted is None:
        return True
    return decision.form == claim.name and claim.accepts(shared.values.get(claim.name))
