"""The second factor: codes of an authenticator application (TOTP, RFC 6238), set up, asked for, removed.

The shared secret is sealed under the vault key. So a code can be checked only where the vault is open already: after
the right password, or in a session; the database alone, with every server key, checks none.

Between the password and the code nothing is open: the vault key is wrapped under a secret that is in the browser's
cookie, for five minutes and five codes. A citizen without their application has the recovery code, which stays a way
in of its own.
"""

from datetime import timedelta
from typing import Final

from idp.activity.values import Kind
from idp.authentication.code_store import HalfSignIn, SealedApp
from idp.authentication.desk import BY_CODE, BY_PASSWORD_AND_CODE, Desk
from idp.authentication.door import Attempt
from idp.authentication.errors import (
    CodeAppError,
    CodeRefusedError,
    SessionEndedError,
    SignInRefusedError,
    StartAgainError,
)
from idp.authentication.levels import CODE_AMR, beside_code
from idp.authentication.policy import browser_family
from idp.authentication.slow_down import Bucket
from idp.authentication.values import CodeApp, Origin, Session, SignedIn
from idp.crypto import one_time
from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import derive, seal, unseal, unwrap, wrap
from idp.crypto.secrets import digest, token
from idp.letters.values import Letter, Way
from idp.vault.values import VaultKey

#: Time to type the code after the password.
HALF_LIFETIME: Final = timedelta(minutes=5)
#: Codes that one right password may be followed by. Beside it, the door slows tries down as for passwords.
HALF_TRIES: Final = 5
_HALF_PURPOSE: Final = "vault key between password and code"
_SECRET_PURPOSE: Final = "secret of a code application"  # noqa: S105 - what a key is for
#: Whoever gets as far as a code knows the password, so tries from everywhere but the owner's browsers are one.
_ANYWHERE: Final = "anywhere"


class SecondFactor(Desk):
    """Use cases of the code application. Those that try a code open their own transactions."""

    def code_app(self, session: Session) -> CodeApp | None:
        """Give the citizen's code application; None when there is none, or it was begun elsewhere and never confirmed.

        :raises SessionEndedError: this session cannot open the vault.
        """
        held = self._parts.codes.app(session.account_id)
        if held is None:
            return None
        if held.confirmed_at is None:
            secret = _begun(held, session)
            return None if secret is None else CodeApp(held.created_at, None, secret)
        return CodeApp(held.created_at, held.confirmed_at, _opened(held, _key_of(session), session.account_id))

    def has_code_app(self, account_id: str) -> bool:
        """Tell whether a code application is set up and confirmed. One statement."""
        held = self._parts.codes.app(account_id)
        return held is not None and held.confirmed_at is not None

    def begin_code_app(self, session: Session) -> None:
        """Make a new shared secret, in the place of one that was never confirmed.

        :raises CodeAppError: an application is set up already.
        :raises SessionEndedError: this session cannot open the vault, or has ended.
        """
        parts, key = self._parts, _key_of(session)
        sealed = seal(_secret_key(key), one_time.new_secret(), context=_beginning(session))
        with parts.db.transaction():
            self._require_alive(session)
            if not parts.codes.begin(session.account_id, sealed, now=parts.clock.now()):
                raise CodeAppError

    def confirm_code_app(self, session: Session, code: str) -> str:
        """Take the first code as proof that the application works; gives the session's new secret.

        From now on a password alone does not sign in. Must not be called inside a transaction.

        :raises CodeAppError: nothing waits to be confirmed.
        :raises CodeRefusedError: it is not the code of this moment.
        :raises SessionEndedError: this session cannot open the vault, or has ended.
        :raises SlowDownError: too many tries.
        """
        parts, key = self._parts, _key_of(session)
        held = parts.codes.app(session.account_id)
        secret = None if held is None or held.confirmed_at is not None else _begun(held, session)
        if held is None or secret is None:
            raise CodeAppError
        attempt, now = self._enter(session), parts.clock.now()
        step = one_time.step_of(code, secret=secret, at=now)
        if step is None:
            raise CodeRefusedError
        sealed = seal(_secret_key(key), secret, context=_context(session.account_id))
        with parts.db.transaction():
            self._require_alive(session)
            if not parts.codes.confirm(session.account_id, held.sealed_secret, sealed=sealed, step=step, now=now):
                raise CodeAppError
            parts.door.succeeded(attempt)
            self._record(session.account_id, Kind.SECOND_FACTOR_ADDED, browser=session.browser)
            self._write(session.account_id, Letter.WAY_ADDED, way=Way.AUTHENTICATOR_APP, browser=session.browser)
            return self._upgraded(session, key)

    def remove_code_app(self, session: Session, *, password: str) -> None:
        """Take the application away, so that a password alone signs in. Must not be called inside a transaction.

        :raises SignInRefusedError: it is not the password, or not any more.
        :raises SessionEndedError: the session ended meanwhile.
        :raises SlowDownError: too many tries, or the server is too busy.
        """
        parts = self._parts
        attempt = parts.door.enter(session.sid.encode(), bucket=Bucket.SESSION, place="password")
        stored = parts.store.password(session.account_id)
        with self._judging(attempt):
            if parts.passwords.check(password, stored=stored) is None:
                raise SignInRefusedError
        with parts.db.transaction():
            if parts.store.locked_password(session.account_id) != stored:
                raise SignInRefusedError
            self._require_alive(session)
            parts.door.succeeded(attempt)
            if parts.codes.remove(session.account_id):
                self._record(session.account_id, Kind.SECOND_FACTOR_REMOVED, browser=session.browser)
                self._write(session.account_id, Letter.WAY_REMOVED, way=Way.AUTHENTICATOR_APP, browser=session.browser)

    def step_up(self, session: Session, code: str) -> str:
        """Add a code to a session that began with less; gives its new secret. Not inside a transaction.

        The secret changes, because whoever knew it before had not given the code; the time of the sign-in is now.

        :raises CodeAppError: there is no application.
        :raises CodeRefusedError: not the code of this moment, or used before.
        :raises SessionEndedError: this session cannot open the vault, or has ended.
        :raises SlowDownError: too many tries.
        """
        parts, key = self._parts, _key_of(session)
        held = parts.codes.app(session.account_id)
        if held is None or held.confirmed_at is None:
            raise CodeAppError
        attempt = self._enter(session)
        step = self._step(code, held, key, session.account_id)
        with parts.db.transaction():
            if step is not None and parts.codes.accept(session.account_id, held.sealed_secret, step=step):
                self._require_alive(session)
                parts.door.succeeded(attempt)
                self._record(session.account_id, Kind.STEPPED_UP, browser=session.browser)
                return self._upgraded(session, key)
            parts.door.failed(attempt)
            self._record(session.account_id, Kind.SIGN_IN_REFUSED, browser=session.browser, method=BY_CODE)
        raise CodeRefusedError

    def is_half_signed_in(self, half_secret: str | None) -> bool:
        """Tell whether a password was given in this browser and its code is awaited. One statement."""
        return self._half(half_secret) is not None

    def finish_sign_in(
        self, *, half_secret: str | None, code: str, origin: Origin, previous_session: str | None = None
    ) -> SignedIn:
        """Check the code that follows a password, and start the session. Must not be called inside a transaction.

        :raises StartAgainError: no password was given in this browser, too long ago, or too many codes were tried.
        :raises CodeRefusedError: not the code of this moment, or used before.
        :raises SlowDownError: too many tries.
        """
        parts, half = self._parts, self._half(half_secret)
        key = None if half is None else _half_key(half, half_secret or "")
        held = None if half is None else parts.codes.app(half.account_id)
        if half is None or key is None or held is None or held.confirmed_at is None:
            raise StartAgainError
        attempt = self._enter_half(half, origin)
        if not parts.codes.count(half.digest, most=HALF_TRIES, now=parts.clock.now()):
            raise StartAgainError
        step = self._step(code, held, key, half.account_id)
        browser = browser_family(origin.user_agent)
        with parts.db.transaction():
            if step is not None and parts.codes.accept(half.account_id, held.sealed_secret, step=step):
                if not parts.codes.end_half(half.digest):
                    raise StartAgainError
                parts.door.succeeded(attempt)
                self._record(half.account_id, Kind.SIGNED_IN, browser=browser, method=BY_PASSWORD_AND_CODE)
                return self._start(
                    half.account_id,
                    key,
                    origin=origin,
                    known=half.known_browser,
                    previous_session=previous_session,
                    amr=CODE_AMR,
                    method=BY_PASSWORD_AND_CODE,
                )
            parts.door.failed(attempt)
            self._record(half.account_id, Kind.SIGN_IN_REFUSED, browser=browser, method=BY_CODE)
        raise CodeRefusedError

    def _begin_half(self, account_id: str, key: VaultKey, *, known: bool) -> str:
        """Keep a right password until its code comes; gives the secret for the browser's cookie."""
        parts, secret = self._parts, token()
        kept = digest(secret)
        parts.codes.add_half(
            HalfSignIn(
                digest=kept,
                account_id=account_id,
                wrapped_vault_key=wrap(
                    derive(secret.encode(), purpose=_HALF_PURPOSE), key.secret, context=_half_context(account_id, kept)
                ),
                known_browser=known,
                expires_at=parts.clock.now() + HALF_LIFETIME,
            )
        )
        return secret

    def _half(self, half_secret: str | None) -> HalfSignIn | None:
        if not half_secret:
            return None
        return self._parts.codes.half(digest(half_secret), now=self._parts.clock.now())

    def _enter(self, session: Session) -> Attempt:
        return self._parts.door.enter(session.sid.encode(), bucket=Bucket.SESSION, place="code")

    def _enter_half(self, half: HalfSignIn, origin: Origin) -> Attempt:
        known = half.known_browser and origin.browser_token is not None
        place = digest(origin.browser_token or "").hex() if known else _ANYWHERE
        bucket = Bucket.BROWSER if known else Bucket.NETWORK
        return self._parts.door.enter(b"code of " + half.account_id.encode(), bucket=bucket, place=place)

    def _step(self, code: str, held: SealedApp, key: VaultKey, account_id: str) -> int | None:
        secret = _opened(held, key, account_id)
        return one_time.step_of(code, secret=secret, at=self._parts.clock.now())

    def _require_alive(self, session: Session) -> None:
        if self._parts.sessions.find(session.secret) is None:
            raise SessionEndedError

    def _upgraded(self, session: Session, key: VaultKey) -> str:
        amr = beside_code(session.amr)
        # Beside a key the code is no sign-in of its own.
        began = None if "pwd" in amr else session.auth_time
        acr = self._parts.levels.strongest(amr)
        secret = self._parts.sessions.renew(session, key, acr=acr, amr=amr, auth_time=began)
        if secret is None:
            raise SessionEndedError
        return secret


def _key_of(session: Session) -> VaultKey:
    key = session.vault_key
    if key is None:
        raise SessionEndedError
    return key


def _half_key(half: HalfSignIn, secret: str) -> VaultKey | None:
    wrapping_key = derive(secret.encode(), purpose=_HALF_PURPOSE)
    context = _half_context(half.account_id, half.digest)
    try:
        return VaultKey(unwrap(wrapping_key, half.wrapped_vault_key, context=context))
    except SealBrokenError:
        return None


def _half_context(account_id: str, kept: bytes) -> bytes:
    return b"half_sign_in\0" + account_id.encode() + b"\0" + kept


def _secret_key(key: VaultKey) -> bytes:
    return derive(key.secret, purpose=_SECRET_PURPOSE)


def _context(account_id: str) -> bytes:
    return b"one_time_code\0" + account_id.encode()


def _beginning(session: Session) -> bytes:
    return b"one_time_code begun\0" + session.account_id.encode() + b"\0" + session.sid.encode()


def _begun(held: SealedApp, session: Session) -> bytes | None:
    """Give the secret of an application that waits for its first code; None outside of the sign-in that began it.

    Whoever had the account open for a moment may have begun it and noted the secret. Were it shown to its owner as
    theirs, both would have the second factor.
    """
    if held.created_at < session.auth_time:
        return None
    try:
        return unseal(_secret_key(_key_of(session)), held.sealed_secret, context=_beginning(session))
    except SealBrokenError:
        return None


def _opened(held: SealedApp, key: VaultKey, account_id: str) -> bytes:
    try:
        return unseal(_secret_key(key), held.sealed_secret, context=_context(account_id))
    except SealBrokenError:
        raise SessionEndedError from None
