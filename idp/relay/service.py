"""A citizen's private addresses: offered, made, muted, ended; and they follow the address that they forward to."""

from collections.abc import Mapping
from dataclasses import replace

from idp.activity.service import ActivityService
from idp.activity.values import Entry, Kind
from idp.clock import Clock
from idp.crypto.sealing import blind_index
from idp.crypto.secrets import identifier
from idp.relay import policy
from idp.relay.errors import AddressTakenError, NowhereToForwardError, UnknownAddressError
from idp.relay.sealed import Way, Ways
from idp.relay.store import ONE_TIME, Held, PrivateAddressStore
from idp.relay.values import Offer, PrivateAddress, Standing
from idp.settings.relay import RelaySettings
from idp.storage.db import Database

#: As the vault calls the persona of a citizen who has made no other.
_MAIN = "main"


class RelayService:
    """The use cases of citizens; letters are for :mod:`idp.relay.forwarding`."""

    def __init__(
        self,
        *,
        db: Database,
        store: PrivateAddressStore,
        ways: Ways,
        activity: ActivityService,
        clock: Clock,
        pepper: bytes,
        settings: RelaySettings,
    ) -> None:
        """Work on `store`; addresses are found by a digest that the pepper hides."""
        self._db = db
        self._store = store
        self._ways = ways
        self._activity = activity
        self._clock = clock
        self._pepper = pepper
        self._settings = settings

    @property
    def on(self) -> bool:
        """Whether this deployment has private addresses to give."""
        return self._settings.on

    def offer(self, account_id: str, client_id: str, persona: str, *, seed: bytes) -> Offer:
        """Give the address that a choice has, or would get. Nothing is written.

        :param seed: of the persona; whoever has it can tell its addresses.
        """
        held = self._store.alive(account_id, client_id, persona)
        if held is not None:
            return self._offer(self._ways.open(held.sealed, row=held.id).local)
        ended = self._store.ended(account_id, client_id, persona)
        return self._offer(policy.local_part(seed, account_id=account_id, client_id=client_id, generation=ended))

    def offer_once(self, account_id: str, client_id: str, *, seed: bytes) -> Offer:
        """Give the address that the next single visit would get; each gets another one."""
        visits = self._store.visits(account_id, client_id)
        return self._offer(
            policy.local_part(seed, account_id=account_id, client_id=client_id, generation=visits, once=True)
        )

    def held(self, account_id: str, client_id: str, persona: str) -> Offer | None:
        """Give the address that a choice has; None when it has none, or it has ended."""
        held = self._store.alive(account_id, client_id, persona)
        return None if held is None else self._offer(self._ways.open(held.sealed, row=held.id).local)

    def make(
        self, account_id: str, client_id: str, persona: str, *, offer: Offer, attribute_id: str, target: str
    ) -> None:
        """Let an offered address forward from now on; one that is there forwards to the target named now.

        :raises AddressTakenError: another visit at the same moment was faster.
        """
        with self._db.transaction():
            row_id = identifier()
            way = Way(offer.local, target, attribute_id)
            added = self._store.add(
                Held(
                    id=row_id,
                    account_id=account_id,
                    client_id=client_id,
                    persona=persona,
                    generation=self._store.ended(account_id, client_id, persona),
                    sealed=self._ways.seal(way, row=row_id),
                    standing=Standing.LIVE,
                    created_at=self._clock.now(),
                    forwarded=0,
                    returned=0,
                    last_forwarded_at=None,
                    ended_at=None,
                ),
                local_digest=blind_index(offer.local, pepper=self._pepper),
            )
            if added:
                self._record(account_id, client_id, Kind.PRIVATE_ADDRESS_MADE)
            elif (held := self._store.alive(account_id, client_id, persona)) is None:
                raise AddressTakenError
            else:
                self._store.change(held.id, standing=held.standing, sealed=self._ways.seal(way, row=held.id))

    def addresses(self, account_id: str) -> tuple[PrivateAddress, ...]:
        """Give all of a citizen's addresses, ended ones too, the newest first."""
        return tuple(self._shown(held) for held in self._store.of(account_id))

    def mute(self, account_id: str, address_id: str) -> None:
        """Take no mail for an address until further notice.

        :raises UnknownAddressError: no such address of this citizen that is alive.
        """
        self._set(self._own(account_id, address_id), Standing.MUTED, Kind.PRIVATE_ADDRESS_MUTED)

    def unmute(self, account_id: str, address_id: str) -> None:
        """Take mail for it again.

        :raises UnknownAddressError: no such address of this citizen that is alive.
        :raises NowhereToForwardError: its citizen holds no email address.
        """
        held = self._own(account_id, address_id)
        if not self._ways.open(held.sealed, row=held.id).target:
            raise NowhereToForwardError
        self._set(held, Standing.LIVE, Kind.PRIVATE_ADDRESS_UNMUTED)

    def end(self, account_id: str, address_id: str) -> None:
        """End an address for good; where it forwarded to is forgotten.

        :raises UnknownAddressError: no such address of this citizen that is alive.
        """
        self._set(self._own(account_id, address_id), Standing.ENDED, Kind.PRIVATE_ADDRESS_ENDED)

    def end_choice(self, account_id: str, client_id: str) -> None:
        """End what a service has of a citizen who stops sharing with it."""
        for held in self._store.of_choice(account_id, client_id):
            self._set(held, Standing.ENDED, Kind.PRIVATE_ADDRESS_ENDED)

    def end_service(self, client_id: str) -> None:
        """End what a service has of anybody."""
        for held in self._store.of_service(client_id):
            self._set(held, Standing.ENDED, Kind.PRIVATE_ADDRESS_ENDED)

    def erase(self, account_id: str) -> None:
        """Delete all of a citizen's addresses; mail for them is refused as for any that never was."""
        self._store.erase(account_id)

    def follow(self, account_id: str, persona: str, emails: Mapping[str, str]) -> None:
        """Forward to what the citizen holds now, after their email addresses have changed.

        :param emails: by the id of the detail, in their order. Where none is left, addresses fall silent.
        """
        for held in self._store.of(account_id):
            if held.standing is Standing.ENDED or _details_of(held.persona) != persona:
                continue
            way = self._ways.open(held.sealed, row=held.id)
            attribute_id = way.attribute_id if way.attribute_id in emails else next(iter(emails), "")
            target = emails.get(attribute_id, "")
            if target != way.target:
                sealed = self._ways.seal(replace(way, target=target, attribute_id=attribute_id), row=held.id)
                standing = held.standing if target else Standing.MUTED
                self._store.change(held.id, standing=standing, sealed=sealed)

    def _offer(self, local: str) -> Offer:
        return Offer(local, f"{local}@{self._settings.domain}")

    def _own(self, account_id: str, address_id: str) -> Held:
        found = next((one for one in self._store.of(account_id) if one.id == address_id), None)
        if found is None or found.standing is Standing.ENDED:
            raise UnknownAddressError
        return found

    def _set(self, held: Held, standing: Standing, kind: Kind) -> None:
        if held.standing is standing:
            return
        way, ended = self._ways.open(held.sealed, row=held.id), standing is Standing.ENDED
        sealed = self._ways.seal(replace(way, target="", attribute_id="") if ended else way, row=held.id)
        with self._db.transaction():
            at = self._clock.now() if ended else None
            if self._store.change(held.id, standing=standing, sealed=sealed, ended_at=at):
                self._record(held.account_id, held.client_id, kind)

    def _record(self, account_id: str, client_id: str, kind: Kind) -> None:
        self._activity.record(Entry(account_id=account_id, kind=kind, client_id=client_id))

    def _shown(self, held: Held) -> PrivateAddress:
        way = self._ways.open(held.sealed, row=held.id)
        return PrivateAddress(
            id=held.id,
            account_id=held.account_id,
            client_id=held.client_id,
            persona=held.persona,
            address=self._offer(way.local).address,
            target=way.target,
            standing=held.standing,
            created_at=held.created_at,
            forwarded=held.forwarded,
            returned=held.returned,
            last_forwarded_at=held.last_forwarded_at,
            ended_at=held.ended_at,
        )


def _details_of(persona: str) -> str:
    """Give the persona whose details a choice draws on: a single visit's are the main one's."""
    return _MAIN if persona.startswith(ONE_TIME) else persona
