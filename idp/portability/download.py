"""The file: everything in it, locked under a password of its citizen's choice. Nothing of it is kept."""

from collections.abc import Callable

import msgspec

from idp.activity.service import ActivityService
from idp.activity.values import BROWSER, Kind
from idp.authentication.policy import normalise
from idp.authentication.service import AuthenticationService
from idp.authentication.values import Session
from idp.crypto.password_jwe import ITERATIONS, lock
from idp.crypto.secrets import unb64url
from idp.letters.service import LetterService
from idp.letters.values import Letter
from idp.portability.errors import SignInPasswordError, VaultLockedError
from idp.portability.format import TYPE
from idp.portability.gathering import Gathering
from idp.portability.noting import note
from idp.storage.db import Database
from idp.vault.values import MAIN


class Downloads:
    """Making the file."""

    def __init__(
        self,
        *,
        db: Database,
        gathering: Gathering,
        authentication: AuthenticationService,
        activity: ActivityService,
        letters: LetterService,
        travelled: Callable[[str, bytes], None],
        iterations: int = ITERATIONS,
    ) -> None:
        self._db = db
        self._gathering = gathering
        self._letters = letters
        self._authentication = authentication
        self._activity = activity
        self._travelled = travelled
        self._iterations = iterations

    def download(self, session: Session, *, password: str, language: str) -> bytes:
        """Give the file. Slow: must run outside a transaction.

        :raises PasswordRefusedError: the password would not stand long; whoever has the file can guess without end.
        :raises SignInPasswordError: it is the one that signs in, so whoever learned one would have both.
        :raises VaultLockedError: this sign-in cannot open the vault.
        :raises SlowDownError: too many tries, or the server is too busy.
        """
        if session.vault_key is None:
            raise VaultLockedError
        documents = self._gathering.documents(session.account_id, session.vault_key)
        self._authentication.judge_password(password, about=(documents[MAIN].login,))
        if self._authentication.is_sign_in_password(session, password):
            raise SignInPasswordError
        with self._db.transaction():
            for document in documents.values():
                self._travelled(session.account_id, document.seed)
            note(self._activity, session, Kind.TAKEN_ALONG)
            facts = {BROWSER: session.browser} if session.browser else {}
            self._letters.write(session.account_id, Letter.TAKEN_ALONG, facts=facts)
        everything = self._gathering.everything(session, language=language)
        with self._db.transaction():
            # Once more, by what really leaves: another window may have made a persona meanwhile.
            for persona in everything.personas:
                self._travelled(session.account_id, unb64url(persona.seed))
        content = msgspec.json.encode(everything)
        with self._authentication.costly():
            return lock(
                content, password=normalise(password), typ=TYPE, cty="json", iterations=self._iterations
            ).encode("ascii")
