"""While an account is locked, no page of a citizen answers but those that put it right: every route is looked at."""

from __future__ import annotations

from flask import Flask

from idp.services import Services
from idp.web.access import Audience, audience_of
from tests.architecture.test_routes import _path, _rules
from tests.web.citizen.visitor import Visitor

#: Reviewed: they put right, confirm the code that this shows, or are about who else is signed in in this browser.
REACHABLE = {"repair", "repair_steps", "recovery_code", "accounts", "vault", "vault_opening", "passkey_proof"}


def test_every_other_page_leads_to_putting_right(app: Flask, services: Services, visitor: Visitor) -> None:
    visitor.sign_up()
    account = services.accounts.find("amina")
    assert account is not None
    session = services.authentication.session(visitor.client.get_cookie("proffer_session").value)
    assert session is not None
    services.repair.locking.by_row(session, 1)
    visitor.sign_in()

    open_to_them = set()
    for rule in _rules(app):
        if audience_of(app.view_functions[rule.endpoint]) is Audience.CITIZEN and "GET" in (rule.methods or ()):
            answer = visitor.open(_path(app, rule))
            if (answer.status_code, answer.location) != (303, "/repair"):
                open_to_them.add(rule.endpoint.partition(".")[0])

    assert open_to_them <= REACHABLE
    # Of these, the steps too are closed to whoever has shown nothing but a password.
    assert visitor.open("/repair/ways").location == "/repair"
    assert "Show that it is you" in visitor.open("/repair").text
