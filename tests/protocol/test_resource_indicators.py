"""Which resource server a token is for. RFC 8707."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from idp.clients.errors import RegistrationFaultsError
from idp.clients.reading import parse
from idp.crypto import jose
from tests.protocol.back_channel import API, FILE, BackChannel, basic, error_of
from tests.protocol.sign_on import CALLBACK, SECRET, Browser, answer_of, page_of

ARCHIVE = "https://archive.example"
ELSEWHERE = "https://elsewhere.example"

SERVERS: dict[str, Any] = {
    "organisations": {"northtown": {"legal_name": "Northtown Council"}},
    "clients": [
        {
            "client_id": name,
            "organisation": "northtown",
            "name": f"The {name}",
            "secret": SECRET,
            "grant_types": ["client_credentials"],
            "scope": f"{name}:read",
            "resource_server": True,
            "audiences": [audience],
        }
        for name, audience in (("api", API), ("archive", ARCHIVE), ("elsewhere", ELSEWHERE))
    ]
    + [
        {
            "client_id": "permits",
            "organisation": "northtown",
            "name": "Parking permits",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token", "implicit"],
            "response_types": ["code", "id_token token"],
            "scope": "openid email offline_access api:read archive:read",
            "secret": SECRET,
            "resources": [API, ARCHIVE],
        }
    ],
}


@pytest.fixture
def service(citizen: Browser) -> Browser:
    citizen.services.clients.register(parse(SERVERS))
    return citizen


def ask(service: Browser, *resources: str, scope: str = "openid api:read archive:read", **changes: str) -> Any:
    pairs = MultiDict(
        {
            "client_id": "permits",
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": scope,
            "state": "a-state",
            **changes,
        }
    )
    for resource in resources:
        pairs.add("resource", resource)
    return service.http.get("/authorize", query_string=pairs)


def agreed(service: Browser, *resources: str, **changes: str) -> str:
    """Go through the choosing page and give the code."""
    page = page_of(ask(service, *resources, **changes))
    service.share(page)
    return answer_of(service.come_back(page))["code"]


def token(service: Browser, **form: str) -> Any:
    return service.http.post("/token", data=form, headers=basic("permits", SECRET))


def exchange(service: Browser, code: str, **form: str) -> Any:
    return token(service, grant_type="authorization_code", code=code, redirect_uri=CALLBACK, **form)


def claims(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return dict(jose.unverified(answer.get_json()["access_token"]).claims)


def test_a_code_gives_a_token_for_a_resource_that_the_request_named_2_2(service: Browser) -> None:
    code = agreed(service, API, ARCHIVE)

    answer = exchange(service, code, resource=ARCHIVE)

    assert claims(answer)["aud"] == ARCHIVE
    assert answer.get_json()["scope"] == claims(answer)["scope"] == "archive:read"
    assert "id_token" in answer.get_json()


def test_without_a_resource_the_token_is_for_userinfo(service: Browser) -> None:
    tokens = exchange(service, agreed(service, API)).get_json()

    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert tokens["access_token"].startswith("at_")
    assert service.http.get("/userinfo", headers=bearer).status_code == 200


def test_a_refresh_may_pick_among_the_resources_of_the_sign_on(service: Browser) -> None:
    code = agreed(service, API, ARCHIVE, scope="openid offline_access api:read archive:read")
    refresh = exchange(service, code, resource=API).get_json()["refresh_token"]

    answer = token(service, grant_type="refresh_token", refresh_token=refresh, resource=ARCHIVE)

    assert claims(answer)["aud"] == ARCHIVE
    again = answer.get_json()["refresh_token"]
    assert token(service, grant_type="refresh_token", refresh_token=again).get_json()["access_token"].startswith("at_")


def test_a_refresh_for_another_resource_leaves_the_refresh_token_as_it_was(service: Browser) -> None:
    refresh = exchange(service, agreed(service, API, scope="openid offline_access")).get_json()["refresh_token"]

    refused = token(service, grant_type="refresh_token", refresh_token=refresh, resource=ARCHIVE)

    assert error_of(refused) == (400, "invalid_target")
    assert token(service, grant_type="refresh_token", refresh_token=refresh).status_code == 200


@pytest.mark.parametrize("resources", [(ARCHIVE,), (API, ARCHIVE), (ELSEWHERE,), ("https://nobody.example",)])
def test_the_token_endpoint_gives_none_for_what_was_not_granted_or_for_several(
    service: Browser, resources: tuple[str, ...]
) -> None:
    form = MultiDict({"grant_type": "authorization_code", "code": agreed(service, API), "redirect_uri": CALLBACK})
    for resource in resources:
        form.add("resource", resource)

    refused = service.http.post("/token", data=form, headers=basic("permits", SECRET))

    assert error_of(refused) == (400, "invalid_target")


@pytest.mark.parametrize(
    "resource",
    [
        "https://nobody.example",
        ELSEWHERE,
        f"{API}#fragment",
        "/relative",
        f"{API} {ARCHIVE}",
        "é",
        'https://a"b',
        "x" * 3000,
    ],
)
def test_what_is_malformed_unknown_or_not_for_this_service_is_an_invalid_target_2(
    service: Browser, resource: str
) -> None:
    answer = answer_of(ask(service, resource))

    assert answer["error"] == "invalid_target"
    assert answer["state"] == "a-state"


def test_a_suspended_resource_server_is_no_target(service: Browser) -> None:
    service.services.clients.suspend("api")

    assert answer_of(ask(service, API))["error"] == "invalid_target"


def test_a_token_straight_from_the_authorization_endpoint_is_for_no_resource(service: Browser) -> None:
    response = ask(service, API, response_type="id_token token", nonce="n")

    assert "error=invalid_target" in response.headers["Location"].partition("#")[2]


def test_pushed_requests_may_name_several_too(service: Browser) -> None:
    form = MultiDict({"response_type": "code", "redirect_uri": CALLBACK, "scope": "openid"})
    form.add("resource", API)
    form.add("resource", ARCHIVE)
    pushed = service.http.post("/par", data=form, headers=basic("permits", SECRET))
    assert pushed.status_code == 201

    page = page_of(service.authorize("GET", client_id="permits", request_uri=pushed.get_json()["request_uri"]))
    service.share(page)
    code = answer_of(service.come_back(page))["code"]

    assert claims(exchange(service, code, resource=ARCHIVE))["aud"] == ARCHIVE


def test_no_other_parameter_may_be_repeated(service: Browser) -> None:
    response = service.http.get(
        f"/authorize?client_id=permits&redirect_uri={CALLBACK}&response_type=code&scope=openid&scope=openid"
        f"&resource={API}&resource={ARCHIVE}&state=a-state"
    )

    assert answer_of(response)["error"] == "invalid_request"


def test_scope_values_of_a_resource_server_count_only_beside_it(service: Browser) -> None:
    assert exchange(service, agreed(service, scope="openid api:read")).get_json()["scope"] == "openid"


def test_the_citizen_is_asked_before_a_service_goes_somewhere_new(service: Browser) -> None:
    agreed(service)
    assert "code" in answer_of(ask(service, prompt="none"))

    assert answer_of(ask(service, API, prompt="none"))["error"] == "consent_required"
    agreed(service, API)

    assert "code" in answer_of(ask(service, API, prompt="none"))
    assert answer_of(ask(service, API, ARCHIVE, prompt="none"))["error"] == "consent_required"


def test_the_choosing_page_names_where_else_the_service_goes(service: Browser) -> None:
    page = page_of(ask(service, API, ARCHIVE))

    shown = service.http.get(f"{page.path}/{page.interaction}").text

    assert "The api" in shown
    assert "The archive" in shown


def test_an_audience_belongs_to_one_resource_server(service: Browser) -> None:
    rival = {**SERVERS["clients"][0], "client_id": "rival"}

    with pytest.raises(RegistrationFaultsError) as refused:
        service.services.clients.register(parse({**SERVERS, "clients": [rival]}))

    assert [str(fault) for fault in refused.value.faults] == ["clients[0].audiences[0]: belongs to another service"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"audiences": ["not a uri"]}, "clients[0].audiences[0]"),
        ({"audiences": [f"{API}#x"]}, "clients[0].audiences[0]"),
        ({"resources": ["relative/path"]}, "clients[0].resources[0]"),
        ({"resource_server": False}, "clients[0].audiences"),
    ],
)
def test_a_registration_names_absolute_uris(channel: BackChannel, changes: dict[str, Any], place: str) -> None:
    entry = {**FILE["clients"][-1], "audiences": ["https://x.example"], **changes}

    with pytest.raises(RegistrationFaultsError) as refused:
        channel.services.clients.register(parse({**FILE, "clients": [entry], "uses": []}))

    assert place in {fault.place for fault in refused.value.faults}
