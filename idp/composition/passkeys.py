"""Passkeys, and how a locked account is shown them."""

from collections.abc import Sequence

from idp.accounts.service import AccountService
from idp.activity.service import ActivityService
from idp.authentication.service import AuthenticationService
from idp.authentication.values import Session
from idp.clock import Clock
from idp.letters.service import LetterService
from idp.passkeys.policy import relying_party
from idp.passkeys.service import PasskeyService
from idp.passkeys.store import PasskeyStore
from idp.passkeys.workshop import Parts
from idp.repair.values import Kept, WayKind
from idp.settings import Settings
from idp.storage.db import Database
from idp.vault.service import VaultService


def build_passkeys(
    *,
    db: Database,
    accounts: AccountService,
    vault: VaultService,
    activity: ActivityService,
    authentication: AuthenticationService,
    letters: LetterService,
    clock: Clock,
    settings: Settings,
) -> PasskeyService:
    """Build the service."""
    return PasskeyService(
        Parts(
            db=db,
            store=PasskeyStore(db=db),
            accounts=accounts,
            vault=vault,
            activity=activity,
            authentication=authentication,
            letters=letters,
            clock=clock,
            rp=relying_party(settings.issuer),
        )
    )


class PasskeyShelf:
    """Passkeys as `idp.repair` lists ways in."""

    def __init__(self, passkeys: PasskeyService) -> None:
        """List those of `passkeys`."""
        self._passkeys = passkeys

    def ways_in(self, account_id: str) -> Sequence[Kept]:
        """Give the passkeys of an account."""
        return [
            Kept(WayKind.PASSKEY, passkey.id, passkey.browser, passkey.created_at, passkey.used_at)
            for passkey in self._passkeys.of(account_id)
        ]

    def remove_way_in(self, session: Session, way_id: str) -> None:
        """Take one away."""
        self._passkeys.remove_in_repair(session, way_id)
