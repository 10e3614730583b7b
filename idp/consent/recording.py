"""Recording a choice: what was typed goes into the vault, decisions and sealed values onto the grant, in one commit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

from idp.activity.service import ActivityService
from idp.authentication.values import Session
from idp.claims.catalogue import Catalogue
from idp.clients.values import Client
from idp.clock import Clock
from idp.consent import ending, policy
from idp.consent.deciding import Chooser, require_essential
from idp.consent.errors import ChoiceInvalidError, GrantGoneError, GrantTakenError
from idp.consent.holdings import kept_as, languages_shown
from idp.consent.knowing import Knowing, new_grant
from idp.consent.last_used import LastUsed
from idp.consent.private_mail import again
from idp.consent.release import vault_key
from idp.consent.sealed import SharedValues, seal_values, unwrap_key, values_of, wrap_key
from idp.consent.standing_store import StandingStore
from idp.consent.store import GrantStore
from idp.consent.values import (
    ONE_TIME,
    Assessment,
    Choices,
    ClaimsRequest,
    Decision,
    Difference,
    Duration,
    Grant,
    Reason,
)
from idp.crypto.secrets import random_key
from idp.relay.errors import AddressTakenError
from idp.relay.service import RelayService
from idp.storage.db import Database
from idp.vault.errors import TooManyDetailsError, VaultChangedError, VaultNotReadyError
from idp.vault.personas import Personas
from idp.vault.service import VaultService
from idp.vault.values import MAIN, Document, NewDetail, VaultKey

#: Reasons after which nothing that was decided before holds any more.
_STARTS_OVER: Final = frozenset(
    {Reason.FIRST, Reason.STOPPED, Reason.EXPIRED, Reason.ENDED, Reason.ONCE_ONLY, Reason.MOVED}
)


class Deciding(Knowing):
    """The use case of deciding, on top of those of being known and of release."""

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
        personas: Personas,
        relay: RelayService | None = None,
    ) -> None:
        super().__init__(
            store=store,
            catalogue=catalogue,
            vault=vault,
            clock=clock,
            last_used=last_used,
            personas=personas,
            reconfirm_months=reconfirm_months,
            relay=relay,
        )
        self._db = db
        self._standings = StandingStore(db=db)
        self._activity = activity

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
        """
        try:
            return self._decide(request, session, client=client, difference=difference, choices=choices, scopes=scopes)
        except (VaultChangedError, AddressTakenError):
            # Another window was faster: it wrote to the vault, or took the private address of the next visit.
            # The choice still stands; what is read now decides.
            return self._decide(request, session, client=client, difference=difference, choices=choices, scopes=scopes)

    def _decide(
        self,
        request: ClaimsRequest,
        session: Session,
        *,
        client: Client,
        difference: Difference,
        choices: Choices,
        scopes: Collection[str],
    ) -> Grant:
        key, account_id, asked = vault_key(session), session.account_id, difference.names
        assessment = self._assess(request, client)
        known_as, before, _ = self._known_as(account_id, client, choices.known_as)
        document = self._open_as(account_id, key, client, known_as)
        decisions = policy.settle(
            choices,
            request=request,
            assessment=assessment,
            asked=asked,
            register=client.register,
            earlier=earlier_decisions(before, difference),
        )
        duration = Duration.ONCE if known_as == ONE_TIME else choices.duration
        until = ending.ends_at(
            replace(choices, duration=duration), self._clock.now(), reconfirm_months=self._reconfirm_months
        )
        today = self._clock.now().date()
        typed = Chooser(request, document, self._catalogue, today).typed(choices, asked=asked)
        with self._db.transaction():
            if typed:
                document = self._told(request, key, document, account_id=account_id, typed=typed, persona=known_as)
            decisions = Chooser(request, document, self._catalogue, today).pinned(
                decisions, choices=choices, asked=asked
            )
            decided = self._languages_decided(before, difference, session)
            languages = {
                claim: [tag for tag in tags if claim not in asked or tag in choices.languages.get(claim, ())]
                for claim, tags in languages_shown(request, document, decided=decided).items()
            }
            grant = new_grant(
                client,
                account_id=account_id,
                known_as=known_as,
                document=document,
                decisions=decisions,
                duration=duration,
                until=until,
                scopes=tuple(dict.fromkeys((*scopes, *request.reach))),
                now=self._clock.now(),
            )
            if before is not None and difference.reason not in _STARTS_OVER:
                grant = replace(grant, scopes=tuple(dict.fromkeys((*before.scopes, *grant.scopes))))
            if (
                before is not None
                and difference.reason in policy.ASKS_A_PART
                and before.reconfirm_at < grant.reconfirm_at
            ):
                # The rest of the choice is as old as it was, and ends when it would have.
                grant = replace(
                    grant,
                    duration=before.duration,
                    reconfirm_at=before.reconfirm_at,
                    remind_at=before.remind_at,
                )
            shared = values_of(document, grant.decisions, catalogue=self._catalogue, today=today, languages=languages)
            require_essential(assessment, grant.decisions, held=shared.values.keys())
            self._private_mail.make(grant, document)
            return self._store_grant(grant, shared, key=key, before=before)

    def _languages_decided(
        self, before: Grant | None, difference: Difference, session: Session
    ) -> Mapping[str, Collection[str]]:
        """Return, per claim, the languages that an earlier choice which still holds lets go."""
        if before is None or difference.reason in _STARTS_OVER or not before.stands(self._clock.now()):
            return {}
        shared = self.opened(before, session=session)
        return {} if shared is None else shared.languages

    def _assess(self, request: ClaimsRequest, client: Client) -> Assessment:
        return policy.assess(request, register=client.register, catalogue=self._catalogue)

    def _told(
        self,
        request: ClaimsRequest,
        key: VaultKey,
        document: Document,
        *,
        account_id: str,
        typed: tuple[NewDetail, ...],
        persona: str,
    ) -> Document:
        """Keep what was typed, as told by the citizen, among the details that the service may choose from.

        :raises ChoiceInvalidError: the vault takes nothing now; the fault says what to do about it.
        """
        try:
            of = MAIN if persona == ONE_TIME else persona
            told = self._vault.add(account_id, key, *typed, expected_version=document.version, persona=of)
            return again(told, before=document)
        except (VaultNotReadyError, TooManyDetailsError) as error:
            why = "vault_not_ready" if isinstance(error, VaultNotReadyError) else "vault_full"
        kept = {each.claim for each in typed}
        names = [each.name for each in request.claims if kept_as(each.name, catalogue=self._catalogue).name in kept]
        raise ChoiceInvalidError(dict.fromkeys(names, why))

    def _store_grant(self, grant: Grant, shared: SharedValues, *, key: VaultKey, before: Grant | None) -> Grant:
        try:
            kept, grant_key = self._continued(grant, before, key)
            sealed = replace(
                kept,
                claims=shared.claims,
                claims_sealed=seal_values(shared, grant=kept, grant_key=grant_key),
                grant_key_wrapped=wrap_key(grant_key, grant=kept, vault_key=key),
            )
            self._store.put(sealed, before=before)
        except GrantTakenError:
            # Another window was first: its row is there now, and this later choice replaces what it says.
            taken = self._store.of_persona(grant.account_id, grant.client_id, grant.persona)
            return self._store_grant(grant, shared, key=key, before=taken)
        return sealed

    def _continued(self, grant: Grant, before: Grant | None, key: VaultKey) -> tuple[Grant, bytes]:
        """Carry on a citizen's earlier grant for the service.

        The key of a live one stays, so that its tokens keep working, narrowed or widened by the new decisions. One that
        was stopped, has ended or does not open gets a new key and a new epoch: its old tokens never come back to life.
        """
        if before is None:
            return grant, random_key()
        kept = replace(grant, id=before.id, last_used_at=before.last_used_at)
        if before.stands(self._clock.now()):
            with suppress(GrantGoneError):
                grant_key = unwrap_key(before, vault_key=key)
                return replace(kept, created_at=before.created_at, token_epoch=before.token_epoch), grant_key
        return replace(kept, token_epoch=before.token_epoch + 1), random_key()


def earlier_decisions(grant: Grant | None, difference: Difference) -> tuple[Decision, ...]:
    """Return the decisions that hold beside what is asked now."""
    if grant is None or difference.reason in _STARTS_OVER:
        return ()
    return tuple(decision for decision in grant.decisions if decision.claim not in difference.names)
