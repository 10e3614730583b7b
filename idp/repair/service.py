"""Leading the owner of a locked account through putting it right."""

from datetime import datetime, timedelta

from idp.accounts.service import AccountService
from idp.activity.service import ActivityService
from idp.activity.values import BROWSER, Entry, Kind
from idp.authentication.service import AuthenticationService
from idp.authentication.values import Session
from idp.clock import Clock
from idp.consent.service import ConsentService
from idp.consent.values import Grant
from idp.letters.service import LetterService
from idp.letters.values import Address, Letter, Purpose
from idp.logout.service import LogoutService
from idp.repair import policy
from idp.repair.errors import NotFinishedError, NotLockedError
from idp.repair.locking import Locking
from idp.repair.proving import Proving, is_sound
from idp.repair.store import RepairStore
from idp.repair.values import Progress, Repair, Step, WayIn, WayKind
from idp.settings import RecoverySettings
from idp.storage.db import Database
from idp.vault.service import VaultService
from idp.vault.values import SlotKind

#: Slots that a way in of its own stands for.
_LISTED = {SlotKind.RECOVERY: WayKind.CODE, SlotKind.DEVICE: WayKind.DEVICE}


class RepairService(Proving):
    """The way back into a locked account. What `session` is asked for here is alive, and its account is locked."""

    def __init__(
        self,
        *,
        db: Database,
        accounts: AccountService,
        activity: ActivityService,
        letters: LetterService,
        vault: VaultService,
        authentication: AuthenticationService,
        consent: ConsentService,
        logout: LogoutService,
        clock: Clock,
        settings: RecoverySettings,
    ) -> None:
        """Put the parts together."""
        store = RepairStore(db=db)
        super().__init__(
            db=db,
            store=store,
            letters=letters,
            authentication=authentication,
            clock=clock,
            waiting=timedelta(hours=settings.waiting_hours),
        )
        self._accounts = accounts
        self._activity = activity
        self._vault = vault
        self._consent = consent
        self._logout = logout
        #: What "this was not me" does.
        self.locking = Locking(
            db=db,
            store=store,
            accounts=accounts,
            activity=activity,
            letters=letters,
            authentication=authentication,
            clock=clock,
        )

    # What has to be done

    def progress(self, session: Session) -> Progress:
        """Tell which steps are done."""
        repair, since = self._of(session)
        done = {Step(name) for name in repair.seen}
        password = self._authentication.password_since(session.account_id)
        if password is None or password >= since:
            done.add(Step.PASSWORD)
        codes = [slot for slot in self._vault.slots(session.account_id) if slot.kind == SlotKind.RECOVERY]
        if codes and all(slot.confirmed_at is not None and slot.created_at >= since for slot in codes):
            done.add(Step.CODE)
        if not self.sharing(session):
            done.add(Step.SHARING)
        if not self._letters.on:
            done.add(Step.CONTACT)
        left = policy.left(frozenset(done))
        return Progress(done=tuple(step for step in Step if step not in left), left=left)

    def ways(self, session: Session) -> tuple[WayIn, ...]:
        """List the ways in, marked where they are newer than what was reported."""
        repair, _since = self._of(session)
        account_id, found = session.account_id, []
        if (password := self._authentication.password_since(account_id)) is not None:
            found.append(_way(repair, WayKind.PASSWORD, "", password))
        if (app := self._authentication.code_app_since(account_id)) is not None:
            found.append(_way(repair, WayKind.APP, "", app, removable=True))
        for slot in self._vault.slots(account_id):
            if slot.kind in _LISTED:
                kind = _LISTED[SlotKind(slot.kind)]
                found.append(_way(repair, kind, slot.id, slot.created_at, label=slot.label, used_at=slot.used_at))
        found += [
            _way(repair, way.kind, way.id, way.added_at, label=way.label, used_at=way.used_at, removable=True)
            for shelf in self.shelves
            for way in shelf.ways_in(account_id)
        ]
        return tuple(found)

    def remove_way(self, session: Session, *, kind: str, way_id: str, browser: str | None) -> None:
        """Take a way in away that is not its owner's.

        :raises NotProvedError: nothing but what may be stolen was shown.
        """
        self._require(session, browser)
        if kind == WayKind.APP:
            self._authentication.drop_code_app(session)
        for shelf in self.shelves:
            if any(way.id == way_id and way.kind == kind for way in shelf.ways_in(session.account_id)):
                shelf.remove_way_in(session, way_id)

    def replace_password(self, session: Session, *, new: str, browser: str | None) -> None:
        """Set a new password. Opens its own transactions; must not be called inside one.

        :raises NotProvedError: nothing but what may be stolen was shown.
        :raises PasswordRefusedError: it is not good enough, or the one there is.
        :raises SessionEndedError: this session cannot open the vault, or has ended.
        """
        self._require(session, browser)
        self._authentication.replace_password(session, new=new)

    def renew_code(self, session: Session, *, browser: str | None) -> str:
        """Give a new recovery code to show once; confirming it ends every other.

        :raises NotProvedError: nothing but what may be stolen was shown.
        :raises SessionEndedError: this session cannot open the vault, or has ended.
        """
        self._require(session, browser)
        return self._authentication.renew_recovery_code(session)

    def sharing(self, session: Session) -> tuple[Grant, ...]:
        """Give what has been decided to share since what was reported, and is still shared."""
        repair, _since = self._of(session)
        now = self._clock.now()
        shared = self._consent.shared_with(session.account_id)
        return tuple(grant for grant in shared if grant.updated_at >= repair.reported_at and grant.stands(now))

    def stop_sharing(self, session: Session, *, grant_id: str, browser: str | None) -> None:
        """Stop sharing with a service, which is told.

        :raises NotProvedError: nothing but what may be stolen was shown.
        :raises GrantGoneError: no such grant of this citizen, or stopped before.
        """
        self._require(session, browser)
        self._logout.stop_sharing(account_id=session.account_id, grant_id=grant_id)

    def reported_at(self, session: Session) -> datetime:
        """Tell from when on everything is looked at twice."""
        return self._of(session)[0].reported_at

    def restore_address(self, session: Session, *, browser: str | None) -> bool:
        """Put the contact address back that was there before; tells whether there was another one.

        :raises NotProvedError: nothing but what may be stolen was shown.
        """
        self._require(session, browser)
        before = self.address_before(session)
        return before is not None and self._letters.contacts.restore(session.account_id, before.id)

    def address_before(self, session: Session) -> Address | None:
        """Give the contact address from before what was reported, where it is another one than now's."""
        repair, _since = self._of(session)
        now = self._letters.contacts.of(session.account_id).current
        before = self._letters.contacts.at(session.account_id, repair.reported_at)
        return before if is_sound(before, repair) and (now is None or before is None or now.id != before.id) else None

    def see(self, session: Session, step: Step, *, browser: str | None) -> None:
        """Note that a step was looked at.

        :raises NotProvedError: nothing but what may be stolen was shown.
        """
        self._require(session, browser)
        self._store.see(session.account_id, step)

    def finish(self, session: Session, *, browser: str | None) -> None:
        """Open the account again; every other session ends.

        :raises NotProvedError: nothing but what may be stolen was shown.
        :raises NotFinishedError: a step is left.
        """
        self._require(session, browser)
        if self.progress(session).left:
            raise NotFinishedError
        with self._db.transaction():
            if not self._store.end(session.account_id):
                raise NotLockedError
            self._accounts.set_repair(session.account_id, None)
            self._authentication.forget_trusted(session)
            self._logout.sign_out_others(session)
            self._letters.links.end(session.account_id, Purpose.REPAIR, Purpose.NOT_ME)
            facts = {BROWSER: session.browser} if session.browser else {}
            self._activity.record(Entry(account_id=session.account_id, kind=Kind.REPAIRED, facts=facts))
            self._letters.write(session.account_id, Letter.REPAIR_FINISHED)


def _way(
    repair: Repair,
    kind: WayKind,
    way_id: str,
    added_at: datetime,
    *,
    label: str = "",
    used_at: datetime | None = None,
    removable: bool = False,
) -> WayIn:
    return WayIn(kind, way_id, label, added_at, used_at, new=added_at >= repair.reported_at, removable=removable)
