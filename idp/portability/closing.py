"""An account that ends: everything stops at once, and everything is erased when a time to think it over has passed."""

from datetime import datetime, timedelta

from idp.accounts.service import AccountService
from idp.activity.service import ActivityService
from idp.activity.values import Kind
from idp.authentication.service import AuthenticationService
from idp.authentication.values import Session
from idp.clock import Clock
from idp.consent.errors import GrantGoneError
from idp.consent.service import ConsentService
from idp.letters.service import LetterService
from idp.letters.values import DAY, Letter
from idp.logout.service import LogoutService
from idp.portability.errors import AlreadyLeavingError, NotLeavingError
from idp.portability.noting import note
from idp.settings import LeavingSettings
from idp.storage.db import Database


class Closing:
    """Leaving, and changing one's mind."""

    def __init__(
        self,
        *,
        db: Database,
        accounts: AccountService,
        activity: ActivityService,
        authentication: AuthenticationService,
        consent: ConsentService,
        letters: LetterService,
        logout: LogoutService,
        clock: Clock,
        settings: LeavingSettings,
    ) -> None:
        self._db = db
        self._accounts = accounts
        self._activity = activity
        self._authentication = authentication
        self._consent = consent
        self._letters = letters
        self._logout = logout
        self._clock = clock
        self._settings = settings

    def begin(self, session: Session) -> datetime:
        """Let an account end; gives when it is erased.

        At once: all sharing stops and services are told, tokens are dead, every other browser is signed out. Until the
        end the details stay sealed as they were, and signing in offers to keep the account and nothing else.

        :raises AlreadyLeavingError: it ends already, or is not active.
        """
        closes_at = self._clock.now() + timedelta(days=self._settings.grace_days)
        with self._db.transaction():
            if not self._accounts.leaving.begin(session.account_id, closes_at=closes_at):
                raise AlreadyLeavingError
            for grant in self._consent.shared_with(session.account_id):
                if grant.withdrawn_at is None:
                    self._stop(session.account_id, grant.id)
            self._logout.sign_out_others(session)
            self._letters.write(session.account_id, Letter.CLOSING_BEGUN, facts=_on(closes_at))
            note(self._activity, session, Kind.CLOSING_BEGUN)
        return closes_at

    def keep(self, session: Session) -> None:
        """Let the account go on. What was stopped stays so; services that are chosen for anew know the citizen again.

        :raises NotLeavingError: it does not end, or its end has come.
        """
        with self._db.transaction():
            if not self._accounts.leaving.keep(session.account_id):
                raise NotLeavingError
            self._letters.write(session.account_id, Letter.CLOSING_ENDED)
            note(self._activity, session, Kind.CLOSING_ENDED)

    def remind(self, limit: int) -> int:
        """Write to at most `limit` citizens whose account ends soon, once each; gives how many were due."""
        soon = self._clock.now() + timedelta(days=self._settings.reminder_days)
        with self._db.transaction():
            due = self._accounts.leaving.remind(ending_before=soon, limit=limit)
            for account_id, closes_at in due:
                self._letters.write(account_id, Letter.CLOSING_SOON, facts=_on(closes_at))
        return len(due)

    def _stop(self, account_id: str, grant_id: str) -> None:
        try:
            self._logout.stop_sharing(account_id=account_id, grant_id=grant_id)
        except GrantGoneError:
            # It ended a moment ago.
            return


def _on(moment: datetime) -> dict[str, str]:
    return {DAY: moment.date().isoformat()}
