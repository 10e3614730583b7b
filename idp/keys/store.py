"""Rows of keys. Changes of state are single statements that say which state they expect."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Table, delete, select, update

from idp.keys.models import SigningKeyRow
from idp.keys.values import Key, State, StoredKey, Use
from idp.storage.db import Database
from idp.storage.dialects import insert_into
from idp.storage.versions import Versions

_key: Final[Table] = SigningKeyRow.__table__  # type: ignore[assignment]
_VERSION: Final = "keys"


class KeyStore:
    """The provider's keys in the database."""

    def __init__(self, *, db: Database, versions: Versions) -> None:
        self._db = db
        self._versions = versions
        self._insert = insert_into(db, SigningKeyRow).on_conflict_do_nothing().returning(_key.c.kid)

    def version(self) -> int:
        """Give the number that moves on with every change."""
        return self._versions.read([_VERSION])[_VERSION]

    def changed(self) -> None:
        """Move the version on. Called first in a transaction, it also makes writers take turns."""
        self._versions.bump(_VERSION)

    def all(self) -> tuple[StoredKey, ...]:
        """Give every key, retired ones too."""
        with self._db.reading() as connection:
            rows = connection.execute(select(_key)).all()
        return tuple(_stored(row) for row in rows)

    def add(self, stored: StoredKey) -> bool:
        """Add a key; False when its place, or its name, is taken already."""
        key = stored.key
        values = {
            "kid": key.kid,
            "use": key.use.value,
            "algorithm": key.algorithm,
            "state": key.state.value,
            "sealed_private": stored.sealed_private,
            "public_jwk": key.public_jwk,
            "created_at": key.created_at,
            "activated_at": key.activated_at,
            "retired_at": key.retired_at,
            "publish_until": key.publish_until,
        }
        with self._db.transaction() as connection:
            return connection.execute(self._insert, values).one_or_none() is not None

    def retire(self, kid: str, *, at: datetime, publish_until: datetime) -> bool:
        """Take a key out of use; False when it was not in use any more."""
        return self._move(kid, State.ACTIVE, state=State.RETIRED.value, retired_at=at, publish_until=publish_until)

    def activate(self, kid: str, *, at: datetime) -> bool:
        """Bring the key that was to follow into use; False when it was not waiting any more."""
        return self._move(kid, State.NEXT, state=State.ACTIVE.value, activated_at=at)

    def purge(self, *, before: datetime, hints: timedelta) -> int:
        """Delete retired keys that nothing depends on since that moment; how many went.

        A signing key loses its private half then. The other one stays for as long as what it signed may come back.
        """
        ended = (_key.c.state == State.RETIRED.value) & (_key.c.publish_until <= before)
        signing = _key.c.use == Use.SIGN.value
        half = update(_key).where(ended, signing, _key.c.sealed_private != b"").values(sealed_private=b"")
        gone = delete(_key).where(ended, ~signing | (_key.c.publish_until <= before - hints))
        with self._db.transaction() as connection:
            connection.execute(half)
            return connection.execute(gone).rowcount

    def _move(self, kid: str, expected: State, **values: Any) -> bool:  # noqa: ANN401 - columns of several types
        statement = update(_key).where(_key.c.kid == kid, _key.c.state == expected.value).values(**values)
        with self._db.transaction() as connection:
            return connection.execute(statement).rowcount == 1


def _stored(row: Any) -> StoredKey:  # noqa: ANN401 - a row of the table above
    key = Key(
        kid=row.kid,
        use=Use(row.use),
        algorithm=row.algorithm,
        state=State(row.state),
        public_jwk=row.public_jwk,
        created_at=row.created_at,
        activated_at=row.activated_at,
        retired_at=row.retired_at,
        publish_until=row.publish_until,
    )
    return StoredKey(key=key, sealed_private=row.sealed_private)
