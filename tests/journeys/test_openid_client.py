"""The main way, with npm's openid-client as the council and a browser without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.clients.node_client import NodeClient, RelyingPartyError
from tests.journeys.services import CALLBACK, COUNCIL_KEY, DETAILS, claims

if TYPE_CHECKING:
    from tests.journeys.citizen import Citizen

FIVE = ("given_name", "family_name", "email", "phone_number", "birthdate")


def ask(council: NodeClient, *names: str, pushed: bool = False, **more: str) -> str:
    """Where the council sends the browser."""
    parameters = {"redirect_uri": CALLBACK, "scope": "openid offline_access", "claims": claims(*names), **more}
    url = council.call("authorizationUrl", parameters=parameters, pushed=pushed)["url"]
    assert isinstance(url, str)
    return url


def answer(citizen: Citizen) -> dict[str, str]:
    """What came back to the council in the address."""
    assert citizen.browser.url.startswith(CALLBACK), citizen.browser.text
    return {name: values[0] for name, values in parse_qs(urlsplit(citizen.browser.url).query).items()}


def sign_on(council: NodeClient, citizen: Citizen, *ticked: str) -> dict[str, Any]:
    """Ask for five, tick some, redeem the code."""
    citizen.browser.open(ask(council, *FIVE, prompt="consent"))
    citizen.choose(*ticked)
    tokens = council.call("callback", url=citizen.browser.url)
    assert isinstance(tokens, dict)
    return tokens


def userinfo(council: NodeClient, tokens: dict[str, Any]) -> dict[str, Any]:
    shared = council.call("userinfo", accessToken=tokens["access_token"], subject=tokens["claims"]["sub"])
    assert isinstance(shared, dict)
    return shared


def test_two_of_five_details_are_ticked_and_exactly_those_arrive(council: NodeClient, amina: Citizen) -> None:
    tokens = sign_on(council, amina, "given_name", "email")

    assert userinfo(council, tokens) == {
        "sub": tokens["claims"]["sub"],
        "given_name": DETAILS["given_name"],
        "email": DETAILS["email"],
    }


def test_the_id_token_carries_no_details(council: NodeClient, amina: Citizen) -> None:
    tokens = sign_on(council, amina, *FIVE)

    assert not set(tokens["claims"]) & set(FIVE)
    assert tokens["claims"]["iss"] == amina.provider.issuer


def test_coming_back_shows_no_page(council: NodeClient, amina: Citizen) -> None:
    first = sign_on(council, amina, "given_name", "email")

    amina.browser.visited.clear()
    amina.browser.open(ask(council, *FIVE))

    assert amina.browser.visited == ["/authorize"]
    again = council.call("callback", url=amina.browser.url)
    assert again["claims"]["sub"] == first["claims"]["sub"]
    assert set(userinfo(council, again)) == {"sub", "given_name", "email"}


def test_prompt_none_succeeds_silently_when_everything_is_settled(council: NodeClient, amina: Citizen) -> None:
    sign_on(council, amina, "given_name")

    amina.browser.open(ask(council, *FIVE, prompt="none"))

    assert "code" in answer(amina)


def test_one_more_detail_is_the_only_one_asked_about(council: NodeClient, amina: Citizen) -> None:
    sign_on(council, amina, "given_name", "email")

    amina.browser.open(ask(council, *FIVE, "address"))

    form = amina.browser.form_with("consent-allow")
    assert {each for each in form.ids if each.startswith("claim-")} == {"claim-address"}
    amina.browser.submit("consent-allow")
    shared = userinfo(council, council.call("callback", url=amina.browser.url))
    assert set(shared) == {"sub", "given_name", "email"}


def test_refusing_sends_access_denied_and_nothing_else(council: NodeClient, amina: Citizen) -> None:
    amina.browser.open(ask(council, *FIVE))
    amina.refuse()

    sent = answer(amina)
    assert sent["error"] == "access_denied"
    assert set(sent) <= {"error", "error_description", "state", "iss"}


def test_stopping_ends_userinfo_and_refresh_at_once(council: NodeClient, amina: Citizen) -> None:
    tokens = sign_on(council, amina, "given_name")
    assert userinfo(council, tokens)["given_name"] == DETAILS["given_name"]

    amina.stop_sharing_with("Parking permits")

    with pytest.raises(RelyingPartyError) as refused:
        userinfo(council, tokens)
    assert refused.value.status == 401
    with pytest.raises(RelyingPartyError) as ended:
        council.call("refresh", refreshToken=tokens["refresh_token"])
    assert ended.value.code == "invalid_grant"


def test_refreshing_keeps_the_sign_on_and_the_choice(council: NodeClient, amina: Citizen) -> None:
    tokens = sign_on(council, amina, "family_name")

    renewed = council.call("refresh", refreshToken=tokens["refresh_token"])

    assert renewed["claims"]["sub"] == tokens["claims"]["sub"]
    assert renewed["claims"]["auth_time"] == tokens["claims"]["auth_time"]
    assert userinfo(council, renewed) == {"sub": tokens["claims"]["sub"], "family_name": DETAILS["family_name"]}


def test_a_pushed_request_signs_on_as_well(council: NodeClient, amina: Citizen) -> None:
    amina.browser.open(ask(council, *FIVE, pushed=True))
    amina.choose("phone_number")

    tokens = council.call("callback", url=amina.browser.url)
    assert userinfo(council, tokens)["phone_number"] == DETAILS["phone_number"]


@pytest.mark.parametrize("pushed", [False, True])
def test_a_signed_request_signs_on_as_well(council: NodeClient, amina: Citizen, pushed: bool) -> None:
    """RFC 9101: the address holds who asks and the request object, or its reference, and nothing else."""
    url = council.call(
        "authorizationUrl",
        parameters={
            "redirect_uri": CALLBACK,
            "scope": "openid",
            "response_type": "code",
            "claims": claims("phone_number"),
            "max_age": "3600",
        },
        pushed=pushed,
        signingKey=COUNCIL_KEY.export(as_dict=True),
    )["url"]
    assert parse_qs(urlsplit(url).query).keys() == {"client_id", "request_uri" if pushed else "request"}

    amina.browser.open(url)
    amina.choose("phone_number")

    tokens = council.call("callback", url=amina.browser.url)
    assert userinfo(council, tokens)["phone_number"] == DETAILS["phone_number"]


def test_a_revoked_token_opens_nothing(council: NodeClient, amina: Citizen) -> None:
    tokens = sign_on(council, amina, "given_name")

    council.call("revoke", token=tokens["access_token"])

    with pytest.raises(RelyingPartyError) as refused:
        userinfo(council, tokens)
    assert refused.value.status == 401


def test_an_edited_detail_reaches_the_council_at_the_next_sign_on(council: NodeClient, amina: Citizen) -> None:
    sign_on(council, amina, "given_name")
    amina.browser.open(f"{amina.provider.issuer}/details")
    amina.change_detail("given_name", "Amina")

    amina.browser.open(ask(council, *FIVE))

    shared = userinfo(council, council.call("callback", url=amina.browser.url))
    assert shared["given_name"] == "Amina"
