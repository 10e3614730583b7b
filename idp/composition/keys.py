"""Signing keys, and how long what they sign lives."""

from datetime import timedelta

from idp.clock import Clock
from idp.keys.service import KeyService
from idp.keys.store import KeyStore
from idp.keys.values import Lives
from idp.settings import Settings
from idp.storage.db import Database
from idp.storage.versions import Versions


def build_keys(*, db: Database, versions: Versions, clock: Clock, settings: Settings) -> KeyService:
    """Build the service."""
    return KeyService(
        db=db,
        store=KeyStore(db=db, versions=versions),
        clock=clock,
        key_encryption=settings.secrets.key_encryption_bytes(),
        cache_seconds=settings.cache.seconds,
        lives=_lives(settings),
    )


def _lives(settings: Settings) -> Lives:
    tokens = settings.tokens
    return Lives(
        signed=timedelta(seconds=max(tokens.id_token_seconds, tokens.access_seconds)),
        sealed=timedelta(seconds=max(tokens.refresh_idle_seconds, tokens.access_seconds)),
        hints=timedelta(seconds=settings.sessions.absolute_seconds),
        signing_days=settings.keys.signing_days,
        token_days=settings.keys.token_days,
    )
