"""Services that register themselves, for the tests of RFC 7591 and RFC 7592."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp.app import create_app
from idp.outbound.errors import FetchFailedError
from idp.outbound.fetch import Fetched, Fetcher
from idp.services import Services
from idp.storage.db import Base
from tests.conftest import make_settings
from tests.doubles import FrozenClock

CALLBACK = "https://self.example/callback"


class Web:
    """What lies at addresses outside, in the place of the fetcher; counts what was fetched."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}
        self.fetched: list[str] = []

    def get(self, url: str, *, accept: str, max_bytes: int | None = None) -> Fetched:
        assert accept
        self.fetched.append(url)
        body = self.documents.get(url)
        if body is None or len(body) > (max_bytes or 0):
            raise FetchFailedError
        return Fetched(status=200, body=body, headers={})


class Registering:
    """A provider that lets services register, and somebody who does."""

    def __init__(self, app: Flask, web: Web, clock: FrozenClock) -> None:
        self.app, self.web, self.clock = app, web, clock
        self.http = app.test_client()
        self.services: Services = app.extensions["proffer"]

    def post(self, body: Any, *, token: str | None = None, **headers: str) -> TestResponse:
        """Send a body as it is when it is bytes, else as JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = ({"Authorization": f"Bearer {token}"} if token else {}) | headers
        return self.http.post("/register", data=raw, content_type="application/json", headers=sent)

    def registered(self, *, token: str | None = None, **members: Any) -> dict[str, Any]:
        """Register a service for which nothing is wrong; what it is told."""
        answer = self.post(good(**members), token=token)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.get_json()
        return told

    def refused(self, **members: Any) -> tuple[int, str, str]:
        """Status, code and description of what a registration is refused with."""
        return error_of(self.post(good(**members)))

    def manage(self, method: str, told: dict[str, Any], *, token: str | None = None, **members: Any) -> TestResponse:
        """Read, change or take back what was registered."""
        path = told["registration_client_uri"].removeprefix("http://localhost:8000")
        shown = told["registration_access_token"] if token is None else token
        body = {name: each for name, each in members.items() if each is not None} if method == "PUT" else None
        return self.http.open(
            path, method=method, headers={"Authorization": f"Bearer {shown}"} if shown else {}, json=body
        )


def good(**members: Any) -> dict[str, Any]:
    """Metadata for which nothing is wrong, with members changed, or taken out by None."""
    sent = {"redirect_uris": [CALLBACK], "client_name": "A service"} | members
    return {name.replace("__", "#"): member for name, member in sent.items() if member is not None}


def error_of(answer: TestResponse) -> tuple[int, str, str]:
    """Status, code and description, after what every error owes its reader (RFC 7591 §3.2.2)."""
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.get_json()
    assert set(body) <= {"error", "error_description"}
    return answer.status_code, body["error"], body.get("error_description", "")


@contextmanager
def registering(
    folder: Path, patch: pytest.MonkeyPatch, *, limit: str = "off", database_url: str | None = None, **registration: Any
) -> Iterator[Registering]:
    """Start a provider with a section `registration`."""
    web = Web()
    patch.setattr(Fetcher, "get", lambda _self, url, **how: web.get(url, **how))
    database = {} if database_url is None else {"database": {"url": database_url}}
    settings = make_settings(
        folder, registration={"mode": "open"} | registration, limits={"registration": limit}, **database
    )
    clock = FrozenClock()
    app = create_app(settings, clock=clock)
    services: Services = app.extensions["proffer"]
    with app.app_context():
        Base.metadata.create_all(services.db.engine)
        services.keys.ensure()
        yield Registering(app, web, clock)
    services.close()
