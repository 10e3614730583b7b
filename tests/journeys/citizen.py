"""A citizen with a browser without scripts."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from tests.journeys.plain_browser import PlainBrowser
from tests.journeys.services import PASSWORD

if TYPE_CHECKING:
    from tests.journeys.provider import StartedProvider


class Citizen:
    """Signs up, fills in details, chooses; remembers the secrets that passed."""

    def __init__(self, provider: StartedProvider, *, login: str | None = None) -> None:
        self.provider = provider
        self.login = login or f"amina-{secrets.token_hex(6)}@journeys.example"
        self.password = PASSWORD
        self.recovery_code = ""
        self.browser = PlainBrowser()

    def sign_up(self) -> None:
        """Create the account and confirm the recovery code."""
        self.browser.open(f"{self.provider.issuer}/sign-up")
        self.browser.submit("sign-up-submit", typed={"username": self.login, "password": self.password})
        assert self.browser.status == 200, self.browser.text
        shown = re.search(r'id="recovery-code"[^>]*>([^<]+)<', self.browser.body)
        assert shown, self.browser.text
        self.recovery_code = shown[1]
        self.browser.submit("recovery-code-submit", typed={"recovery_code": self.recovery_code})
        assert self.browser.path == "/", self.browser.text

    def sign_in(self, password: str | None = None) -> None:
        """Sign in on the page that is open."""
        typed = {"username": self.login, "password": password or self.password}
        self.browser.submit("login-submit", typed=typed)

    def add_detail(self, claim: str, value: str) -> None:
        """Add a detail that has one field, or a date."""
        self.browser.open(f"{self.provider.issuer}/details/add/{claim}")
        if claim == "birthdate":
            year, month, day = value.split("-")
            fields = {"value.year": year, "value.month": month, "value.day": day}
        else:
            fields = {"value": value}
        self.browser.submit("detail-save", typed=fields)
        assert self.browser.path == "/details", self.browser.text

    def choose(self, *claims: str, once: bool = False) -> None:
        """Tick these on the choosing page and share."""
        tick = tuple(f"claim-{claim}" for claim in claims)
        self.browser.submit("consent-allow", tick=tick + (("duration-once",) if once else ()))

    def refuse(self) -> None:
        """Press the other button."""
        self.browser.submit("consent-deny")

    def stop_sharing_with(self, name: str) -> None:
        """Open "Your sharing", the service's page, and stop: as few clicks as sharing took."""
        self.browser.open(f"{self.provider.issuer}/sharing")
        link = re.search(rf'href="(/sharing/[^"]+)"[^>]*>(?:(?!</a>).)*{re.escape(name)}', self.browser.body, re.DOTALL)
        assert link, self.browser.text
        self.browser.open(self.provider.issuer + link[1])
        self.browser.submit("sharing-stop")

    def change_detail(self, claim: str, value: str) -> None:
        """Change the one detail of that kind."""
        self.browser.open(f"{self.provider.issuer}/details")
        label = {"given_name": "Given name", "email": "Email address"}[claim]
        link = re.search(rf'href="(/details/[^"]+/change)"[^>]*>Change<span[^>]*>\s*{label}', self.browser.body)
        assert link, self.browser.text
        self.browser.open(self.provider.issuer + link[1])
        self.browser.submit("detail-save", typed={"value": value})
