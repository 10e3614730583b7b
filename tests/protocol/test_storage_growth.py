"""Storage grows with people and grants, not with sign-ons."""

from __future__ import annotations

import base64
import threading
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from idp.cli.worker import purge_all
from idp.storage.db import Base
from tests.protocol.sign_on import CALLBACK, SECRET, Browser, answer_of

if TYPE_CHECKING:
    from idp.services import Services
    from tests.doubles import FrozenClock

SIGN_ONS = 5
#: Longer than anything that a sign-on leaves lives: a refresh token that is never used again.
LONG = {"days": 60}


def rows(services: Services) -> dict[str, int]:
    with services.db.reading() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in Base.metadata.tables.items()
        }


def sign_on(browser: Browser) -> None:
    """The whole of it: code, tokens, UserInfo, a refresh."""
    answer = answer_of(browser.authorize(scope="openid offline_access"))
    headers = {"Authorization": "Basic " + base64.b64encode(f"permits:{SECRET}".encode()).decode()}
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": CALLBACK}
    tokens = browser.http.post("/token", data=form, headers=headers).get_json()
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert browser.http.post("/token", data=form, headers=headers).status_code == 200
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert browser.http.get("/userinfo", headers=bearer).status_code == 200


def test_after_a_purge_a_returning_sign_on_leaves_its_activity_row_and_nothing_else(
    citizen: Browser, services: Services, clock: FrozenClock
) -> None:
    citizen.agree("given_name", scope="openid offline_access")
    # What the first sign-on left has to be gone before anything is counted; the session goes as well.
    clock.advance(**LONG)
    purge_all(services, stopping=threading.Event())
    citizen.sign_in()
    before = rows(services)

    for _ in range(SIGN_ONS):
        sign_on(citizen)
    clock.advance(**LONG)
    purge_all(services, stopping=threading.Event())

    after = rows(services)
    grown = {name: after[name] - before[name] for name in after if after[name] > before[name]}
    assert grown == {"activity": SIGN_ONS}
