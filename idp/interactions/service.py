"""Keeping an authorization request until its citizen has done what it needs, once.

A pushed request and an interrupted sign-in are one thing at two moments: pushing stores the request, the first
browser that brings it makes it its own. The parameters never travel through a browser again (RFC 9126 §1), and open
only with the secret: the database alone shows which service asked, not what for.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack

from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import derive, seal, unseal
from idp.crypto.secrets import digest, same, token
from idp.interactions.errors import InteractionGoneError
from idp.interactions.store import InteractionStore, Stored
from idp.interactions.values import Facts, Interaction, Kind, PushedRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idp.clock import Clock

#: The form that RFC 9126 §2.2 suggests for a pushed request.
REQUEST_URI_PREFIX: Final = "urn:ietf:params:oauth:request_uri:"
_PURPOSE: Final = "parameters of an authorization request"
_SECRET_CHARACTERS: Final = 43


class NewFacts(TypedDict, total=False):
    """The facts that a page may settle; the fields of `Facts`."""

    account_chosen: str | None
    grant_id: str | None
    refused: bool
    step_up_declined: bool


class InteractionService:
    """Use cases around a request in flight.

    :param lifetime_seconds: how long a page may keep an interactive request open.
    :param pushed_seconds: how long a pushed request waits for its browser.
    """

    def __init__(self, *, store: InteractionStore, clock: Clock, lifetime_seconds: int, pushed_seconds: int) -> None:
        self._store = store
        self._clock = clock
        self._lifetime = timedelta(seconds=lifetime_seconds)
        self._pushed = timedelta(seconds=pushed_seconds)

    def push(self, client_id: str, parameters: Mapping[str, str]) -> PushedRequest:
        """Store a validated request of an authenticated service (RFC 9126 §2.2)."""
        interaction = self._add(Kind.PUSHED, client_id, parameters, browser=None, lifetime=self._pushed)
        return PushedRequest(REQUEST_URI_PREFIX + interaction.secret, int(self._pushed.total_seconds()))

    def open_pushed(self, request_uri: str, client_id: str) -> Interaction:
        """Open a pushed request without using it up (RFC 9126 §4): a page may be visited twice.

        :raises InteractionGoneError: not one of ours, another service's, ended or used.
        """
        if not request_uri.startswith(REQUEST_URI_PREFIX):
            raise InteractionGoneError
        secret = request_uri.removeprefix(REQUEST_URI_PREFIX)
        stored = self._open(secret)
        if stored.client_id != client_id:
            raise InteractionGoneError
        return _unsealed(stored, secret)

    def adopt(self, secret: str, *, browser: str) -> Interaction:
        """Make a pushed request this browser's own, because a page interrupts it.

        :param browser: the browser's flow cookie.
        :raises InteractionGoneError: ended, used, or already another browser's.
        """
        stored = self._open(secret)
        now = self._clock.now()
        # A second visit must not keep a request alive for ever: its time counts from its first page.
        expires_at = now + self._lifetime if stored.browser_digest is None else stored.expires_at
        if not self._store.adopt(stored.digest, browser_digest=digest(browser), now=now, expires_at=expires_at):
            raise InteractionGoneError
        return replace(_unsealed(stored, secret), kind=Kind.INTERACTIVE, expires_at=expires_at)

    def start(self, client_id: str, parameters: Mapping[str, str], *, browser: str) -> Interaction:
        """Store a validated request that a page interrupts, bound to the browser's flow cookie."""
        return self._add(Kind.INTERACTIVE, client_id, parameters, browser=browser, lifetime=self._lifetime)

    def get(self, secret: str, *, browser: str | None) -> Interaction:
        """Open an interactive request in the browser that it belongs to.

        The binding keeps a stranger from luring a citizen into a sign-in that the stranger began.

        :raises InteractionGoneError: unknown, ended, used, or another browser's.
        """
        stored = self._open(secret)
        if browser is None or stored.browser_digest is None or not same(stored.browser_digest, digest(browser)):
            raise InteractionGoneError
        return _unsealed(stored, secret)

    def note(self, interaction: Interaction, **facts: Unpack[NewFacts]) -> Interaction:
        """Record what a page has settled, and return the request with it.

        :raises InteractionGoneError: ended or used in the meantime.
        """
        noted = replace(interaction, facts=replace(interaction.facts, **facts))
        if not self._store.note(digest(interaction.secret), facts=_facts_as_json(noted.facts), now=self._clock.now()):
            raise InteractionGoneError
        return noted

    def finish(self, secret: str) -> bool:
        """Use the request up, pushed or interactive; True exactly once, however many try at the same time."""
        return self._store.finish(digest(secret), now=self._clock.now())

    def purge(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` requests that ended before the moment; returns how many."""
        return self._store.purge(before=before, limit=limit)

    def _add(
        self, kind: Kind, client_id: str, parameters: Mapping[str, str], *, browser: str | None, lifetime: timedelta
    ) -> Interaction:
        now = self._clock.now()
        secret = token()
        interaction = Interaction(secret, kind, client_id, dict(parameters), Facts(), now, now + lifetime)
        content = json.dumps(interaction.parameters, separators=(",", ":")).encode()
        stored = Stored(
            digest=digest(secret),
            kind=kind,
            client_id=client_id,
            browser_digest=digest(browser) if browser is not None else None,
            sealed=seal(_key(secret), content, context=_context(client_id)),
            facts=_facts_as_json(interaction.facts),
            created_at=now,
            expires_at=interaction.expires_at,
            used_at=None,
        )
        self._store.add(stored)
        return interaction

    def _open(self, secret: str) -> Stored:
        stored = self._store.find(digest(secret)) if len(secret) == _SECRET_CHARACTERS else None
        if stored is None or stored.used_at is not None or stored.expires_at <= self._clock.now():
            raise InteractionGoneError
        return stored


def _unsealed(stored: Stored, secret: str) -> Interaction:
    try:
        content = unseal(_key(secret), stored.sealed, context=_context(stored.client_id))
    except SealBrokenError:
        raise InteractionGoneError from None
    facts = _facts_from_json(stored.facts)
    return Interaction(
        secret, stored.kind, stored.client_id, json.loads(content), facts, stored.created_at, stored.expires_at
    )


def _key(secret: str) -> bytes:
    return derive(secret.encode(), purpose=_PURPOSE)


def _context(client_id: str) -> bytes:
    return b"interaction:" + client_id.encode()


def _facts_as_json(facts: Facts) -> dict[str, Any]:
    return {
        "account_chosen": facts.account_chosen,
        "grant_id": facts.grant_id,
        "refused": facts.refused,
        "step_up_declined": facts.step_up_declined,
    }


def _facts_from_json(facts: Mapping[str, Any]) -> Facts:
    return Facts(**facts)
