"""Deciding, remembering, releasing and stopping: the use cases of choice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from idp.activity.values import Entry, Kind
from idp.authentication.values import Session
from idp.clients.values import Client
from idp.consent import policy
from idp.consent.claims_parameter import claims_request
from idp.consent.compose import Situation, compose
from idp.consent.holdings import languages_shown
from idp.consent.opening import opening_choices
from idp.consent.page import ChoicePage
from idp.consent.recording import earlier_decisions
from idp.consent.release import vault_key
from idp.consent.standing import Standing
from idp.consent.values import Choices, ClaimsRequest, Difference, Grant


class ConsentService(Standing):
    """Use cases of choice; recording one, what becomes of it, and releasing what it allows are inherited."""

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

    def bring_along(self, grant: Grant) -> None:
        """Keep a choice from another provider, which lets nothing leave until it is confirmed here.

        :raises ValueError: it is more than that.
        """
        if not grant.moved:
            raise ValueError("only a choice without values can be brought along")
        self._store.put(grant)

    def services_among(self, client_ids: Collection[str]) -> frozenset[str]:
        """Return those of the services that a citizen has ever decided about in favour."""
        return self._store.services_among(client_ids)

    def purge(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` one-time identities that ended before the moment; `end_due` has emptied them."""
        return self._store.purge_one_time(before=before, limit=limit)
