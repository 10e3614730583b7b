"""One password, two jobs: proving who it is, and opening the vault."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from idp.authentication.store import PasswordStore
from idp.authentication.strength import require_strong
from idp.authentication.stretching import SALT_BYTES, Stretched, Stretcher
from idp.authentication.values import StoredPassword
from idp.clock import Clock
from idp.crypto.secrets import digest, matches, random_key
from idp.storage.db import Database
from idp.vault.service import VaultService
from idp.vault.values import OpenedSlot, SlotKind, SlotSecret, VaultKey


@dataclass(frozen=True, slots=True)
class Prepared:
    """A password stretched afresh, not yet kept."""

    stored: StoredPassword
    slot_secret: bytes = field(repr=False)

    @property
    def slot(self) -> SlotSecret:
        """The key slot that it opens. Whoever typed it holds it, so it needs no confirmation."""
        return SlotSecret(kind=SlotKind.PASSWORD, secret=self.slot_secret, confirmed=True)


class Passwords:
    """Passwords and the key slots that follow them."""

    def __init__(
        self,
        *,
        db: Database,
        store: PasswordStore,
        stretcher: Stretcher,
        vault: VaultService,
        clock: Clock,
        minimum: int,
    ) -> None:
        """Keep passwords in `store` and their slots in `vault`."""
        self._db = db
        self._store = store
        self._stretcher = stretcher
        self._vault = vault
        self._clock = clock
        self._minimum = minimum
        # What a name without an account is checked against. It is random, so nothing matches it.
        self._nobody = StoredPassword(
            salt=random_key()[:SALT_BYTES],
            cost=stretcher.cost,
            verifier_digest=random_key(),
            changed_at=clock.now(),
        )

    @property
    def minimum(self) -> int:
        """Fewest characters."""
        return self._minimum

    def judge(self, password: str, *, about: tuple[str, ...]) -> None:
        """Make sure that a new password is good enough.

        :param about: what a guesser would know, such as the sign-in name.
        :raises PasswordRefusedError: it is not.
        """
        require_strong(password, minimum=self._minimum, about=about)

    def prepare(self, password: str) -> Prepared:
        """Stretch a password with a new salt at the present cost. Slow: must run outside a transaction.

        :raises SlowDownError: the server is too busy.
        """
        salt = random_key()[:SALT_BYTES]
        stretched = self._stretcher.stretch(password=password, salt=salt)
        stored = StoredPassword(
            salt=salt,
            cost=self._stretcher.cost,
            verifier_digest=digest(stretched.verifier),
            changed_at=self._clock.now(),
        )
        return Prepared(stored=stored, slot_secret=stretched.slot_secret)

    def check(self, password: str, *, stored: StoredPassword | None) -> Stretched | None:
        """Give what the password yields if it is the one stored; the same work when none is stored. Slow.

        :raises SlowDownError: the server is too busy.
        """
        against = stored or self._nobody
        stretched = self._stretcher.stretch(password=password, salt=against.salt, cost=against.cost)
        return stretched if matches(secret=stretched.verifier, digest=against.verifier_digest) else None

    def turn(self) -> AbstractContextManager[None]:
        """Give a turn to stretch something else at a like cost; see :meth:`Stretcher.turn`."""
        return self._stretcher.turn()

    def is_outdated(self, stored: StoredPassword) -> bool:
        """Tell whether settings ask for another cost than this password was stretched with."""
        return stored.cost != self._stretcher.cost

    def open(self, account_id: str, *, slot_secret: bytes) -> OpenedSlot | None:
        """Open the password's slot."""
        return self._vault.open(account_id, kind=SlotKind.PASSWORD, secret=slot_secret)

    def keep_first(self, account_id: str, prepared: Prepared) -> None:
        """Keep the password of a new account, whose vault was made with its slot."""
        self._store.put_password(account_id, prepared.stored)

    def replace(self, account_id: str, prepared: Prepared, *, key: VaultKey) -> None:
        """Keep a password and wrap the vault key under it, in one transaction: never one without the other."""
        with self._db.transaction():
            self._store.locked_password(account_id)
            slots = [slot for slot in self._vault.slots(account_id) if slot.kind == SlotKind.PASSWORD]
            if slots:
                self._vault.rewrap(OpenedSlot(slot=slots[0], key=key), secret=prepared.slot_secret)
            else:
                self._vault.add_slot(account_id, key, prepared.slot)
            self._store.put_password(account_id, prepared.stored)
