"""Every service of the application by name.

:func:`idp.app.create_app` builds them; views reach them through `idp.web.context.services()`,
commands through the application's extensions. A new service gets a field here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from idp.accounts.service import AccountService
    from idp.activity.service import ActivityService
    from idp.authentication.service import AuthenticationService
    from idp.claims.catalogue import Catalogue
    from idp.clients.invitations import Invitations
    from idp.clients.self_registered import SelfRegistered
    from idp.clients.service import ClientService
    from idp.clock import Clock
    from idp.consent.events import ServiceEvents
    from idp.consent.service import ConsentService
    from idp.consent.telling import Tellings
    from idp.handover.service import HandoverService
    from idp.interactions.service import InteractionService
    from idp.keys.service import KeyService
    from idp.letters.service import LetterService
    from idp.logout.service import LogoutService
    from idp.logout.sharing import SharingService
    from idp.notices.service import NoticeService
    from idp.organisations.service import OrganisationService
    from idp.outbound.fetch import Fetcher
    from idp.passkeys.service import PasskeyService
    from idp.portability.service import PortabilityService
    from idp.recovery.service import RecoveryService
    from idp.relay.forwarding import Forwarding
    from idp.relay.service import RelayService
    from idp.repair.service import RepairService
    from idp.settings import Settings
    from idp.storage.db import Database
    from idp.tokens.devices import DeviceCodes
    from idp.tokens.service import TokenService
    from idp.vault.personas import Personas
    from idp.vault.service import VaultService


@dataclass(frozen=True, slots=True)
class Services:
    """What the application can do, without Flask and without Authlib."""

    settings: Settings
    clock: Clock
    db: Database
    catalogue: Catalogue
    fetcher: Fetcher
    keys: KeyService
    activity: ActivityService
    notices: NoticeService
    letters: LetterService
    accounts: AccountService
    clients: ClientService
    invitations: Invitations
    self_registered: SelfRegistered
    vault: VaultService
    personas: Personas
    interactions: InteractionService
    authentication: AuthenticationService
    consent: ConsentService
    #: What services with an address for events are told of a citizen's choices.
    events: ServiceEvents
    tellings: Tellings
    tokens: TokenService
    devices: DeviceCodes
    organisations: OrganisationService
    passkeys: PasskeyService
    sharing: SharingService
    logout: LogoutService
    repair: RepairService
    recovery: RecoveryService
    handover: HandoverService
    relay: RelayService
    forwarding: Forwarding
    portability: PortabilityService

    def close(self) -> None:
        """Write what is buffered and let go of the database."""
        self.notices.close()
        self.consent.close()
        self.db.close()
