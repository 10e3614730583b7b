"""A citizen at the choosing page, over HTTP, with services that ask for more and less than they may."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from idp.authentication.values import Origin, Session
from idp.clients.reading import parse
from idp.consent.values import Grant
from idp.services import Services
from idp.vault.values import NewDetail
from tests.web.citizen.forms import Form, posting

PASSWORD = "plum orbit canvas ladder"
CALLBACK = "https://permits.example/callback"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
NAME_WITHOUT_SPACES = "W" * 200
MARKUP = '<b onclick="x()">Bold & "quoted"</b>'


def _text(english: str) -> dict[str, str]:
    return {"en": english, "fr": f"FR {english}", "ar": f"AR {english}"}


def _detail(claim: str, *, essential: bool = False, smaller: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "claim": claim,
        "essential": essential,
        "reason": _text(f"Reason for {claim}"),
        "retention": _text("Two years"),
        "smaller": list(smaller),
    }


def _client(client_id: str, name: str, organisation: str = "northtown") -> dict[str, Any]:
    return {
        "client_id": client_id,
        "organisation": organisation,
        "name": name,
        "redirect_uris": [CALLBACK],
        "scope": "openid profile email phone address offline_access",
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
    }


FILE: dict[str, Any] = {
    "organisations": {
        "northtown": {
            "legal_name": "Northtown Council",
            "public_body": True,
            "help": _text("You can phone 0300 123 4567."),
        },
        "marked": {"legal_name": MARKUP},
    },
    "clients": [
        _client("permits", "Parking permits"),
        _client("shop", "Bookshop"),
        _client("long", NAME_WITHOUT_SPACES),
        _client("marked", MARKUP, "marked"),
        _client("rtl", "مكتبة المدينة"),
    ],
    "uses": [
        {
            "client": "permits",
            "key": "permit",
            "state": "approved",
            "lawful_basis": "public_task",
            "purpose": _text("To issue your permit."),
            "without_it": _text("Without it you cannot use this service online."),
            "details": [
                _detail("given_name", essential=True),
                _detail("birthdate", essential=True, smaller=("age_over_18",)),
                _detail("email"),
                _detail("phone_number"),
                _detail("nationalities"),
                _detail("picture"),
            ],
        }
    ],
}


class Chooser:
    """One browser with one citizen in it."""

    def __init__(self, app: Flask, services: Services) -> None:
        self.http = app.test_client()
        self.services = services
        self.address = ""
        self.page: TestResponse | None = None
        self.session = self._sign_up()

    def _sign_up(self) -> Session:
        authentication = self.services.authentication
        signed = authentication.sign_up(login="amina", password=PASSWORD, origin=Origin("192.0.2.1"))
        authentication.confirm_recovery_code(signed.account_id, signed.recovery_code)
        self.http.set_cookie("proffer_session", signed.session_secret, domain="localhost")
        session = authentication.session(signed.session_secret)
        assert session is not None
        return session

    def sign_in(self) -> Session:
        """Sign in anew, as after a long time."""
        signed = self.services.authentication.sign_in(login="amina", password=PASSWORD, origin=Origin("192.0.2.1"))
        self.http.set_cookie("proffer_session", signed.session_secret, domain="localhost")
        session = self.services.authentication.session(signed.session_secret)
        assert session is not None
        self.session = session
        return session

    def holds(self, *details: tuple[str, object] | tuple[str, object, str]) -> None:
        key = self.session.vault_key
        assert key is not None
        new = (NewDetail(detail[0], detail[1], *detail[2:]) for detail in details)
        self.services.vault.add(self.session.account_id, key, *new)

    # The service asks

    def asked(self, *claims: str, client: str = "permits", **parameters: str) -> TestResponse:
        """Come from a service that asks for these details, and open the page that follows."""
        sent = {
            "client_id": client,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "state": "a-state",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "claims": json.dumps({"userinfo": dict.fromkeys(claims)}),
        }
        answer = self.http.get("/authorize", query_string=sent | parameters)
        self.address = answer.headers["Location"]
        if self.address.startswith("/consent/"):
            self.page = self.http.get(self.address)
            return self.page
        return answer

    @property
    def html(self) -> str:
        assert self.page is not None
        return self.page.text

    def form(self) -> Form:
        return posting(self.html)

    # The citizen answers

    def press(self, button: str, form: Form | None = None) -> TestResponse:
        return self.send((form or self.form()).sent(button))

    def send(self, pairs: list[tuple[str, str]]) -> TestResponse:
        fields: dict[str, list[str]] = {}
        for name, value in pairs:
            fields.setdefault(name, []).append(value)
        self.page = self.http.post(self.address, data=fields)
        return self.page

    def answer(self) -> str:
        """Where the browser ends after the page: the service's address."""
        assert self.page is not None
        assert self.page.status_code == 303, self.page.text
        back = self.http.get(self.page.headers["Location"])
        assert back.status_code == 303, back.text
        return back.headers["Location"]

    def grant(self, client: str = "permits") -> Grant:
        grant = self.services.consent.standing(self.session.account_id, client)
        assert grant is not None
        return grant


def register(services: Services, *, callback: str = CALLBACK) -> None:
    """Register the services; `callback` is where they want the browser back."""
    clients = [{**client, "redirect_uris": [callback]} for client in FILE["clients"]]
    services.clients.register(parse({**FILE, "clients": clients}))
