"""A browser without scripts: cookies, redirects and forms, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass
class Form:
    """A form as the page has it: where it goes, what it holds, which buttons send it."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    #: Names and values of boxes and radios that are not chosen.
    unchosen: list[tuple[str, str]] = field(default_factory=list)
    #: id of each button -> (name, value, formaction)
    buttons: dict[str, tuple[str, str, str | None]] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    #: id of each box or radio -> (name, value)
    by_id: dict[str, tuple[str, str]] = field(default_factory=dict)
    #: Names of groups of which one may be chosen.
    radios: set[str] = field(default_factory=set)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.texts: list[str] = []
        self.heading = ""
        self._open: Form | None = None
        self._heading = False
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._textarea: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "h1":
            self._heading = True
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        if self._open is None:
            return
        if "id" in given:
            self._open.ids.add(given["id"])
        if tag == "button":
            name, value = given.get("name", ""), given.get("value", "")
            self._open.buttons[given.get("id", f"{name}={value}")] = (name, value, given.get("formaction"))
        elif tag == "input" and given.get("name") and "disabled" not in given:
            self._take_input(self._open, given)
        elif tag == "select":
            self._select, self._options = given.get("name", ""), []
        elif tag == "option" and self._select is not None:
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self._textarea, self._text = given.get("name", ""), ""

    @staticmethod
    def _take_input(form: Form, given: dict[str, str]) -> None:
        name, value, kind = given["name"], given.get("value", ""), given.get("type")
        if kind not in ("checkbox", "radio"):
            form.fields.append((name, value))
            return
        pair = (name, value or "on")
        (form.fields if "checked" in given else form.unchosen).append(pair)
        if kind == "radio":
            form.radios.add(name)
        if "id" in given:
            form.by_id[given["id"]] = pair

    def handle_endtag(self, tag: str) -> None:
        if tag == "h1":
            self._heading = False
        if tag == "form":
            self._open = None
        if self._open is None:
            return
        if tag == "select" and self._select is not None:
            chosen = [value for value, selected in self._options if selected] or [v for v, _ in self._options[:1]]
            self._open.fields += [(self._select, value) for value in chosen]
            self._select = None
        if tag == "textarea" and self._textarea is not None:
            self._open.fields.append((self._textarea, self._text))
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._heading:
            self.heading += data
        if self._textarea is not None:
            self._text += data
        self.texts.append(data)


class PlainBrowser:
    """Follows redirects and forms until an address begins with one of `foreign`, where it stops.

    :param trust: certificates of the authorities that it believes, beside the public ones.
    """

    def __init__(
        self,
        *,
        foreign: tuple[str, ...] = ("http://127.0.0.1:1",),
        language: str = "en",
        trust: Path | None = None,
    ) -> None:
        self._session = requests.Session()
        # Nothing of the caller's environment: neither proxies nor other authorities.
        self._session.trust_env = False
        if trust is not None:
            self._session.verify = str(trust)
        self._session.headers["Accept-Language"] = language
        self._session.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        self._foreign = foreign
        self.url = ""
        self.status = 0
        self.body = ""
        #: What a form carried to a foreign address.
        self.posted: dict[str, str] = {}
        self.visited: list[str] = []

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies it holds."""
        return {cookie.name: cookie.value or "" for cookie in self._session.cookies}

    @property
    def path(self) -> str:
        """Path of the page that is open."""
        return urlsplit(self.url).path

    @property
    def heading(self) -> str:
        """The text of the page's h1, spaces folded."""
        return " ".join(self._parsed().heading.split())

    @property
    def text(self) -> str:
        """All text of the page, spaces folded."""
        return " ".join(" ".join(self._parsed().texts).split())

    def open(self, url: str) -> None:
        """Go to an address."""
        self._request("GET", url)

    def fetch(self, url: str) -> requests.Response:
        """Get what a page embeds; the page stays open."""
        return self._session.get(url, allow_redirects=False, timeout=30)

    def post(self, url: str, data: Mapping[str, str]) -> None:
        """Send what another site's form sends."""
        self._request("POST", url, data=dict(data))

    def form_with(self, element_id: str) -> Form:
        """The form that holds an element."""
        for form in self._parsed().forms:
            if element_id in form.ids:
                return form
        raise AssertionError(f"no form on {self.path} ({self.status}) holds #{element_id}")

    def submit(
        self,
        button: str,
        *,
        tick: tuple[str, ...] = (),
        typed: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> None:
        """Press a button.

        :param button: its id.
        :param tick: ids of boxes and radios to choose.
        :param typed: what to type into fields, by name.
        :param files: name and content of what to choose for fields that take files, by name.
        """
        form = self.form_with(button)
        chosen = [form.by_id[each] for each in tick]
        instead = {name for name, _ in chosen} & form.radios
        values = dict(typed or {})
        left_out = instead | (files or {}).keys()
        fields = [(name, values.pop(name, value)) for name, value in form.fields if name not in left_out]
        assert not values, f"no such fields: {sorted(values)}"
        name, value, action = form.buttons[button]
        sent = fields + chosen + ([(name, value)] if name else [])
        target = urljoin(self.url, action or form.action or self.url)
        if form.method == "post":
            self._request("POST", target, data=sent, **({"files": files} if files else {}))
        else:
            self._request("GET", target, params=sent)

    def _request(self, method: str, url: str, **more: Any) -> None:
        for _ in range(20):
            if url.startswith(self._foreign):
                self.url, self.status, self.body = url, 0, ""
                self.posted = dict(more.get("data", ()))
                return
            answer = self._session.request(method, url, allow_redirects=False, timeout=30, **more)
            self.visited.append(urlsplit(url).path)
            if answer.status_code in _REDIRECTS:
                url = urljoin(url, answer.headers["Location"])
                method, more = "GET", {}
                continue
            self.url, self.status, self.body = url, answer.status_code, answer.text
            return
        raise AssertionError(f"more than 20 redirects, at {url}")

    def _parsed(self) -> _Forms:
        parser = _Forms()
        parser.feed(self.body)
        return parser
