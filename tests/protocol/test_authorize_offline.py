"""Access while the citizen is away is theirs to give: OIDC Core §11."""

import base64
from typing import Any

from idp.consent.values import Duration
from tests.protocol.sign_on import CALLBACK, SECRET, Browser, answer_of, page_of

OFFLINE = "openid offline_access"


def test_a_standing_choice_does_not_give_access_while_away_silently(citizen: Browser) -> None:
    citizen.agree("given_name")

    assert answer_of(citizen.authorize(scope=OFFLINE, prompt="none"))["error"] == "consent_required"
    assert page_of(citizen.authorize(scope=OFFLINE)).path == "/consent"


def test_access_while_away_is_remembered_once_it_was_given(citizen: Browser) -> None:
    citizen.agree("given_name", scope=OFFLINE)

    assert "code" in answer_of(citizen.authorize(scope=OFFLINE, prompt="none"))
    assert "code" in answer_of(citizen.authorize(scope="openid", prompt="none"))


def test_being_asked_about_a_detail_later_takes_nothing_back(citizen: Browser) -> None:
    one = '{"userinfo":{"given_name":null}}'
    citizen.agree("given_name", scope=OFFLINE, claims=one)
    page = page_of(citizen.authorize(scope="openid"))
    citizen.share(page, "given_name", "email")
    answer_of(citizen.come_back(page))

    assert "code" in answer_of(citizen.authorize(scope=OFFLINE, prompt="none"))


def tokens(citizen: Browser, code: str) -> dict[str, Any]:
    basic = base64.b64encode(f"permits:{SECRET}".encode()).decode()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    answer: dict[str, Any] = citizen.http.post(
        "/token", data=form, headers={"Authorization": f"Basic {basic}"}
    ).get_json()
    return answer


def test_a_choice_for_one_visit_gives_nothing_to_use_after_it(citizen: Browser) -> None:
    page = page_of(citizen.authorize(scope=OFFLINE))
    citizen.share(page, "given_name", duration=Duration.ONCE)

    answer = tokens(citizen, answer_of(citizen.come_back(page))["code"])

    assert "refresh_token" not in answer
    assert answer["scope"] == "openid"


def test_a_standing_choice_gives_a_refresh_token(citizen: Browser) -> None:
    page = page_of(citizen.authorize(scope=OFFLINE))
    citizen.share(page, "given_name")

    answer = tokens(citizen, answer_of(citizen.come_back(page))["code"])

    assert "refresh_token" in answer
    assert answer["scope"] == OFFLINE
