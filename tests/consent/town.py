"""A citizen, a council and a bookshop: the rooms of choice on a real database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from idp.authentication.values import Session
from idp.clients.reading import parse
from idp.clients.service import ClientService
from idp.clients.store import ClientStore
from idp.clients.values import Client
from idp.consent.last_used import LastUsed
from idp.consent.page import ChoicePage
from idp.consent.service import ConsentService
from idp.consent.store import GrantStore
from idp.consent.values import Choices, ClaimsRequest, Difference, Grant, GrantTicket
from idp.outbound.fetch import Fetcher
from idp.settings import OutboundSettings
from idp.storage.versions import Versions
from idp.vault.values import NewDetail
from tests.authentication.world import CATALOGUE, World, make_world

ADDRESS = {"street_address": "14 Quay Lane", "locality": "Northtown", "postal_code": "SW1A 1AA", "country": "GB"}
#: What the citizen has told, unless a test says otherwise.
DETAILS: tuple[tuple[str, Any], ...] = (
    ("given_name", "Amina"),
    ("family_name", "Haddad"),
    ("birthdate", "1988-02-29"),
    ("email", "amina@mail.example"),
    ("email", "haddad@work.example"),
)


def detail(
    claim: str, *, essential: bool = False, smaller: tuple[str, ...] = (), reason: str = "To know"
) -> dict[str, Any]:
    """One entry of a registered use."""
    return {
        "claim": claim,
        "essential": essential,
        "smaller": list(smaller),
        "reason": {"en": reason, "fr": f"{reason} (fr)"},
        "retention": "1 year",
    }


class Town:
    """One citizen in front of services that a test registers."""

    def __init__(self, folder: Path, *, url: str | None = None) -> None:
        self.world: World = make_world(folder, url=url)
        db, clock = self.world.db, self.world.clock
        self.clients = ClientService(
            db=db,
            store=ClientStore(db=db),
            versions=Versions(db=db),
            catalogue=CATALOGUE,
            fetcher=Fetcher(settings=OutboundSettings()),
            clock=clock,
            cache_seconds=0,
            development=True,
        )
        self.store = GrantStore(db=db)
        self.last_used = LastUsed(self.store.mark_used, around=self.world.app.app_context, interval_seconds=3600)
        self.consent = ConsentService(
            db=db,
            store=self.store,
            catalogue=CATALOGUE,
            vault=self.world.vault,
            activity=self.world.activity,
            clock=clock,
            last_used=self.last_used,
            reconfirm_months=12,
            personas=self.world.personas,
        )
        self.session: Session

    def move_in(self, details: tuple[tuple[str, Any], ...] = DETAILS, login: str = "amina@example.org") -> None:
        """Sign the citizen up, with details in the vault."""
        signed_up = self.world.citizen(login)
        self.session = self.world.session(signed_up.session_secret)
        self.tell(*details)

    def tell(self, *details: tuple[str, Any]) -> None:
        """Add details to the vault."""
        if details:
            key = self.session.vault_key
            assert key is not None
            self.world.vault.add(self.session.account_id, key, *(NewDetail(claim, raw) for claim, raw in details))

    def edit(self, claim: str, raw: str, *, place: int = 0) -> None:
        """Change a detail in the vault."""
        key = self.session.vault_key
        assert key is not None
        held = self.world.vault.read(self.session.account_id, key).values(claim)[place]
        self.world.vault.edit(self.session.account_id, key, held.id, raw)

    def remove(self, claim: str, *, place: int = 0) -> None:
        """Remove a detail from the vault."""
        key = self.session.vault_key
        assert key is not None
        held = self.world.vault.read(self.session.account_id, key).values(claim)[place]
        self.world.vault.remove(self.session.account_id, key, held.id)

    def attribute(self, claim: str, place: int = 0) -> str:
        """Give the id of a held value."""
        key = self.session.vault_key
        assert key is not None
        return self.world.vault.read(self.session.account_id, key).values(claim)[place].id

    def service(
        self,
        *details: Mapping[str, Any],
        client_id: str = "council",
        purpose: str = "To issue a parking permit",
        state: str = "approved",
        **metadata: Any,
    ) -> Client:
        """Register a service; without details it has no register entry."""
        use = {
            "client": client_id,
            "key": "permit",
            "state": state,
            "purpose": {"en": purpose},
            "lawful_basis": "public_task",
            "details": list(details),
            "without_it": {"en": "We cannot issue a permit online."},
        }
        tables = {
            "organisations": {
                "northtown": {
                    "legal_name": "Northtown Council",
                    "public_body": True,
                    "help": {"en": "You can phone 0300 555 0199."},
                }
            },
            "clients": [
                {
                    "client_id": client_id,
                    "organisation": "northtown",
                    "name": {"en": "Parking permits", "fr": "Stationnement"},
                    "redirect_uris": [f"https://{client_id}.example/callback"],
                    **metadata,
                }
            ],
            "uses": [use] if details else [],
        }
        self.clients.register(parse(tables))
        client = self.clients.get(client_id)
        assert client is not None
        return client

    def ask(self, *names: str, **entries: Mapping[str, Any] | None) -> ClaimsRequest:
        """Make a request for UserInfo."""
        import json

        userinfo = dict.fromkeys(names) | entries
        return self.consent.request(["openid"], json.dumps({"userinfo": userinfo}))

    def standing(self, client: Client) -> Grant | None:
        """Give the citizen's grant for the service."""
        return self.consent.standing(self.session.account_id, client.client_id)

    def difference(self, request: ClaimsRequest, client: Client, *, ask_again: bool = False) -> Difference | None:
        """Give what has to be asked."""
        return self.consent.difference(
            request, client=client, grant=self.standing(client), session=self.session, ask_again=ask_again
        )

    def page(self, request: ClaimsRequest, client: Client, language: str = "en", **more: Any) -> ChoicePage:
        """Give the page for what has to be asked."""
        difference = self.difference(request, client)
        assert difference is not None
        return self.consent.page(
            request, session=self.session, client=client, language=language, difference=difference, **more
        )

    def share(
        self, request: ClaimsRequest, client: Client, *allowed: str, ask_again: bool = False, **more: Any
    ) -> Grant:
        """Decide, as by ticking these details."""
        difference = self.difference(request, client, ask_again=ask_again)
        assert difference is not None
        return self.consent.decide(
            request,
            session=self.session,
            client=client,
            difference=difference,
            choices=Choices(allowed=frozenset(allowed), **more),
            scopes=["openid"],
        )

    def ticket(self, request: ClaimsRequest, client: Client) -> GrantTicket:
        """Open the grant for tokens."""
        grant = self.standing(client)
        assert grant is not None
        return self.consent.ticket(request, session=self.session, client=client, grant=grant)

    def userinfo(self, ticket: GrantTicket, client: Client) -> dict[str, Any]:
        """Give what leaves for a token that was made from the ticket."""
        grant = self.standing(client)
        assert grant is not None
        current = self.clients.get(client.client_id)
        assert current is not None
        return dict(self.consent.released(grant, grant_key=ticket.grant_key, requested=ticket.userinfo, client=current))

    def answer(self, request: ClaimsRequest, client: Client) -> dict[str, Any]:
        """Sign on without a page and give what leaves."""
        assert self.difference(request, client) is None
        return self.userinfo(self.ticket(request, client), client)

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Collect the SQL statements of a block."""
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        event.listen(self.world.db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(self.world.db.engine, "before_cursor_execute", note)
