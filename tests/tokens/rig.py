"""The token room on a database of its own, as one process of the provider would have it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event, insert

from idp.accounts.models import AccountRow
from idp.activity.service import ActivityService
from idp.activity.store import ActivityStore
from idp.clients.models import ClientRow
from idp.consent.models import GrantRow
from idp.consent.values import Grant
from idp.keys.service import KeyService
from idp.keys.store import KeyStore
from idp.keys.values import Lives
from idp.settings import TokenSettings
from idp.storage.versions import Versions
from idp.tokens.service import TokenService
from idp.tokens.store import TokenStore
from tests.doubles import START, FrozenClock
from tests.storage.databases import open_database
from tests.tokens.sign_ons import SIGN_ON


class Rig:
    """Tokens with everything below them."""

    def __init__(self, url: str, clock: FrozenClock, **settings: Any) -> None:
        self.clock = clock
        self.settings = TokenSettings(**settings)
        self.app, self.db = open_database(url)
        with self.app.app_context():
            self.keys = KeyService(
                db=self.db,
                store=KeyStore(db=self.db, versions=Versions(db=self.db)),
                clock=clock,
                key_encryption=b"0123456789abcdef0123456789abcdef",
                cache_seconds=3600,
                lives=Lives(
                    signed=timedelta(seconds=self.settings.access_seconds),
                    sealed=timedelta(seconds=self.settings.refresh_idle_seconds),
                    hints=timedelta(hours=12),
                    signing_days=0,
                    token_days=0,
                ),
            )
            self.keys.ensure()
            self.activity = ActivityService(store=ActivityStore(db=self.db), clock=clock)
            self.tokens = TokenService(
                db=self.db, keys=self.keys, clock=clock, activity=self.activity, settings=self.settings
            )

    def grant(self) -> Grant:
        """What the citizen of the sign-on shares."""
        found = TokenStore(db=self.db).grant(SIGN_ON.grant_id)
        assert found is not None
        return found

    def agree(self, **changes: Any) -> None:
        """Have the citizen of the sign-on, and what they share."""
        with self.db.transaction() as session:
            session.execute(
                insert(AccountRow).values(
                    id=SIGN_ON.account_id, login_index=b"l" * 32, state="active", locale=None, created_at=START
                )
            )
            for client_id in ("council", "bookshop"):
                session.execute(
                    insert(ClientRow).values(
                        client_id=client_id,
                        state="approved",
                        profile="oidc",
                        names={},
                        organisation={},
                        registration={},
                        secret_digests=[],
                        created_at=START,
                        updated_at=START,
                    )
                )
            session.execute(
                insert(GrantRow).values(
                    **{
                        "id": SIGN_ON.grant_id,
                        "account_id": SIGN_ON.account_id,
                        "persona": "main",
                        "client_id": SIGN_ON.client_id,
                        "sub": "subject-of-amina-at-the-council",
                        "scopes": ["openid"],
                        "decisions": [],
                        "claims": [],
                        "claims_sealed": b"sealed",
                        "grant_key_wrapped": b"wrapped",
                        "vault_version": 1,
                        "sealed_at": START,
                        "duration": "standing",
                        "created_at": START,
                        "updated_at": START,
                        "reconfirm_at": START + timedelta(days=365),
                        "withdrawn_at": None,
                        "token_epoch": 0,
                        "last_used_at": None,
                    }
                    | changes
                )
            )


class Statements:
    """What was said to the database."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.commits = 0

    @property
    def count(self) -> int:
        return len(self.texts)

    @property
    def writes(self) -> int:
        return sum(not text.lstrip().upper().startswith("SELECT") for text in self.texts)


@contextmanager
def counted(engine: Engine) -> Iterator[Statements]:
    """Count statements and commits."""
    statements = Statements()

    def executed(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        statements.texts.append(text)

    def committed(_connection: Any) -> None:
        statements.commits += 1

    event.listen(engine, "before_cursor_execute", executed)
    event.listen(engine, "commit", committed)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", executed)
        event.remove(engine, "commit", committed)
