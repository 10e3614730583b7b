"""By which identifier a service knows a citizen: one for good, pinned until the citizen chooses another.

A persona's identifier follows from its seed and the service's sector, so going back to a persona is being the same
person there again. A one-time identifier follows from nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from idp.claims.catalogue import Catalogue
from idp.clients.values import Client
from idp.clock import Clock
from idp.consent import ending
from idp.consent.errors import UnrequestedClaimError
from idp.consent.last_used import LastUsed
from idp.consent.release import Releases
from idp.consent.store import GrantStore
from idp.consent.values import FIRST_GIVEN, NEVER_GIVEN, ONE_TIME, Decision, Duration, Grant, one_time_persona
from idp.crypto.secrets import identifier, token
from idp.relay.service import RelayService
from idp.vault.personas import Personas
from idp.vault.policy import subject
from idp.vault.service import VaultService
from idp.vault.values import MAIN, Document, VaultKey


class Knowing(Releases):
    """The use cases of being known, on top of those of release.

    :param reconfirm_months: a standing choice is asked again after this long.
    """

    def __init__(
        self,
        *,
        store: GrantStore,
        catalogue: Catalogue,
        vault: VaultService,
        clock: Clock,
        last_used: LastUsed,
        personas: Personas,
        reconfirm_months: int,
        relay: RelayService | None = None,
    ) -> None:
        super().__init__(store=store, catalogue=catalogue, vault=vault, clock=clock, last_used=last_used, relay=relay)
        self._personas = personas
        self._reconfirm_months = reconfirm_months

    def decided_as(self, account_id: str, client: Client, known_as: str) -> Grant | None:
        """Return what was decided for a service under one identity, in whatever state.

        :raises UnrequestedClaimError: the citizen has no such persona.
        """
        return self._known_as(account_id, client, known_as)[1]

    def prepare(self, account_id: str, key: VaultKey, client: Client, persona: str) -> None:
        """Settle as which persona a service will know its citizen from the next sign-on on.

        Ends what it has under another identity. What it gets under this one is chosen at that sign-on.

        :raises UnrequestedClaimError: the citizen has no such persona.
        """
        known_as, before, pinned = self._known_as(account_id, client, persona)
        if known_as == ONE_TIME or (pinned is not None and pinned.persona == known_as):
            return
        now = self._clock.now()
        if before is None:
            fresh = new_grant(
                client,
                account_id=account_id,
                known_as=known_as,
                document=self._vault.read(account_id, key, persona=known_as),
                decisions=(),
                duration=Duration.STANDING,
                scopes=(),
                until=now,
                now=now,
            )
            before = replace(fresh, token_epoch=NEVER_GIVEN, withdrawn_at=now)
        self._store.put(replace(before, updated_at=now))

    def forget_persona(self, account_id: str, persona: str) -> None:
        """Let no service know a citizen by a persona any longer. What it was given has to be stopped before."""
        self._store.unpin(account_id, persona)

    def _open_as(self, account_id: str, key: VaultKey, client: Client, known_as: str) -> Document:
        """Read the details of an identity, with the private mail address that the service has or would get."""
        document = self._vault.read(account_id, key, persona=MAIN if known_as == ONE_TIME else known_as)
        return self._private_mail.offered(
            document, account_id=account_id, client_id=client.client_id, known_as=known_as, at=self._clock.now()
        )

    def _known_as(self, account_id: str, client: Client, wanted: str | None) -> tuple[str, Grant | None, Grant | None]:
        """Return the identity wanted, what was decided under it before, and what the service knows the citizen by now.

        :raises UnrequestedClaimError: the citizen has no such persona.
        """
        pinned = self.standing(account_id, client.client_id)
        known_as = wanted or (MAIN if pinned is None else pinned.persona)
        if known_as == ONE_TIME:
            if client.lasting_subject:
                raise UnrequestedClaimError("one time is not offered")
            return known_as, None, pinned
        if pinned is not None and pinned.persona == known_as:
            return known_as, pinned, pinned
        if self._vault.version(account_id, persona=known_as) is None:
            raise UnrequestedClaimError("a persona that was not offered")
        return known_as, self._store.of_persona(account_id, client.client_id, known_as), pinned


def new_grant(
    client: Client,
    *,
    account_id: str,
    known_as: str,
    document: Document,
    decisions: tuple[Decision, ...],
    duration: Duration,
    scopes: Collection[str],
    until: datetime,
    now: datetime,
) -> Grant:
    """Return the grant as if it were the first one; nothing is sealed yet."""
    name, once = identifier(), known_as == ONE_TIME
    return Grant(
        id=name,
        account_id=account_id,
        persona=one_time_persona(name) if once else known_as,
        client_id=client.client_id,
        # As long as the others, so that no service can tell which of its citizens come for one time.
        sub=token() if once else subject(document.seed, client.sector),
        scopes=tuple(scopes),
        decisions=decisions,
        claims=(),
        claims_sealed=None,
        grant_key_wrapped=None,
        vault_version=document.version,
        sealed_at=now,
        duration=duration,
        created_at=now,
        updated_at=now,
        reconfirm_at=until,
        withdrawn_at=None,
        token_epoch=FIRST_GIVEN,
        last_used_at=None,
        vault_version_now=document.version,
        remind_at=ending.reminded_at(until, duration=duration, now=now),
    )
