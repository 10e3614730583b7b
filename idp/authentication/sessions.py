"""Browser sessions: on the server's side, with a sliding and an absolute end.

A session's secret is in its cookie and nowhere else. The row holds a digest of it, and the vault key wrapped under a
key derived from it: whoever reads the table can neither use a session nor open a vault.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from idp.authentication.policy import SEEN_PRECISION, browser_name, is_alive, system_name
from idp.authentication.session_store import NewSession, SessionStore
from idp.authentication.values import SESSION_KEY_PURPOSE, Session, SessionSummary, session_context
from idp.authentication.whereabouts import seal_place
from idp.clock import Clock
from idp.crypto.sealing import derive, wrap
from idp.crypto.secrets import digest, identifier, token
from idp.places import Place
from idp.settings import SessionSettings
from idp.vault.values import VaultKey

#: Called with the `sid` of sessions that somebody ended, inside the transaction that ends them.
EndListener = Callable[[Collection[str]], None]


class Sessions:
    """Every citizen's browser sessions."""

    def __init__(self, *, store: SessionStore, settings: SessionSettings, clock: Clock, ended: EndListener) -> None:
        """Work on `store`, and let `ended` know of every session that somebody ends, in the same transaction."""
        self._store = store
        self._ended = ended
        self._idle = timedelta(seconds=settings.idle_seconds)
        self._absolute = timedelta(seconds=settings.absolute_seconds)
        self._clock = clock

    def begin(
        self,
        account_id: str,
        key: VaultKey | None,
        *,
        acr: str,
        amr: tuple[str, ...],
        user_agent: str,
        sid: str | None = None,
        place: Place | None = None,
    ) -> tuple[str, str]:
        """Start a session and give its secret and its `sid`.

        :param sid: of the session that this one goes on from; a new one for None.
        :param place: kept only under the citizen's key, so only where there is one.
        """
        secret, sid, now = token(), sid or identifier(), self._clock.now()
        wrapped = None if key is None else _wrapped(key, secret=secret, account_id=account_id, sid=sid)
        self._store.add(
            NewSession(
                digest=digest(secret),
                sid=sid,
                account_id=account_id,
                at=now,
                expires_at=now + self._absolute,
                acr=acr,
                amr=amr,
                wrapped_vault_key=wrapped,
                browser=browser_name(user_agent),
                system=system_name(user_agent),
                sealed_place=seal_place(place, key, account_id=account_id, sid=sid),
            )
        )
        return secret, sid

    def find(self, secret: str | None, *, used: bool = True) -> Session | None:
        """Give the session that a cookie belongs to, if it is alive and its account active.

        One statement; once a minute another one, which lets it slide.

        :param used: its citizen is at the browser, so that it does not rest.
        """
        if not secret:
            return None
        session = self._store.find(digest(secret), secret=secret)
        now = self._clock.now()
        if session is None or not self._lives(session, now):
            return None
        if used and now - session.seen_at >= SEEN_PRECISION:
            self._store.touch(session.sid, at=now)
        return session

    def keep(self, session: Session) -> None:
        """Note that a session is used now, also within the minute in which that is known."""
        self._store.touch(session.sid, at=self._clock.now())

    def renew(
        self,
        session: Session,
        key: VaultKey | None,
        *,
        acr: str,
        amr: tuple[str, ...],
        auth_time: datetime | None = None,
    ) -> str | None:
        """Let a citizen who has just proved more go on under a new secret; None when the session has ended.

        It stays the same session for services (`sid`) and ends when it would have.

        :param key: None where nothing they proved opens the vault.
        :param auth_time: when they signed in, where this proof is no sign-in of its own; now when left out.
        """
        secret = token()
        renewed = self._store.renew(
            digest(session.secret),
            to=digest(secret),
            wrapped_vault_key=None
            if key is None
            else _wrapped(key, secret=secret, account_id=session.account_id, sid=session.sid),
            auth_time=auth_time or self._clock.now(),
            seen_at=self._clock.now(),
            acr=acr,
            amr=amr,
        )
        return secret if renewed else None

    def end(self, secret: str | None) -> str | None:
        """End the session of a cookie; gives its account's id, or None when there was none."""
        ended = self._store.remove(digest(secret)) if secret else None
        if ended is None:
            return None
        self._ended([ended.sid])
        return ended.account_id

    def make_way(self, secret: str | None, *, account_id: str) -> str | None:
        """End the session that a browser had before somebody signs in there; gives the `sid` to go on with.

        The same citizen's sign-in is the same session to the services that it signed in to, and they keep their
        citizen. For anybody else's, None.
        """
        ended = self._store.remove(digest(secret)) if secret else None
        if ended is not None and ended.account_id == account_id:
            return ended.sid
        self._ended([] if ended is None else [ended.sid])
        return None

    def end_of(self, account_id: str, *, sid: str | None = None, keep_sid: str | None = None) -> int:
        """End an account's sessions: all, the one named, or all but the one to keep; gives how many."""
        ended = self._store.remove_of(account_id, sid=sid, keep_sid=keep_sid)
        self._ended(ended)
        return len(ended)

    def of(self, account_id: str) -> tuple[SessionSummary, ...]:
        """Give the sessions of an account that are alive, the last used first."""
        now = self._clock.now()
        return tuple(session for session in self._store.of(account_id) if self._lives(session, now))

    def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` sessions that were over at a moment; gives how many."""
        return self._store.purge(expired_before=before, seen_before=before - self._idle, limit=limit)

    def _lives(self, session: Session | SessionSummary, now: datetime) -> bool:
        return is_alive(seen_at=session.seen_at, expires_at=session.expires_at, now=now, idle=self._idle)


def _wrapped(key: VaultKey, *, secret: str, account_id: str, sid: str) -> bytes:
    wrapping_key = derive(secret.encode(), purpose=SESSION_KEY_PURPOSE)
    return wrap(wrapping_key, key.secret, context=session_context(account_id=account_id, sid=sid))
