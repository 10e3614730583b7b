"""The two ways back into an account: putting a locked one right, and recovery by mail."""

from idp.accounts.service import AccountService
from idp.activity.service import ActivityService
from idp.authentication.service import AuthenticationService
from idp.clock import Clock
from idp.composition.passkeys import PasskeyShelf
from idp.consent.service import ConsentService
from idp.letters.service import LetterService
from idp.logout.service import LogoutService
from idp.notices.service import NoticeService
from idp.passkeys.service import PasskeyService
from idp.recovery.service import RecoveryService
from idp.repair.service import RepairService
from idp.settings import Settings
from idp.storage.db import Database
from idp.vault.service import VaultService


def build_ways_back(
    *,
    db: Database,
    accounts: AccountService,
    activity: ActivityService,
    letters: LetterService,
    notices: NoticeService,
    vault: VaultService,
    authentication: AuthenticationService,
    passkeys: PasskeyService,
    consent: ConsentService,
    logout: LogoutService,
    clock: Clock,
    settings: Settings,
) -> tuple[RepairService, RecoveryService]:
    """Build both, each of which has to know of the other."""
    recovery = RecoveryService(
        db=db,
        accounts=accounts,
        activity=activity,
        letters=letters,
        notices=notices,
        authentication=authentication,
        clock=clock,
        settings=settings.recovery,
    )
    repair = RepairService(
        db=db,
        accounts=accounts,
        activity=activity,
        letters=letters,
        vault=vault,
        authentication=authentication,
        consent=consent,
        logout=logout,
        clock=clock,
        settings=settings.recovery,
    )
    recovery.trusted_at = repair.trusted_at
    repair.locking.also.append(recovery.cancel)
    repair.shelves.append(PasskeyShelf(passkeys))
    passkeys.heard_by.append(repair.used_key)
    return repair, recovery
