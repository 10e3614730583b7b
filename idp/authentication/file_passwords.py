"""Passwords that lock files: judged as those that sign in are, and never the same."""

from collections.abc import Iterator
from contextlib import contextmanager

from idp.authentication.desk import Desk
from idp.authentication.slow_down import Bucket
from idp.authentication.values import Session


class FilePasswords(Desk):
    """What a password for a file must be, and the turn in which it is stretched."""

    def judge_password(self, password: str, *, about: tuple[str, ...]) -> None:
        """Make sure that a password would stand against somebody who has the file and tries without end.

        :param about: what a guesser would know, such as the sign-in name.
        :raises PasswordRefusedError: it would not.
        """
        self._parts.passwords.judge(password, about=about)

    def is_sign_in_password(self, session: Session, password: str) -> bool:
        """Tell whether this is the password that signs in. Slow: must run outside a transaction.

        Each answer counts as a try of this session, so that nobody can go through a list of guesses here.

        :raises SlowDownError: too many tries in this session, or the server is too busy.
        """
        parts = self._parts
        attempt = parts.door.enter(session.sid.encode(), bucket=Bucket.SESSION, place="file password")
        stored = parts.store.password(session.account_id)
        with self._judging(attempt):
            return stored is not None and parts.passwords.check(password, stored=stored) is not None

    @contextmanager
    def costly(self) -> Iterator[None]:
        """Wait for a turn to stretch a password of a file: as many at a time as of those that sign in.

        :raises SlowDownError: too many wait already, or this one waited too long.
        """
        with self._parts.passwords.turn():
            yield
