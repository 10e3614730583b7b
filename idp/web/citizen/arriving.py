"""What every way in has in common: where the citizen came from, who asks, and where they go on.

The query of the page's own address carries it (``interaction``, ``next``), so the page survives a
reload, a change of language and a mistyped password.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from idp.authentication.values import Origin, Recovered, SignedIn, SignUp
from idp.clients.texts import Wording
from idp.web import company, context, cookies, languages
from idp.web.forms import safe_next


@dataclass(frozen=True, slots=True)
class Asking:
    """The service that waits for the citizen, in words for the page."""

    service: Wording
    organisation: str
    public_body: bool
    #: Nobody has checked who runs it; then where its answer goes is all that is known.
    self_registered: bool
    #: Empty when it goes to a device.
    hosts: tuple[str, ...]
    client_id: str
    #: Names its logo; None when there is none.
    logo: str | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a visitor of the sign-in pages comes from.

    :ivar pending: the service's request in flight, or None for a visit of our own pages.
    :ivar next: the page of ours that sent them here, checked to be ours.
    """

    pending: context.Pending | None = field(default=None, repr=False)
    next: str | None = None
    #: A page of ours wants a fresh sign-in of a citizen who is signed in.
    again: bool = False
    #: Somebody signs in beside the citizen whom this browser is with.
    another: bool = False

    @property
    def asking(self) -> Asking | None:
        """Who asks, or None."""
        if self.pending is None:
            return None
        client = self.pending.client
        return Asking(
            service=client.name(languages.current()),
            organisation=client.organisation.legal_name,
            public_body=client.organisation.public_body,
            self_registered=client.dynamic,
            hosts=self.pending.hosts,
            client_id=client.client_id,
            logo=client.logo,
        )

    @property
    def login_hint(self) -> str:
        """The sign-in name that the service expects (OpenID Connect Core §3.1.2.1), or an empty text."""
        return "" if self.pending is None else self.pending.interaction.parameters.get("login_hint", "")

    @property
    def query(self) -> dict[str, str]:
        """What links to the other ways in carry along."""
        found = {"next": self.next} if self.next else {}
        if self.another:
            found["another"] = "yes"
        return found if self.pending is None else {**found, "interaction": self.pending.interaction.secret}

    def to(self, endpoint: str, **more: str) -> str:
        """Give the address of another page on the way in, which carries the same along."""
        values: dict[str, Any] = {**self.query, **more}
        return url_for(endpoint, **values)

    @property
    def previous_session(self) -> str | None:
        """The session that a new one takes the place of; None when the citizen of the one there stays."""
        return None if self.another else cookies.session_secret()

    @property
    def onward(self) -> str:
        """Where to go when the citizen is signed in."""
        if self.pending is not None:
            return context.onward(self.pending.interaction.secret)
        return self.next or url_for("home.index")


def arrival() -> Arrival:
    """Read where this page's visitor comes from.

    :raises InteractionGoneError: the request that the address names is not there (any more).
    """
    secret = request.args.get("interaction")
    return Arrival(
        pending=context.pending(secret) if secret else None,
        next=safe_next(request.args.get("next")),
        again="again" in request.args,
        another="another" in request.args,
    )


def origin() -> Origin:
    """Describe the browser to the slow-down."""
    return Origin(
        address=request.remote_addr or "",
        browser_token=cookies.device(),
        user_agent=request.headers.get("User-Agent", ""),
    )


def admit(answer: Response, came: Arrival, signed: SignedIn | SignUp | Recovered) -> Response:
    """Give the browser its new session and tell the request in flight that its citizen is here."""
    staying = company.make_room(signed.account_id, beside=context.current_session() if came.another else None)
    # Whatever the visitor before left in this browser ends here, the secret of the form tokens too.
    session.clear()
    context.forget_session()
    cookies.set_session(answer, signed.session_secret, beside=staying)
    cookies.set_device(answer, signed.browser_token)
    if came.pending is not None:
        context.services().interactions.note(came.pending.interaction, account_chosen=signed.sid)
    return answer


def go_on(came: Arrival) -> Response:
    """Send the citizen to where they were going."""
    return redirect(came.onward, code=303)
