"""What ends: choices, and everything else."""

from dataclasses import dataclass

from idp.accounts.service import AccountService
from idp.activity.service import ActivityService
from idp.authentication.service import AuthenticationService
from idp.clients.service import ClientService
from idp.consent.service import ConsentService
from idp.letters.service import LetterService
from idp.logout.farewells import Farewells
from idp.logout.service import LogoutService
from idp.logout.sharing import SharingService
from idp.passkeys.service import PasskeyService
from idp.relay.service import RelayService
from idp.storage.db import Database
from idp.vault.personas import Personas
from idp.vault.service import VaultService


@dataclass(frozen=True, slots=True)
class Endings:
    """What belongs together."""

    sharing: SharingService
    logout: LogoutService


def build_endings(
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
    farewells: Farewells,
    personas: Personas,
    passkeys: PasskeyService,
) -> Endings:
    """Build both on the same outbox."""
    sharing = SharingService(db=db, consent=consent, farewells=farewells, relay=relay, letters=letters)
    logout = LogoutService(
        db=db,
        accounts=accounts,
        activity=activity,
        vault=vault,
        letters=letters,
        relay=relay,
        clients=clients,
        authentication=authentication,
        consent=consent,
        sharing=sharing,
        farewells=farewells,
        personas=personas,
        passkeys=passkeys,
    )
    return Endings(sharing, logout)
