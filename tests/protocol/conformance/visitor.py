"""A citizen with a browser without scripts who does what the judge's scripted browser does on each page."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl, urljoin, urlsplit

from tests.journeys.plain_browser import PlainBrowser
from tests.protocol.conformance import example
from tests.tls import Authority


class Visitor(PlainBrowser):
    """Opens addresses and settles the pages that come, by the ids that docs/conformance.md promises."""

    def __init__(
        self,
        authority: Authority,
        *,
        login: str = "amina",
        foreign: tuple[str, ...] = (example.JUDGE, "https://localhost.emobix.co.uk"),
    ) -> None:
        super().__init__(foreign=foreign, trust=authority.bundle)
        self.login = login
        #: Buttons that the citizen pressed; not counting the one that stands in for a script.
        self.pages: list[str] = []
        #: What the page that signs out had loaded in frames.
        self.frames: list[str] = []

    def go(self, url: str) -> None:
        """Open an address and settle whatever is asked on the way."""
        self.pages.clear()
        self.frames.clear()
        self.open(url)
        self.settle()

    def settle(self) -> None:
        """Sign in, share everything, press on, until a page wants nothing of this."""
        while self.status == 200:
            if 'id="login-submit"' in self.body:
                self._press("login-submit", username=self.login, password=example.citizen(self.login)["password"])
            elif 'id="consent-select-all"' in self.body:
                self.submit("consent-select-all")
                self._press("consent-allow")
            elif 'id="consent-allow"' in self.body:
                self._press("consent-allow")
            elif 'id="logout-confirm"' in self.body:
                self._press("logout-confirm")
            elif 'id="signing-out"' in self.body:
                self.frames += [unescape(address) for address in re.findall(r'<iframe src="([^"]+)"', self.body)]
                self.open(urljoin(self.url, unescape(re.findall(r'data-onward="([^"]+)"', self.body)[0])))
            elif 'id="form-post-submit"' in self.body:
                self.submit("form-post-submit")
            else:
                return

    @property
    def answer(self) -> dict[str, str]:
        """What reached the service, by whatever way: query, fragment or form."""
        assert not self.stayed, f"{self.path} ({self.status}): {self.text}"
        parts = urlsplit(self.url)
        pairs = [*parse_qsl(parts.query, True), *parse_qsl(parts.fragment, True), *self.posted.items()]
        assert len(dict(pairs)) == len(pairs), "an answer says each thing once"
        return {name: unescape(value) for name, value in pairs}

    @property
    def place(self) -> str:
        """Where the answer stood."""
        parts = urlsplit(self.url)
        places = {"query": parts.query, "fragment": parts.fragment, "form": self.posted}
        return " ".join(name for name, content in places.items() if content)

    @property
    def stayed(self) -> bool:
        """It is still at the provider: nothing was sent anywhere else."""
        return self.status != 0

    def _press(self, button: str, **typed: str) -> None:
        self.pages.append(button)
        before = self.body
        self.submit(button, typed=typed)
        assert self.body != before, f"#{button} led back to the same page: {self.text}"
