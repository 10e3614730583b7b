"""Deciding, remembering, releasing and stopping: the use cases of choice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from idp.authentication.values import Session
from idp.clients.values import Client
from idp.consent.page import ChoicePage
from idp.consent.values import Choices, ClaimsRequest, Difference, Grant, GrantTicket


class ConsentService:
    """Use cases of choice. Constructor takes store, catalogue, vault, activity, clock, last_used, settings.consent."""

    def request(self, scopes: Collection[str], claims_parameter: str | None) -> ClaimsRequest:
        """Read what a request asks for. :raises ClaimsParameterError:"""
        raise NotImplementedError

    def standing(self, account_id: str, client_id: str, persona: str = "main") -> Grant | None:
        """Return the citizen's grant for a service, stopped ones too: one select, vault version joined."""
        raise NotImplementedError

    def difference(
        self, request: ClaimsRequest, *, client: Client, grant: Grant | None, ask_again: bool = False
    ) -> Difference | None:
        """Return what has to be asked, or None when all is remembered; `ask_again` is prompt=consent."""
        raise NotImplementedError

    def page(
        self, request: ClaimsRequest, *, session: Session, client: Client, language: str, difference: Difference,
        choices: Choices | None = None, faults: Mapping[str, str] | None = None, select_all: bool = False,
    ) -> ChoicePage:
        """Build the page. :raises VaultLockedError:"""
        raise NotImplementedError

    def decide(
        self, request: ClaimsRequest, *, session: Session, client: Client, difference: Difference,
        choices: Choices, scopes: Collection[str],
    ) -> Grant:
        """Record the choice and seal the values; one commit.

        :raises EssentialRefusedError: answer access_denied.
        :raises ChoiceInvalidError: show the page again with `faults`.
        :raises UnrequestedClaimError: the form was made up.
        :raises VaultLockedError: sign in again.
        """
        raise NotImplementedError

    def refuse(self, request: ClaimsRequest, *, session: Session, client: Client) -> None:
        """Record that the citizen did not share; nothing that was agreed before changes."""
        raise NotImplementedError

    def ticket(self, request: ClaimsRequest, *, session: Session, client: Client, grant: Grant) -> GrantTicket:
        """Open a grant for tokens; no statement unless the values have to be sealed again.

        :raises EssentialRefusedError: an essential detail is not held with a value that the service takes.
        :raises GrantGoneError: / VaultLockedError:
        """
        raise NotImplementedError

    def released(
        self, grant: Grant, *, grant_key: bytes, requested: Collection[str], client: Client
    ) -> Mapping[str, object]:
        """Return what leaves now: THE release function, used by ID token, UserInfo, refresh and introspection."""
        raise NotImplementedError

    def shared_with(self, account_id: str) -> tuple[Grant, ...]:
        """Return every grant of the citizen, live ones first."""
        raise NotImplementedError

    def withdraw(self, *, account_id: str, grant_id: str) -> None:
        """Stop sharing: values and wrapped key deleted, tokens dead, activity row. :raises GrantGoneError:"""
        raise NotImplementedError

    def purge(self, before: datetime, limit: int) -> int:
        """Delete the sealed values of up to `limit` ended once-only grants; returns how many."""
        raise NotImplementedError
