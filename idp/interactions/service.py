"""Keeping an authorization request until its citizen has done what it needs, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from idp.clock import Clock
from idp.interactions.store import InteractionStore
from idp.interactions.values import Interaction, PushedRequest


class InteractionService:
    """Use cases around a request in flight."""

    def __init__(
        self, *, store: InteractionStore, clock: Clock, lifetime_seconds: int, pushed_seconds: int
    ) -> None:
        """Take the two lifetimes from settings.interactions."""

    def push(self, client_id: str, parameters: Mapping[str, str]) -> PushedRequest:
        """Store a pushed request (RFC 9126 §2.2)."""
        raise NotImplementedError

    def open_pushed(self, request_uri: str, client_id: str) -> Interaction:
        """Open a pushed request without using it up (RFC 9126 §4). :raises InteractionGoneError:"""
        raise NotImplementedError

    def adopt(self, secret: str, *, browser: str) -> Interaction:
        """Turn a pushed request into an interactive one bound to this browser. :raises InteractionGoneError:"""
        raise NotImplementedError

    def start(self, client_id: str, parameters: Mapping[str, str], *, browser: str) -> Interaction:
        """Store a request that a page interrupts, bound to the browser token."""
        raise NotImplementedError

    def get(self, secret: str, *, browser: str) -> Interaction:
        """Open a request in the browser that it belongs to. :raises InteractionGoneError:"""
        raise NotImplementedError

    def note(self, interaction: Interaction, **facts: object) -> Interaction:
        """Record facts (fields of `Facts`) and return the interaction with them. :raises InteractionGoneError:"""
        raise NotImplementedError

    def finish(self, secret: str) -> bool:
        """Use the request up; True exactly once, however many try at the same time."""
        raise NotImplementedError

    def purge(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` requests that ended before the moment; returns how many."""
        raise NotImplementedError
