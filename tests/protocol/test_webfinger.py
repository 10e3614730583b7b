"""Finding the issuer of an address. RFC 7033, OIDC Discovery §2."""

from __future__ import annotations

import pytest

from tests.protocol.back_channel import ISSUER, BackChannel

RELATION = "http://openid.net/specs/connect/1.0/issuer"


@pytest.mark.parametrize(
    "resource",
    [
        "acct:amina@localhost:8000",
        "acct:nobody-of-that-name@localhost",
        "http://localhost:8000/amina",
        "https://LOCALHOST:8000",
        "acct:juliet%40capulet.example@localhost",
    ],
)
def test_any_address_at_our_host_has_our_issuer_whether_it_exists_or_not(shared: BackChannel, resource: str) -> None:
    answer = shared.http.get("/.well-known/webfinger", query_string={"resource": resource, "rel": RELATION})

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/jrd+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.get_json() == {"subject": resource, "links": [{"rel": RELATION, "href": ISSUER}]}


def test_the_relation_may_be_left_out_and_another_one_gets_no_links_rfc_7033_4_3(shared: BackChannel) -> None:
    def links(**query: str) -> list[object]:
        answer = shared.http.get("/.well-known/webfinger", query_string={"resource": "acct:a@localhost", **query})
        found: list[object] = answer.get_json()["links"]
        return found

    assert len(links()) == 1
    assert links(rel="http://webfinger.net/rel/avatar") == []


@pytest.mark.parametrize(
    "query",
    ["", "resource=", "resource=amina", "resource=acct:a@localhost&resource=acct:b@localhost", "resource=%FF"],
)
def test_without_one_readable_resource_it_is_a_bad_request_rfc_7033_4_2(shared: BackChannel, query: str) -> None:
    answer = shared.http.get(f"/.well-known/webfinger?{query}")

    assert answer.status_code == 400
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("resource", ["acct:amina@other.example", "https://other.example/a", "urn:isbn:0451450523"])
def test_what_is_not_ours_is_not_found(shared: BackChannel, resource: str) -> None:
    assert shared.http.get("/.well-known/webfinger", query_string={"resource": resource}).status_code == 404
