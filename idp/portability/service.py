"""Taking everything along, and leaving: the use cases, put together."""

from idp.accounts.service import AccountService
from idp.activity.service import ActivityService
from idp.authentication.service import AuthenticationService
from idp.claims.catalogue import Catalogue
from idp.clients.service import ClientService
from idp.clock import Clock
from idp.consent.service import ConsentService
from idp.letters.service import LetterService
from idp.logout.service import LogoutService
from idp.portability.closing import Closing
from idp.portability.download import Downloads
from idp.portability.earlier import EarlierLedgers
from idp.portability.erasure import Erasure
from idp.portability.gathering import Gathering
from idp.portability.moving import Moving
from idp.portability.store import PortabilityStore
from idp.relay.service import RelayService
from idp.settings import Settings
from idp.storage.db import Database
from idp.vault.arrivals import Arrivals
from idp.vault.personas import Personas
from idp.vault.service import VaultService


class PortabilityService:
    """Everything about leaving."""

    def __init__(
        self,
        *,
        db: Database,
        accounts: AccountService,
        activity: ActivityService,
        authentication: AuthenticationService,
        vault: VaultService,
        personas: Personas,
        arrivals: Arrivals,
        consent: ConsentService,
        clients: ClientService,
        catalogue: Catalogue,
        letters: LetterService,
        relay: RelayService,
        logout: LogoutService,
        clock: Clock,
        settings: Settings,
    ) -> None:
        store = PortabilityStore(db=db)
        #: What happened before a citizen moved here.
        self.earlier = EarlierLedgers(store=store)
        #: A file from elsewhere.
        self.moving = Moving(
            db=db,
            store=store,
            accounts=accounts,
            activity=activity,
            authentication=authentication,
            vault=vault,
            arrivals=arrivals,
            consent=consent,
            clients=clients,
            catalogue=catalogue,
            earlier=self.earlier,
            clock=clock,
            pepper=settings.secrets.pepper_bytes(),
            languages=settings.languages,
        )
        gathering = Gathering(
            accounts=accounts,
            activity=activity,
            vault=vault,
            personas=personas,
            consent=consent,
            clients=clients,
            earlier=self.earlier,
            letters=letters,
            relay=relay,
            clock=clock,
            issuer=settings.issuer,
        )
        #: The file with everything.
        self.downloads = Downloads(
            db=db,
            letters=letters,
            gathering=gathering,
            authentication=authentication,
            activity=activity,
            travelled=self.moving.mark_travelled,
        )
        #: An account that ends.
        self.closing = Closing(
            db=db,
            accounts=accounts,
            activity=activity,
            authentication=authentication,
            consent=consent,
            letters=letters,
            logout=logout,
            clock=clock,
            settings=settings.leaving,
        )
        self._clock = clock
        self._store = store
        self._erasure = Erasure(db=db, accounts=accounts, settings=settings.leaving)

    def purge(self, limit: int) -> int:
        """Remind, and erase at most `limit` rows of what is over; gives how many rows went."""
        self.closing.remind(limit)
        return self._store.purge(self._clock.now(), limit) or self._erasure.erase_due(limit)
