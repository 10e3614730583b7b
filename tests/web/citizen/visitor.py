"""A citizen's browser without scripts: fills in the forms that pages really hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "plum orbit canvas ladder"


@dataclass
class FormFound:
    """One form of a page: where it goes and what it would send untouched."""

    id: str
    action: str | None
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FormFound] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            self.forms.append(FormFound(id=values.get("id") or "", action=values.get("action")))
            self._open = True
        if self._open and tag == "input" and values.get("name"):
            self.forms[-1].fields[str(values["name"])] = values.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "form"


class Visitor:
    """Opens pages and sends their forms."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page: TestResponse | None = None

    def open(self, path: str) -> TestResponse:
        """Ask for a page."""
        self.page = self.client.get(path)
        return self.page

    def send(self, form: str, **fields: str) -> TestResponse:
        """Fill in a form of the open page and send it."""
        assert self.page is not None
        parser = _Forms()
        parser.feed(self.page.text)
        found = {each.id: each for each in parser.forms}[form]
        unknown = set(fields) - set(found.fields) - {"account", "action"}
        assert not unknown, f"the form has no {unknown}"
        request = self.page.request
        address = found.action or request.full_path.rstrip("?")
        self.page = self.client.post(address, data={**found.fields, **fields})
        return self.page

    def sign_up(self, login: str = "amina", password: str = PASSWORD) -> str:
        """Make an account; gives the recovery code that the page shows."""
        self.open("/sign-up")
        shown = self.send("sign-up", username=login, password=password)
        assert shown.status_code == 200, shown.text
        return recovery_code(shown)

    def sign_in(self, login: str = "amina", password: str = PASSWORD, path: str = "/sign-in") -> TestResponse:
        """Sign in on the page at the path."""
        self.open(path)
        return self.send("login", username=login, password=password)


def recovery_code(page: TestResponse) -> str:
    """The recovery code on a page."""
    found = re.search(r'id="recovery-code"[^>]*>([^<]+)<', page.text)
    assert found is not None
    return found[1].strip()
