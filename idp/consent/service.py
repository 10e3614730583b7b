"""Deciding, remembering, releasing and stopping: the use cases of choice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from idp.activity.service import ActivityService
from idp.activity.values import Entry, Kind
from idp.authentication.values import Session
from idp.claims.catalogue import Catalogue
from idp.clients.values import Client
from idp.clock import Clock
from idp.consent import policy
from idp.consent.claims_parameter import claims_request
from idp.consent.compose import Situation, compose, opening_choices
from idp.consent.deciding import Chooser, require_essential
from idp.consent.errors import GrantGoneError, GrantTakenError
from idp.consent.last_used import LastUsed
from idp.consent.page import ChoicePage
from idp.consent.release import Releases, vault_key
from idp.consent.sealed import seal_values, unwrap_key, values_of, wrap_key
from idp.consent.store import GrantStore
from idp.consent.values import (
    Assessment,
    Choices,
    ClaimsRequest,
    Decision,
    Difference,
    Duration,
    Grant,
    Reason,
)
from idp.crypto.secrets import identifier, random_key
from idp.storage.db import Database
from idp.vault.policy import subject
from idp.vault.service import VaultService
from idp.vault.values import MAIN, Document, VaultKey

#: Reasons after which nothing that was decided before holds any more.
_STARTS_OVER = frozenset({Reason.FIRST, Reason.STOPPED, Reason.EXPIRED, Reason.ONCE_ONLY})

_ASKS_A_PART = frozenset({Reason.NEW_DETAIL, Reason.CHANGED_PURPOSE})


class ConsentService(Releases):
    """Use cases of choice; those of release are inherited.

    :param reconfirm_months: a standing choice is asked again after this long.
    """

    def __init__(
        self,
        *,
        db: Database,
        store: GrantStore,
        catalogue: Catalogue,
        vault: VaultService,
        activity: ActivityService,
        clock: Clock,
        last_used: LastUsed,
        reconfirm_months: int,
    ) -> None:
        super().__init__(store=store, catalogue=catalogue, vault=vault, clock=clock, last_used=last_used)
        self._db = db
        self._activity = activity
        self._reconfirm_months = reconfirm_months

    def request(self, scopes: Collection[str], claims_parameter: str | None) -> ClaimsRequest:
        """Read what a request asks to learn (OIDC Core §5.4, §5.5).

        :raises ClaimsParameterError: the parameter is malformed.
        """
        return claims_request(scopes, claims_parameter, catalogue=self._catalogue)

    def difference(
        self, request: ClaimsRequest, *, client: Client, grant: Grant | None, ask_again: bool = False
    ) -> Difference | None:
        """Return what the citizen has to be asked, or None when all of it is remembered.

        :param ask_again: the service wants the page (prompt=consent).
        """
        return policy.difference(
            self._assess(request, client),
            register=client.register,
            grant=grant,
            now=self._clock.now(),
            ask_again=ask_again,
        )

    def page(
        self,
        request: ClaimsRequest,
        *,
        session: Session,
        client: Client,
        language: str,
        difference: Difference,
        choices: Choices | None = None,
        faults: Mapping[str, str] | None = None,
        select_all: bool = False,
    ) -> ChoicePage:
        """Build the page "Choose what to share". Nothing is written.

        :param choices: what was submitted so far; None at first.
        :param faults: what :class:`ChoiceInvalidError` found wrong with it.
        :param select_all: tick everything that is asked for.
        :raises VaultLockedError: the session cannot open the vault.
        """
        document = self._vault.read(session.account_id, vault_key(session))
        grant = self.standing(session.account_id, client.client_id)
        situation = Situation(
            request=request,
            assessment=self._assess(request, client),
            difference=difference,
            client=client,
            document=document,
            grant=grant,
            earlier=_earlier(grant, difference),
            catalogue=self._catalogue,
            language=language,
            today=self._clock.now().date(),
        )
        shown = opening_choices(situation, choices, select_all=select_all)
        return compose(situation, shown, faults=faults or {}, reconfirm_months=self._reconfirm_months)

    def decide(
        self,
        request: ClaimsRequest,
        *,
        session: Session,
        client: Client,
        difference: Difference,
        choices: Choices,
        scopes: Collection[str],
    ) -> Grant:
        """Record a choice: typed details into the vault, decisions and sealed values onto the grant; one commit.

        :raises EssentialRefusedError: a claim that the service cannot do without is refused or not to be had: answer
            access_denied, and nothing else. Nothing is stored.
        :raises ChoiceInvalidError: show the page again with its faults. Nothing is stored.
        :raises UnrequestedClaimError: the form names what the page did not offer.
        :raises VaultLockedError: the session cannot open the vault.
        :raises VaultNotReadyError: something was typed before two ways to unlock the vault are confirmed.
        """
        key, account_id, asked = vault_key(session), session.account_id, difference.names
        assessment = self._assess(request, client)
        document = self._vault.read(account_id, key)
        before = self.standing(account_id, client.client_id)
        decisions = policy.settle(
            choices,
            request=request,
            assessment=assessment,
            asked=asked,
            register=client.register,
            earlier=_earlier(before, difference),
        )
        today = self._clock.now().date()
        typed = Chooser(request, document, self._catalogue, today).typed(choices, asked=asked)
        with self._db.transaction():
            if typed:
                document = self._vault.add(account_id, key, *typed, expected_version=document.version)
            decisions = Chooser(request, document, self._catalogue, today).pinned(
                decisions, choices=choices, asked=asked
            )
            grant = self._grant(
                client,
                account_id=account_id,
                document=document,
                decisions=decisions,
                duration=choices.duration,
                scopes=scopes,
            )
            if before is not None and difference.reason in _ASKS_A_PART:
                # The rest of the choice is as old as it was.
                grant = replace(grant, reconfirm_at=min(grant.reconfirm_at, before.reconfirm_at))
            return self._store_grant(grant, key=key, document=document, assessment=assessment, before=before)

    def refuse(self, request: ClaimsRequest, *, session: Session, client: Client) -> None:
        """Record that the citizen did not share. Nothing that was agreed before changes."""
        names = self._assess(request, client).offered
        self._activity.record(
            Entry(account_id=session.account_id, kind=Kind.REFUSED, client_id=client.client_id, claims=names)
        )

    def shared_with(self, account_id: str) -> tuple[Grant, ...]:
        """Return every grant of a citizen: those that are live first, the newest decision first."""
        now = self._clock.now()
        return tuple(sorted(self._store.of_account(account_id), key=lambda grant: not grant.live(now)))

    def withdraw(self, *, account_id: str, grant_id: str) -> None:
        """Stop sharing: sealed values and wrapped key deleted, every token dead, in one statement.

        :raises GrantGoneError: no such grant of this citizen, or stopped before.
        """
        with self._db.transaction():
            stopped = self._store.withdraw(account_id=account_id, grant_id=grant_id, now=self._clock.now())
            if stopped is None:
                raise GrantGoneError
            client_id, claims = stopped
            self._activity.record(
                Entry(account_id=account_id, kind=Kind.STOPPED, client_id=client_id, claims=tuple(claims))
            )

    def purge(self, before: datetime, limit: int) -> int:
        """Delete the sealed values of up to `limit` choices made for one time that ended before the moment."""
        return self._store.purge_ended(before=before, limit=limit)

    def _assess(self, request: ClaimsRequest, client: Client) -> Assessment:
        return policy.assess(request, register=client.register, catalogue=self._catalogue)

    def _grant(
        self,
        client: Client,
        *,
        account_id: str,
        document: Document,
        decisions: tuple[Decision, ...],
        duration: Duration,
        scopes: Collection[str],
    ) -> Grant:
        """Return the grant as if it were the first one; nothing is sealed yet."""
        now = self._clock.now()
        return Grant(
            id=identifier(),
            account_id=account_id,
            persona=MAIN,
            client_id=client.client_id,
            sub=subject(document.seed, client.sector),
            scopes=tuple(scopes),
            decisions=decisions,
            claims=(),
            use_versions=client.register.versions(),
            claims_sealed=None,
            grant_key_wrapped=None,
            vault_version=document.version,
            sealed_at=now,
            duration=duration,
            created_at=now,
            updated_at=now,
            reconfirm_at=policy.asked_again_at(duration, now, reconfirm_months=self._reconfirm_months),
            withdrawn_at=None,
            token_epoch=1,
            last_used_at=None,
            vault_version_now=document.version,
        )

    def _store_grant(
        self, grant: Grant, *, key: VaultKey, document: Document, assessment: Assessment, before: Grant | None
    ) -> Grant:
        shared = values_of(document, grant.decisions, catalogue=self._catalogue, today=self._clock.now().date())
        require_essential(assessment, grant.decisions, held=shared.values.keys())
        try:
            kept, grant_key = self._continued(grant, before, key)
            sealed = replace(
                kept,
                claims=tuple(shared.values),
                claims_sealed=seal_values(shared, grant_id=kept.id, grant_key=grant_key),
                grant_key_wrapped=wrap_key(grant_key, grant_id=kept.id, vault_key=key),
            )
            self._store.put(sealed)
        except GrantTakenError:
            # Another window was first: its row is there now, and this later choice replaces what it says.
            taken = self.standing(grant.account_id, grant.client_id, grant.persona)
            return self._store_grant(grant, key=key, document=document, assessment=assessment, before=taken)
        return sealed

    def _continued(self, grant: Grant, before: Grant | None, key: VaultKey) -> tuple[Grant, bytes]:
        """Carry on a citizen's earlier grant for the service.

        The key of a live one stays, so that its tokens keep working, narrowed or widened by the new decisions. A grant
        that was stopped or has ended gets a new key and a new epoch: its old tokens never come back to life.
        """
        if before is None:
            return grant, random_key()
        kept = replace(grant, id=before.id, last_used_at=before.last_used_at)
        if before.live(self._clock.now()):
            kept = replace(kept, created_at=before.created_at, token_epoch=before.token_epoch)
            return kept, unwrap_key(before, vault_key=key)
        return replace(kept, token_epoch=before.token_epoch + 1), random_key()


def _earlier(grant: Grant | None, difference: Difference) -> tuple[Decision, ...]:
    """Return the decisions that hold beside what is asked now."""
    if grant is None or difference.reason in _STARTS_OVER:
        return ()
    return tuple(decision for decision in grant.decisions if decision.claim not in difference.names)
