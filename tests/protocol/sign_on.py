"""A citizen's browser at the authorization endpoint, over HTTP, with our own pages' part done by the services.

The pages have tests of their own; here a page's work is done directly and the browser goes back to `/authorize`.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from idp.authentication.errors import CodeNeededError
from idp.authentication.values import Origin, Session
from idp.clients.reading import parse
from idp.consent.values import Choices, Grant
from idp.interactions.values import Interaction
from idp.protocol.resources import named
from idp.protocol.response_types import opens_userinfo
from idp.services import Services
from idp.vault.values import NewDetail
from tests.authenticator import shown

ISSUER = "http://localhost:8000"
CALLBACK = "http://127.0.0.1:8001/callback"
CALLBACK_WITH_QUERY = "http://127.0.0.1:8001/callback?tenant=%7E1"
SECRET = "council-secret-0123456789abcdefghij"
#: SHA-256 of the verifier of RFC 7636 Appendix B.
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
PASSWORD = "correct horse battery staple"

_TEXT = {"en": "Because we need it", "fr": "Parce que", "ar": "لأن"}
FILE: dict[str, Any] = {
    "organisations": {"northtown": {"legal_name": "Northtown Council", "public_body": True}},
    "clients": [
        {
            "client_id": "permits",
            "organisation": "northtown",
            "name": "Parking permits",
            "redirect_uris": [CALLBACK, CALLBACK_WITH_QUERY],
            "grant_types": ["authorization_code", "refresh_token"],
            "scope": "openid profile email offline_access",
            "secret": SECRET,
        },
        {
            "client_id": "pushing",
            "organisation": "northtown",
            "name": "Library",
            "redirect_uris": [CALLBACK],
            "scope": "openid profile email",
            "secret": SECRET,
            "require_pushed_authorization_requests": True,
        },
        {
            "client_id": "app",
            "organisation": "northtown",
            "name": "The app",
            "application_type": "native",
            "redirect_uris": ["http://127.0.0.1/callback"],
            "scope": "openid email",
            "token_endpoint_auth_method": "none",
        },
    ],
    "uses": [
        {
            "client": "permits",
            "key": "permit",
            "state": "approved",
            "lawful_basis": "public_task",
            "purpose": _TEXT,
            "without_it": _TEXT,
            "details": [
                {"claim": "given_name", "essential": True, "reason": _TEXT, "retention": _TEXT},
                {"claim": "email", "essential": False, "reason": _TEXT, "retention": _TEXT},
            ],
        }
    ],
}


def register(services: Services) -> None:
    """Register the services that the tests sign on to."""
    services.clients.register(parse(FILE))


@dataclass(frozen=True)
class Page:
    """A page of ours that the browser was sent to."""

    path: str
    interaction: str


class Browser:
    """One browser. `session` is the secret of its browser session, once somebody signed in."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.http = app.test_client()
        self.services: Services = app.extensions["proffer"]
        self.session: str | None = None
        self.app_secret = b""
        self.recovery_code = ""

    # What the citizen does on our pages

    def sign_up(self, login: str = "amina") -> Session:
        signed = self.services.authentication.sign_up(login=login, password=PASSWORD, origin=Origin("192.0.2.1"))
        session = self._signed(signed.session_secret)
        self.recovery_code = signed.recovery_code
        self.services.authentication.confirm_recovery_code(session.account_id, signed.recovery_code)
        assert session.vault_key is not None
        self.services.vault.add(
            session.account_id,
            session.vault_key,
            NewDetail("given_name", "Amina"),
            NewDetail("email", f"{login}@citizen.example"),
        )
        return session

    def sign_up_beside(self, login: str) -> Session:
        """Sign another citizen up in this browser, which is with them then; whoever was here stays signed in."""
        before = self.session
        assert before is not None
        session = self.sign_up(login)
        held = self.http.get_cookie("proffer_others", domain="localhost")
        others = [before, *(held.value.split(".") if held else [])]
        self.http.set_cookie("proffer_others", ".".join(others), domain="localhost")
        return session

    def change_over(self) -> Session:
        """Let the browser be with the other of its two citizens."""
        held = self.http.get_cookie("proffer_others", domain="localhost")
        assert held is not None
        assert self.session is not None
        self.http.set_cookie("proffer_others", self.session, domain="localhost")
        return self._signed(held.value)

    def sign_in(self, login: str = "amina") -> Session:
        authentication, here = self.services.authentication, Origin("192.0.2.1")
        try:
            signed = authentication.sign_in(login=login, password=PASSWORD, origin=here, previous_session=self.session)
        except CodeNeededError as needed:
            signed = authentication.finish_sign_in(
                half_secret=needed.half_secret, code=self.code(), origin=here, previous_session=self.session
            )
        return self._signed(signed.session_secret)

    def set_up_app(self) -> Session:
        """Set an authenticator app up, which makes this session one of two factors."""
        self.services.authentication.begin_code_app(self.signed_in())
        app = self.services.authentication.code_app(self.signed_in())
        assert app is not None
        self.app_secret = app.secret
        return self._signed(self.services.authentication.confirm_code_app(self.signed_in(), self.code()))

    def recover(self, recovery_code: str, login: str = "amina") -> Session:
        """Get in by recovery code: a session of one factor, also for a citizen who has an app."""
        recovered = self.services.authentication.recover(
            login=login, code=recovery_code, new_password=PASSWORD, origin=Origin("192.0.2.1")
        )
        return self._signed(recovered.session_secret)

    def code(self) -> str:
        """What the app shows now."""
        return shown(self.app_secret, self.services.clock.now())

    def step_up(self) -> Session:
        """Give the code on the page that asks for it."""
        return self._signed(self.services.authentication.step_up(self.signed_in(), self.code()))

    def decline(self, page: Page) -> None:
        """Go back on that page."""
        self.services.interactions.note(self.interaction(page), step_up_declined=True)

    def _signed(self, secret: str) -> Session:
        self.session = secret
        self.http.set_cookie("proffer_session", secret, domain="localhost")
        return self.signed_in()

    def signed_in(self) -> Session:
        session = self.services.authentication.session(self.session)
        assert session is not None
        return session

    def interaction(self, page: Page) -> Interaction:
        cookie = self.http.get_cookie("proffer_flow", domain="localhost")
        assert cookie is not None
        return self.services.interactions.get(page.interaction, browser=cookie.value)

    def share(self, page: Page, *claims: str, **choices: Any) -> Grant:
        """Choose on the choosing page."""
        interaction = self.interaction(page)
        client = self.services.clients.get(interaction.client_id)
        assert client is not None
        scopes = tuple(interaction.parameters["scope"].split())
        request = self.services.consent.request(
            scopes,
            interaction.parameters.get("claims"),
            claims_locales=interaction.parameters.get("claims_locales"),
            opens_userinfo=opens_userinfo(interaction.parameters["response_type"]),
            resources=named(interaction.parameters.get("resource")),
        )
        session = self.signed_in()
        grant = self.services.consent.standing(session.account_id, client.client_id)
        difference = self.services.consent.difference(
            request, client=client, grant=grant, session=session, ask_again=True
        )
        assert difference is not None
        if request.languages:
            shown = self.services.consent.page(
                request, session=session, client=client, language="en", difference=difference
            )
            choices["languages"] = {
                detail.claim: frozenset(each.tag for each in detail.languages)
                for detail in shown.needed + shown.optional
            }
        decided = self.services.consent.decide(
            request,
            session=session,
            client=client,
            difference=difference,
            choices=Choices(allowed=frozenset(claims), **choices),
            scopes=scopes,
        )
        self.services.interactions.note(interaction, grant_id=decided.id)
        return decided

    def refuse(self, page: Page) -> None:
        self.services.interactions.note(self.interaction(page), refused=True)

    # What the browser does

    def authorize(self, method: str = "GET", /, **changes: str | None) -> TestResponse:
        """Come with a good request of the council's; parameters changed, or taken out by None."""
        sent: dict[str, str | None] = {
            "client_id": "permits",
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "state": "a-state",
            "claims": '{"userinfo":{"given_name":null,"email":null}}',
        }
        pairs = {name: value for name, value in (sent | changes).items() if value is not None}
        if method == "POST":
            return self.http.post("/authorize", data=pairs)
        return self.http.get("/authorize", query_string=pairs)

    def come_back(self, page: Page) -> TestResponse:
        return self.http.get("/authorize", query_string={"interaction": page.interaction})

    def agree(self, *claims: str, **changes: str | None) -> None:
        """Go through the choosing page once, so that the next sign-on finds a standing choice."""
        page = page_of(self.authorize("GET", **changes))
        self.share(page, *claims)
        assert "code" in answer_of(self.come_back(page))


def page_of(response: TestResponse) -> Page:
    """The page of ours that an answer leads to."""
    assert response.status_code == 303, response.text
    parts = urlsplit(response.headers["Location"])
    assert not parts.netloc, response.headers["Location"]
    query = dict(parse_qsl(parts.query))
    if "interaction" in query:
        return Page(parts.path, query["interaction"])
    path, _, interaction = parts.path.rpartition("/")
    return Page(path, interaction)


def answer_of(response: TestResponse, *, at: str = CALLBACK) -> dict[str, str]:
    """The parameters that the service gets in the query of its redirect URI."""
    return _answer_behind(response, at + ("&" if "?" in at else "?"))


def fragment_of(response: TestResponse, *, at: str = CALLBACK) -> dict[str, str]:
    """The parameters that the service gets in the fragment of its redirect URI, whose own query is as it was."""
    return _answer_behind(response, at + "#")


def _answer_behind(response: TestResponse, address: str) -> dict[str, str]:
    assert response.status_code == 303, response.text
    location = response.headers["Location"]
    assert location.startswith(address), location
    assert location.count("#") == (1 if address.endswith("#") else 0), location
    pairs = parse_qsl(location[len(address) :], keep_blank_values=True)
    answer = dict(pairs)
    assert len(answer) == len(pairs)
    return answer
