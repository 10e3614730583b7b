"""Request objects by value and pushed. OIDC Core §6.1 and §6.3, RFC 9101, RFC 9126 §3, RFC 8725."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from jwcrypto import jwk, jws
from werkzeug.test import TestResponse

from idp.services import Services
from idp.settings import Settings
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.protocol.request_objects import KEYS, NOW, STRANGE, asked, register, sign
from tests.protocol.sign_on import CALLBACK, ISSUER, SECRET, Browser, answer_of, fragment_of, page_of

OTHER = CALLBACK + "/other"


@pytest.fixture(name="browser")
def _browser(new_browser: Callable[[], Browser], services: Services) -> Browser:
    browser = new_browser()
    register(services)
    return browser


def bring(browser: Browser, request: str, client_id: str = "signing", /, **outside: str | None) -> TestResponse:
    """Come with an object and what OAuth wants outside (OIDC Core §6.1)."""
    sent: dict[str, str | None] = {
        "client_id": client_id,
        "response_type": "code",
        "scope": "openid",
        "redirect_uri": CALLBACK,
        "state": "outside",
        "request": request,
    }
    pairs = {name: value for name, value in (sent | outside).items() if value is not None}
    return browser.http.get("/authorize", query_string=pairs)


def understood(browser: Browser, response: TestResponse) -> dict[str, str]:
    """The request that the citizen's page goes on with."""
    return dict(browser.interaction(page_of(response)).parameters)


def push(browser: Browser, client_id: str = "signing", /, **form: str) -> TestResponse:
    return browser.app.test_client().post("/par", data=form, auth=(client_id, SECRET))


def refused(response: TestResponse) -> dict[str, Any]:
    assert response.status_code == 400
    body = response.get_json()
    assert isinstance(body, dict)
    return body


class TestSigning:
    """OIDC Core §6.3.2, RFC 9101 §6.2."""

    @pytest.mark.parametrize("alg", KEYS)
    def test_every_offered_algorithm_verifies(self, browser: Browser, alg: str) -> None:
        assert understood(browser, bring(browser, sign(asked(), alg)))["state"] == "inside"

    @pytest.mark.parametrize("alg", KEYS)
    def test_the_registered_algorithm_is_the_only_one(self, browser: Browser, services: Services, alg: str) -> None:
        """OIDC Registration §2: all others MUST be rejected."""
        register(services, request_object_signing_alg="PS256")

        response = bring(browser, sign(asked(), alg))

        if alg == "PS256":
            assert understood(browser, response)["state"] == "inside"
        else:
            assert answer_of(response)["error"] == "invalid_request_object"

    def test_unsigned_objects_are_refused(self, browser: Browser) -> None:
        """RFC 8725 §3.2: `none` is never taken, however it is written."""
        for alg in ("none", "None", "NONE", "nOnE"):
            header = base64.urlsafe_b64encode(json.dumps({"alg": alg}).encode()).rstrip(b"=").decode()
            payload = base64.urlsafe_b64encode(json.dumps(asked()).encode()).rstrip(b"=").decode()

            for signature in ("", "AA"):
                answer = answer_of(bring(browser, f"{header}.{payload}.{signature}"))
                assert (answer["error"], answer["state"]) == ("invalid_request_object", "outside")

    def test_a_shared_secret_signs_nothing(self, browser: Browser) -> None:
        """RFC 8725 §3.1: neither the client's secret nor a public key taken for one."""
        for octets in (SECRET.encode(), KEYS["RS256"].export_to_pem(), KEYS["RS256"].export_public().encode()):
            key = jwk.JWK(kty="oct", k=base64.urlsafe_b64encode(octets).rstrip(b"=").decode())
            token = jws.JWS(json.dumps(asked()))
            token.add_signature(key, alg="HS256", protected=json.dumps({"alg": "HS256", "kid": "the RS256 key"}))

            answer = answer_of(bring(browser, token.serialize(compact=True)))

            assert answer["error"] == "invalid_request_object"

    def test_another_key_signs_nothing_even_under_a_known_name(self, browser: Browser) -> None:
        assert answer_of(bring(browser, sign(asked(), key=STRANGE)))["error"] == "invalid_request_object"

    @pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
    def test_a_key_that_the_object_brings_along_is_not_believed(self, browser: Browser, name: str) -> None:
        """RFC 8725 §3.10."""
        brought = {"jwk": STRANGE.export_public(as_dict=True), "x5c": ["MIIB"]}.get(name, "https://evil.example/keys")

        response = bring(browser, sign(asked(), key=STRANGE, kid=None, **{name: brought}))

        assert answer_of(response)["error"] == "invalid_request_object"

    def test_a_changed_object_is_refused(self, browser: Browser) -> None:
        header, _, signature = sign(asked()).split(".")
        payload = base64.urlsafe_b64encode(json.dumps(asked(scope="openid email")).encode()).rstrip(b"=").decode()

        assert answer_of(bring(browser, f"{header}.{payload}.{signature}"))["error"] == "invalid_request_object"

    def test_a_client_without_keys_has_no_request_objects(self, browser: Browser) -> None:
        answer = answer_of(bring(browser, sign(asked("permits")), "permits"))

        assert answer["error"] == "invalid_request_object"

    @pytest.mark.parametrize("typ", [None, "oauth-authz-req+jwt", "application/oauth-authz-req+jwt", "JWT", "jwt"])
    def test_the_type_of_request_objects_is_taken(self, browser: Browser, typ: str | None) -> None:
        """RFC 9101 §4 and §10.8."""
        assert understood(browser, bring(browser, sign(asked(), typ=typ)))["state"] == "inside"

    @pytest.mark.parametrize(
        "typ", ["at+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", "client-authentication+jwt", 1]
    )
    def test_tokens_of_another_type_are_refused(self, browser: Browser, typ: object) -> None:
        """RFC 8725 §3.11."""
        assert answer_of(bring(browser, sign(asked(), typ=typ)))["error"] == "invalid_request_object"

    @pytest.mark.parametrize("request_", ["x", "e30.e30.e30", "a.b.c", "....", "e30.e30.e30.e30.e30", "é", "." * 40])
    def test_what_is_no_token_is_refused(self, browser: Browser, request_: str) -> None:
        assert answer_of(bring(browser, request_))["error"] == "invalid_request_object"

    @pytest.mark.parametrize("payload", ["[]", "1", "null", '"text"', '{"a":1,"a":2}', '{"a":NaN}', "{", "[" * 3000])
    def test_what_holds_no_json_object_is_refused(self, browser: Browser, payload: str) -> None:
        assert answer_of(bring(browser, sign(payload)))["error"] == "invalid_request_object"

    def test_an_unencoded_payload_and_critical_extensions_are_refused(self, browser: Browser) -> None:
        """RFC 7515 §4.1.11."""
        signed = sign(asked(), crit=["b64"], b64=True)

        assert answer_of(bring(browser, signed))["error"] == "invalid_request_object"


class TestWhoItIsFrom:
    """RFC 9101 §4, OIDC Core §6.1."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "permits"},
            {"iss": ["signing"]},
            {"aud": "https://other.example"},
            {"aud": ISSUER + "/"},
            {"aud": ISSUER + "/authorize"},
            {"aud": ["https://other.example"]},
            {"aud": []},
            {"aud": {"a": ISSUER}},
            {"client_id": "permits"},
            {"client_id": ["signing"]},
            {"sub": "signing"},
            {"exp": NOW - 31},
            {"exp": "soon"},
            {"exp": True},
            {"nbf": NOW + 31},
            {"nbf": "now"},
            {"iat": NOW + 31},
            {"iat": False},
        ],
    )
    def test_an_object_for_somebody_else_or_another_time_is_refused(
        self, browser: Browser, changes: dict[str, Any]
    ) -> None:
        answer = answer_of(bring(browser, sign(asked(**changes))))

        assert (answer["error"], answer["state"]) == ("invalid_request_object", "outside")

    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": ["https://other.example", ISSUER]},
            {"nbf": NOW + 8},
            {"nbf": NOW + 30, "iat": NOW + 30},
            {"exp": NOW - 29},
            {"exp": NOW + 0.5},
            {"sub": "a-citizen"},
            {"iss": None, "aud": None, "exp": None, "nbf": None, "iat": None},
            {"client_id": None, "response_type": None},
            {"unknown": {"any": ["thing"]}},
        ],
    )
    def test_a_plain_client_may_leave_out_what_core_only_recommends(
        self, browser: Browser, changes: dict[str, Any]
    ) -> None:
        """OIDC Core §6.1: iss and aud SHOULD be there; they, and the times, count when they are."""
        assert understood(browser, bring(browser, sign(asked(**changes))))["state"] == "inside"

    @pytest.mark.parametrize("name", ["iss", "aud", "exp", "client_id"])
    def test_a_client_that_has_to_sign_has_to_say_for_whom_and_until_when(self, browser: Browser, name: str) -> None:
        signed = sign(asked("strict", **{name: None}))

        assert refused(push(browser, "strict", request=signed))["error"] == "invalid_request_object"
        assert answer_of(bring(browser, signed, "strict"))["error"] == "invalid_request_object"

    def test_the_end_of_such_an_object_is_near(self, browser: Browser) -> None:
        signed = sign(asked("strict", exp=NOW + 3700))

        assert refused(push(browser, "strict", request=signed))["error"] == "invalid_request_object"

    def test_such_an_object_is_taken_once_when_it_names_itself(self, browser: Browser, clock: FrozenClock) -> None:
        signed = sign(asked("strict", jti="one"))

        page = page_of(bring(browser, signed, "strict"))

        assert answer_of(bring(browser, signed, "strict"))["error"] == "invalid_request_object"
        assert refused(push(browser, "strict", request=signed))["error"] == "invalid_request_object"
        # What was begun goes on: it needs the object no more.
        clock.advance(seconds=600)
        assert page_of(browser.come_back(page)) == page

    @pytest.mark.parametrize("jti", ["", 1, "j" * 256, ["one"]])
    def test_a_name_that_cannot_be_one_is_refused(self, browser: Browser, jti: object) -> None:
        assert refused(push(browser, "strict", request=sign(asked("strict", jti=jti))))

    def test_a_plain_client_may_use_one_object_many_times(self, browser: Browser) -> None:
        """OIDC Core §6.1: signed once, kept, and sent with another state each time."""
        signed = sign(asked(state=None, jti="kept"))

        for state in ("first", "second"):
            assert understood(browser, bring(browser, signed, state=state))["state"] == state


class TestWhatItMeans:
    """OIDC Core §6.1 and RFC 9101 §6.3."""

    def test_what_is_inside_wins(self, browser: Browser) -> None:
        signed = sign(asked(nonce="inside", redirect_uri=OTHER))

        kept = understood(browser, bring(browser, signed, nonce="outside", prompt="login"))

        assert (kept["state"], kept["nonce"], kept["redirect_uri"]) == ("inside", "inside", OTHER)
        # For this client, what the object leaves open may be said outside.
        assert kept["prompt"] == "login"

    def test_the_interaction_keeps_the_request_and_not_the_object(self, browser: Browser) -> None:
        kept = understood(browser, bring(browser, sign(asked(jti="one"))))

        assert not {"request", "iss", "aud", "exp", "nbf", "iat", "jti"} & kept.keys()

    def test_for_a_client_that_has_to_sign_only_what_is_inside_counts(self, browser: Browser) -> None:
        signed = sign(asked("strict", state=None))

        kept = understood(browser, bring(browser, signed, "strict", state="outside", nonce="outside", prompt="login"))

        assert not {"state", "nonce", "prompt"} & kept.keys()

    def test_for_a_client_that_has_to_sign_the_address_is_inside(self, browser: Browser) -> None:
        """RFC 9101 §6.3; nobody signed the address outside, so nobody is sent there."""
        response = bring(browser, sign(asked("strict", redirect_uri=None)), "strict")

        assert response.status_code == 400
        assert "Location" not in response.headers

    def test_a_client_identifier_and_the_object_are_enough(self, browser: Browser) -> None:
        """RFC 9101 §5."""
        response = browser.http.get("/authorize", query_string={"client_id": "signing", "request": sign(asked())})

        assert understood(browser, response)["state"] == "inside"

    def test_a_response_type_outside_has_to_be_the_one_inside(self, browser: Browser) -> None:
        """OIDC Core §6.1."""
        answer = fragment_of(bring(browser, sign(asked()), response_type="id_token"))

        assert answer["error"] == "invalid_request"

    def test_an_empty_value_inside_leaves_the_parameter_out(self, browser: Browser) -> None:
        assert "state" not in understood(browser, bring(browser, sign(asked(state="")), state="outside"))

    def test_claims_are_an_object_and_max_age_is_a_number_inside(self, browser: Browser) -> None:
        """OIDC Core §6.1: the JSON form of each."""
        claims = {"userinfo": {"email": {"essential": True}}}

        kept = understood(browser, bring(browser, sign(asked(claims=claims, max_age=3600))))

        assert json.loads(kept["claims"]) == claims
        assert kept["max_age"] == "3600"

    def test_resources_are_a_list_inside(self, browser: Browser) -> None:
        """RFC 8707 §2: the parameter that may be repeated; these are not for this service."""
        resources = ["https://a.example", "https://b.example"]

        assert answer_of(bring(browser, sign(asked(resource=resources))))["error"] == "invalid_target"
        assert answer_of(bring(browser, sign(asked(resource=[1]))))["error"] == "invalid_request_object"
        assert answer_of(bring(browser, sign(asked(resource=[resources]))))["error"] == "invalid_request_object"

    @pytest.mark.parametrize("name", ["request", "request_uri"])
    def test_an_object_holds_no_other_object(self, browser: Browser, name: str) -> None:
        """OIDC Core §6.1, RFC 9101 §4."""
        assert answer_of(bring(browser, sign(asked(**{name: "x"}))))["error"] == "invalid_request_object"

    @pytest.mark.parametrize(
        "changes",
        [
            {"scope": ["openid"]},
            {"state": 7},
            {"state": {"a": 1}},
            {"nonce": True},
            {"max_age": True},
            {"max_age": 1.5},
            {"max_age": [1]},
            {"prompt": ["login"]},
            {"claims": ["email"]},
            {"claims": 1},
            {"state": "a\0b"},
            {"redirect_uri": [CALLBACK]},
            {"resource": [["https://permits.example/"]]},
            {"resource": ["https://permits.example/", 1]},
        ],
    )
    def test_values_of_the_wrong_kind_are_refused(self, browser: Browser, changes: dict[str, Any]) -> None:
        assert answer_of(bring(browser, sign(asked(**changes))))["error"] == "invalid_request_object"

    @pytest.mark.parametrize("text", [r'{"state":"\ud800"}', r'{"state":null}', r'{"exp":-1e999}', r'{"nbf":1e999}'])
    def test_what_only_json_can_spell_is_refused(self, browser: Browser, text: str) -> None:
        assert answer_of(bring(browser, sign(text)))["error"] == "invalid_request_object"

    def test_registration_inside_is_refused_by_name(self, browser: Browser) -> None:
        """OIDC Core §7.2.1 is not offered, and not passed over either."""
        answer = answer_of(bring(browser, sign(asked(registration={"client_name": "x"}))))

        assert answer["error"] == "registration_not_supported"

    @pytest.mark.parametrize("resource", ["https://nobody.example/", ["https://nobody.example/", "https://b.example/"]])
    def test_resources_inside_are_one_or_several(self, browser: Browser, resource: object) -> None:
        """RFC 8707 §2: a list, where a request outside repeats the parameter."""
        assert answer_of(bring(browser, sign(asked(resource=resource))))["error"] == "invalid_target"

    def test_what_is_asked_inside_is_checked_like_any_request(self, browser: Browser) -> None:
        answer = answer_of(bring(browser, sign(asked(prompt="none login"))))

        assert (answer["error"], answer["state"]) == ("invalid_request", "inside")


class TestWhereErrorsGo:
    """RFC 9101 §7, RFC 6749 §4.1.2.1, RFC 9700 §4.11."""

    def test_an_address_inside_that_is_not_registered_is_a_page(self, browser: Browser) -> None:
        response = bring(browser, sign(asked(redirect_uri="https://evil.example/")))

        assert response.status_code == 400
        assert "Location" not in response.headers

    @pytest.mark.parametrize("redirect_uri", [None, "https://evil.example/", CALLBACK + "/"])
    def test_a_broken_object_without_a_registered_address_outside_is_a_page(
        self, browser: Browser, redirect_uri: str | None
    ) -> None:
        response = bring(browser, sign(asked(), key=STRANGE), redirect_uri=redirect_uri)

        assert response.status_code == 400
        assert "Location" not in response.headers
        assert "signed request" in response.text

    def test_the_address_of_an_object_that_is_not_the_clients_is_not_used(self, browser: Browser) -> None:
        response = bring(browser, sign(asked(redirect_uri=OTHER), key=STRANGE), redirect_uri=None)

        assert response.status_code == 400

    def test_an_unknown_client_is_a_page(self, browser: Browser) -> None:
        assert bring(browser, sign(asked()), "nobody").status_code == 400

    def test_the_answer_takes_the_way_that_was_asked_for_outside(self, browser: Browser) -> None:
        response = bring(browser, "x", response_mode="form_post")

        assert response.status_code == 200
        assert "invalid_request_object" in response.text

    def test_both_kinds_at_once_are_refused(self, browser: Browser) -> None:
        """OIDC Core §6.1, RFC 9101 §5."""
        answer = answer_of(bring(browser, sign(asked()), request_uri="https://permits.example/object"))

        assert answer["error"] == "invalid_request"

    def test_an_object_beside_a_pushed_request_is_a_page(self, browser: Browser) -> None:
        pushed = push(browser, request=sign(asked())).get_json()["request_uri"]

        assert bring(browser, sign(asked()), request_uri=pushed).status_code == 400

    @pytest.mark.parametrize("name", ["request", "request_uri"])
    def test_a_repeated_object_is_refused(self, browser: Browser, name: str) -> None:
        good = {"client_id": "signing", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid"}

        response = browser.http.get(
            "/authorize", query_string=[*good.items(), (name, sign(asked())), (name, sign(asked()))]
        )

        assert answer_of(response)["error"] == "invalid_request"

    def test_a_repeated_parameter_beside_the_object_is_refused(self, browser: Browser) -> None:
        good = {"client_id": "signing", "redirect_uri": CALLBACK, "request": sign(asked())}

        response = browser.http.get("/authorize", query_string=[*good.items(), ("nonce", "a"), ("nonce", "b")])

        assert answer_of(response)["error"] == "invalid_request"


class TestFlow:
    """A signed request goes through like any other."""

    def test_a_citizen_signs_in_and_shares(self, browser: Browser) -> None:
        browser.sign_up()
        signed = sign(asked(claims={"userinfo": {"email": None}}))
        page = page_of(bring(browser, signed))
        assert page.path == "/consent"
        browser.share(page, "email")

        answer = answer_of(browser.come_back(page))

        assert answer.keys() >= {"code", "state", "iss"}
        assert answer["state"] == "inside"
        assert "code" in answer_of(bring(browser, signed))

    def test_a_request_that_another_site_posts_is_brought_again(self, browser: Browser) -> None:
        """OIDC Core §3.1.2.1: POST; the object is opened once and what it asked for is kept."""
        signed = sign(asked("strict", jti="posted"))
        posted = browser.http.post("/authorize", data={"client_id": "strict", "request": signed})

        assert posted.status_code == 303
        assert understood(browser, browser.http.get(posted.headers["Location"]))["state"] == "inside"

    def test_a_broken_object_that_another_site_posts_is_answered(self, browser: Browser) -> None:
        good = {"client_id": "signing", "redirect_uri": CALLBACK, "request": "x"}

        assert answer_of(browser.http.post("/authorize", data=good))["error"] == "invalid_request_object"

    def test_a_client_that_has_to_sign_is_refused_without_an_object(self, browser: Browser) -> None:
        """RFC 9101 §10.5."""
        answer = answer_of(browser.authorize(client_id="strict"))

        assert answer["error"] == "invalid_request"
        assert answer_of(browser.authorize("POST", client_id="strict"))["error"] == "invalid_request"


class TestPushed:
    """RFC 9126 §3."""

    def test_an_object_may_be_pushed(self, browser: Browser) -> None:
        response = push(browser, request=sign(asked()))

        assert response.status_code == 201
        query = {"client_id": "signing", "request_uri": response.get_json()["request_uri"]}
        assert understood(browser, browser.http.get("/authorize", query_string=query))["state"] == "inside"

    def test_what_stands_beside_it_counts_for_nothing(self, browser: Browser) -> None:
        response = push(browser, request=sign(asked(state=None)), state="outside", prompt="login")

        query = {"client_id": "signing", "request_uri": response.get_json()["request_uri"]}
        kept = understood(browser, browser.http.get("/authorize", query_string=query))
        assert not {"state", "prompt"} & kept.keys()

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"client_id": "permits"}, "invalid_request_object"),
            ({"client_id": None}, "invalid_request_object"),
            ({"aud": "https://other.example"}, "invalid_request_object"),
            ({"exp": NOW - 60}, "invalid_request_object"),
            ({"redirect_uri": None}, "invalid_request"),
            ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"request_uri": "x"}, "invalid_request_object"),
        ],
    )
    def test_what_is_wrong_is_said_at_once(self, browser: Browser, changes: dict[str, Any], error: str) -> None:
        """RFC 9126 §2.3 and §3: the client in the object is the one that authenticated."""
        assert refused(push(browser, request=sign(asked(**changes))))["error"] == error

    def test_another_client_cannot_push_it(self, browser: Browser) -> None:
        assert refused(push(browser, "strict", request=sign(asked())))["error"] == "invalid_request_object"

    def test_a_client_that_has_to_sign_pushes_signed_requests_only(self, browser: Browser) -> None:
        plain = {"redirect_uri": CALLBACK, "response_type": "code", "scope": "openid"}

        assert refused(push(browser, "strict", **plain))["error"] == "invalid_request"
        assert push(browser, "strict", request=sign(asked("strict"))).status_code == 201


class TestLimit:
    """Opening an object costs more than making one up, and an answer to it is stored nowhere."""

    @pytest.fixture(name="settings")
    def _settings(self, tmp_path: Any) -> Settings:
        return make_settings(tmp_path, limits={"authorize": "3/minute"})

    @pytest.mark.parametrize("redirect_uri", [CALLBACK, None])
    def test_objects_that_are_worth_nothing_are_counted(self, browser: Browser, redirect_uri: str | None) -> None:
        for _ in range(3):
            assert bring(browser, sign(asked(), key=STRANGE), redirect_uri=redirect_uri).status_code != 429

        assert bring(browser, sign(asked(), key=STRANGE), redirect_uri=redirect_uri).status_code == 429

    def test_those_that_are_posted_count_too(self, browser: Browser) -> None:
        good = {"client_id": "signing", "redirect_uri": CALLBACK, "request": "x"}
        codes = [browser.app.test_client().post("/authorize", data=good).status_code for _ in range(4)]

        assert codes == [303, 303, 303, 429]

    def test_what_is_answered_at_once_is_not(self, browser: Browser) -> None:
        signed = sign(asked(prompt="none"))

        assert [answer_of(bring(browser, signed))["error"] for _ in range(5)] == ["login_required"] * 5


class TestOff:
    """OIDC Core §3.1.2.6: what is not offered is refused by name."""

    @pytest.fixture(name="settings")
    def _settings(self, tmp_path: Any) -> Settings:
        return make_settings(tmp_path, protocol={"request_objects": False})

    def test_every_kind_is_refused_by_name(self, browser: Browser) -> None:
        assert answer_of(bring(browser, sign(asked())))["error"] == "request_not_supported"
        by_reference = bring(browser, "", request_uri="https://permits.example/object")
        assert answer_of(by_reference)["error"] == "request_uri_not_supported"
        assert refused(push(browser, request=sign(asked())))["error"] == "request_not_supported"

    def test_discovery_says_so(self, browser: Browser) -> None:
        document = browser.http.get("/.well-known/openid-configuration").get_json()

        assert document["request_parameter_supported"] is False
        assert document["request_uri_parameter_supported"] is False
        assert "request_object_signing_alg_values_supported" not in document


def test_discovery_offers_what_works(browser: Browser) -> None:
    document = browser.http.get("/.well-known/openid-configuration").get_json()

    assert document["request_parameter_supported"] is True
    assert document["request_uri_parameter_supported"] is True
    assert document["require_request_uri_registration"] is True
    assert document["request_object_signing_alg_values_supported"] == ["RS256", "PS256", "ES256", "EdDSA"]
