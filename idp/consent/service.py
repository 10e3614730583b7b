"""Deciding, remembering, releasing and stopping: the use cases of choice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from idp.activity.values import Entry, Kind
from idp.authentication.values import Session
from idp.clients.values import Client
from idp.consent import policy
from idp.consent.claims_parameter import claims_request
from idp.consent.compose import Situation, compose, opening_choices
from idp.consent.errors import GrantGoneError
from idp.consent.holdings import languages_shown
from idp.consent.page import ChoicePage
from idp.consent.recording import Deciding, earlier_decisions
from idp.consent.release import vault_key
from idp.consent.values import Choices, ClaimsRequest, Difference, Grant, Withdrawn


class ConsentService(Deciding):
    """Use cases of choice; recording a choice and releasing what it allows are inherited."""

    def request(
        self,
        scopes: Collection[str],
        claims_parameter: str | None,
        *,
        claims_locales: str | None = None,
        opens_userinfo: bool = True,
        resources: Collection[str] = (),
    ) -> ClaimsRequest:
        """Read what a request asks to learn (OIDC Core §5.4, §5.5).

        :param claims_locales: languages for the claims asked for without one, the best first (§5.2).
        :param opens_userinfo: the answer brings an access token; otherwise all that leaves is in the ID token.
        :raises ClaimsParameterError: the parameter is malformed.
        """
        return claims_request(
            scopes,
            claims_parameter,
            catalogue=self._catalogue,
            claims_locales=claims_locales,
            opens_userinfo=opens_userinfo,
            resources=resources,
        )

    def difference(
        self,
        request: ClaimsRequest,
        *,
        client: Client,
        grant: Grant | None,
        session: Session | None,
        ask_again: bool = False,
    ) -> Difference | None:
        """Return what the citizen has to be asked, or None when all of it is remembered.

        :param session: of the citizen, which tells what they hold in the languages asked for.
        :param ask_again: the service wants the page (prompt=consent).
        """
        return policy.difference(
            self._assess(request, client),
            register=client.register,
            grant=grant,
            now=self._clock.now(),
            ask_again=ask_again,
            offline=request.offline,
            reach=request.reach,
            unseen=self.unseen(request, session=session, grant=grant),
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
        known_as: str | None = None,
    ) -> ChoicePage:
        """Build the page "Choose what to share". Nothing is written.

        :param choices: what was submitted so far; None at first.
        :param faults: what :class:`ChoiceInvalidError` found wrong with it.
        :param select_all: tick everything that is asked for.
        :param known_as: the identity whose details it shows, a persona or `ONE_TIME`; the present one when left out.
        :raises VaultLockedError: the session cannot open the vault.
        :raises UnrequestedClaimError: the citizen has no such persona.
        """
        key = vault_key(session)
        known_as, grant, pinned = self._known_as(session.account_id, client, known_as)
        document = self._open_as(session.account_id, key, client, known_as)
        situation = Situation(
            request=request,
            assessment=self._assess(request, client),
            difference=difference,
            client=client,
            document=document,
            grant=grant,
            pinned=pinned,
            known_as=known_as,
            personas=self._personas.all(session.account_id, key),
            earlier=earlier_decisions(grant, difference),
            languages=languages_shown(request, document, decided=self._languages_decided(grant, difference, session)),
            catalogue=self._catalogue,
            language=language,
            today=self._clock.now().date(),
        )
        shown = opening_choices(situation, choices, select_all=select_all)
        return compose(situation, shown, faults=faults or {}, reconfirm_months=self._reconfirm_months)

    def refuse(self, request: ClaimsRequest, *, session: Session, client: Client) -> None:
        """Record that the citizen did not share. Nothing that was agreed before changes."""
        names = self._assess(request, client).offered
        self._activity.record(
            Entry(account_id=session.account_id, kind=Kind.REFUSED, client_id=client.client_id, claims=names)
        )

    def shared_with(self, account_id: str) -> tuple[Grant, ...]:
        """Return every grant of a citizen: those that are live first, the newest decision first.

        A one-time identity is forgotten as soon as it is over.
        """
        now = self._clock.now()
        known = [
            one
            for one in self._store.of_account(account_id)
            if not one.prepared and (not one.one_time or one.live(now))
        ]
        return tuple(sorted(known, key=lambda grant: not grant.live(now)))

    def withdraw(self, *, account_id: str, grant_id: str) -> Withdrawn:
        """Stop sharing: sealed values and wrapped key deleted, every token dead, in one statement.

        :returns: what was stopped; the service still has to be told: `logout.service` does both.
        :raises GrantGoneError: no such grant of this citizen, or stopped before.
        """
        with self._db.transaction():
            stopped = self._store.withdraw(account_id=account_id, grant_id=grant_id, now=self._clock.now())
            if stopped is None:
                raise GrantGoneError
            self._activity.record(
                Entry(account_id=account_id, kind=Kind.STOPPED, client_id=stopped.client_id, claims=stopped.claims)
            )
        return stopped

    def bring_along(self, grant: Grant) -> None:
        """Keep a choice from another provider, which lets nothing leave until it is confirmed here.

        :raises ValueError: it is more than that.
        """
        if not grant.moved:
            raise ValueError("only a choice without values can be brought along")
        self._store.put(grant)

    def end_service(self, client_id: str) -> None:
        """End what every citizen shares with a service that is no more, as if each had stopped."""
        with self._db.transaction():
            # In order of account, so that two that end at the same time never wait for each other's rows.
            for account_id, claims in sorted(self._store.end_service(client_id, now=self._clock.now())):
                self._activity.record(
                    Entry(account_id=account_id, kind=Kind.SERVICE_ENDED, client_id=client_id, claims=claims)
                )

    def services_among(self, client_ids: Collection[str]) -> frozenset[str]:
        """Return those of the services that a citizen has ever decided about in favour."""
        return self._store.services_among(client_ids)

    def purge(self, before: datetime, limit: int) -> int:
        """Delete the sealed values of up to `limit` choices made for one time that ended before the moment."""
        return self._store.purge_ended(before=before, limit=limit)
