"""What a view works with: the services, who is signed in, and the request of a service in flight."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from flask import current_app, url_for
from werkzeug.exceptions import Unauthorized

from idp.clients.values import place_of
from idp.interactions.errors import InteractionGoneError
from idp.web import cookies, headers
from idp.web.languages import remember_asked
from idp.web.state import page_state

if TYPE_CHECKING:
    from idp.authentication.values import Session
    from idp.clients.values import Client
    from idp.interactions.values import Interaction
    from idp.services import Services
    from idp.vault.personas import Persona


@dataclass(frozen=True, slots=True)
class Pending:
    """A service's request that waits for this browser's citizen."""

    interaction: Interaction = field(repr=False)
    client: Client

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where this request's answer goes, of all that the service registered; nowhere on the web for a device."""
        redirect_uri = self.interaction.parameters.get("redirect_uri")
        return () if redirect_uri is None else (place_of(redirect_uri),)


def services() -> Services:
    """Give the services of the running application."""
    return cast("Services", current_app.extensions["proffer"])


def current_session() -> Session | None:
    """Give the browser session, asked for once a request; None when nobody is signed in."""
    state = page_state()
    if not state.session_known:
        state.session = services().authentication.session(cookies.session_secret())
        state.session_known = True
    return state.session


def leaving_session() -> Session | None:
    """Give the session of a citizen who is leaving; None for everybody else."""
    if current_session() is not None:
        return None
    return services().authentication.leaving_session(cookies.session_secret())


def signed_in() -> Session:
    """Give the browser session of a ``@citizen`` view.

    :raises Unauthorized: nobody is signed in; a view that forgot its decorator fails closed.
    """
    session = current_session()
    if session is None:
        raise Unauthorized
    return session


def sign_in_name() -> str:
    """Give the citizen's own sign-in name, which only their open vault knows; empty when it is locked."""
    return name_of(signed_in())


def name_of(session: Session) -> str:
    """Do the same for any of the sessions of this browser."""
    if session.vault_key is None:
        return ""
    return services().vault.read(session.account_id, session.vault_key).login


def other_sessions() -> tuple[Session, ...]:
    """Give the sessions of the other citizens in this browser, the last used first.

    Asked for once a request; no statement where nobody else is signed in. Those that have ended are left out.
    """
    state = page_state()
    if state.others is None:
        current = current_session()
        found: dict[str, Session] = {}
        for secret in cookies.others():
            session = services().authentication.session_at_rest(secret)
            if session is not None and (current is None or session.account_id != current.account_id):
                found.setdefault(session.account_id, session)
        state.others = tuple(found.values())
    return state.others


def personas() -> tuple[Persona, ...]:
    """Give the citizen's personas, asked for once a request; none where this session cannot open the vault."""
    state = page_state()
    if state.personas is None:
        session = signed_in()
        vault_key = session.vault_key
        state.personas = () if vault_key is None else services().personas.all(session.account_id, vault_key)
    return state.personas


def forget_session() -> None:
    """Ask for the session anew: this request has just started or ended one."""
    state = page_state()
    state.session_known = False
    state.others = None
    state.personas = None


def pending(secret: str) -> Pending:
    """Find the request in flight that a page works for, and prepare the page for it.

    The page speaks the language that the service asked for, and its forms may end at the service.

    :raises InteractionGoneError: unknown, finished, too old, or started by another browser.
    """
    browser = cookies.flow()
    if browser is None:
        raise InteractionGoneError
    interaction = services().interactions.get(secret, browser=browser)
    client = services().clients.get(interaction.client_id)
    if client is None:
        raise InteractionGoneError
    page_state().for_service = True
    remember_asked(interaction.parameters.get("ui_locales", ""), interaction.created_at)
    headers.allow_form_redirect(interaction.parameters.get("redirect_uri", ""))
    return Pending(interaction=interaction, client=client)


def onward(interaction: str) -> str:
    """Give the address at which the dispatcher decides the next step of a request in flight."""
    return url_for("oidc.authorize", interaction=interaction)
