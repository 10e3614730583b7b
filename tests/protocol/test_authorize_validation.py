"""Which requests are acceptable. RFC 6749 §3.1, §4.1.2.1; OIDC Core §3.1.2; RFC 9700 §4.11."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from authlib.oauth2 import OAuth2Error
from hypothesis import given
from hypothesis import strategies as st

from idp.clients.values import ClientState
from idp.consent.errors import ClaimsParameterError
from idp.consent.values import ClaimsRequest
from idp.protocol.parameters import AuthorizationRequest, Display, Parameters, read_parameters
from idp.protocol.refusals import NoReplyError, Obstacle
from idp.protocol.responder import ReplyTo, ResponseMode
from idp.protocol.validation import Offer, addressee
from tests.protocol.requests import (
    CALLBACK,
    CHALLENGE,
    COUNCIL,
    OFFER,
    SHOP_APP,
    changed,
    parameters,
    understand,
    understand_all,
)


def error(**changes: str | None) -> str:
    with pytest.raises(OAuth2Error) as refused:
        understand_all(parameters(**changes))
    return str(refused.value.error)


def obstacle(**changes: str | None) -> Obstacle:
    with pytest.raises(NoReplyError) as refused:
        understand_all(parameters(**changes))
    return refused.value.obstacle


def test_a_good_request_is_understood() -> None:
    request = understand(
        prompt="consent",
        max_age="300",
        acr_values="a b",
        login_hint="amina@example.org",
        ui_locales="ar fr-CA",
        claims_locales="fr",
        display="popup",
        code_challenge=CHALLENGE,
        code_challenge_method="S256",
    )

    assert request.client_id == "permits"
    assert request.reply_to == ReplyTo(CALLBACK, ResponseMode.QUERY, "a-state")
    assert request.scopes == ("openid", "email")
    assert request.nonce == "a-nonce"
    assert request.max_age == timedelta(seconds=300)
    assert request.acr_values == ("a", "b")
    assert request.login_hint == "amina@example.org"
    assert request.ui_locales == ("ar", "fr-CA")
    assert request.claims_locales == ("fr",)
    assert request.display is Display.POPUP
    assert request.code_challenge == CHALLENGE


def test_a_request_may_leave_out_state_nonce_and_everything_else_that_is_optional() -> None:
    request = understand(state=None, nonce=None)

    assert request.reply_to.state is None
    assert request.nonce is None
    assert request.max_age is None
    assert request.display is Display.PAGE


def test_unknown_parameters_are_ignored_and_not_kept() -> None:
    sent = parameters(audience="x", foo="bar")

    assert understand_all(sent).stored(sent).keys() == {
        "client_id", "redirect_uri", "response_type", "scope", "state", "nonce",
    }  # fmt: skip


# Nobody is redirected to: RFC 6749 §4.1.2.1


@pytest.mark.parametrize(
    "client_id", [None, "nobody", "PERMITS", " permits", "permi\nts", "permi\x00ts", "é", "a" * 300]
)
def test_a_client_that_does_not_exist_gets_no_answer(client_id: str | None) -> None:
    assert obstacle(client_id=client_id) is Obstacle.CLIENT_UNKNOWN


@pytest.mark.parametrize("state", [ClientState.DRAFT, ClientState.SUSPENDED])
def test_a_client_that_is_not_approved_gets_no_answer(state: ClientState) -> None:
    with pytest.raises(NoReplyError) as refused:
        understand(changed(COUNCIL, state=state))

    assert refused.value.obstacle is Obstacle.CLIENT_NOT_OPEN


@pytest.mark.parametrize(
    "redirect_uri",
    [
        None,
        "https://permits.example/callback/",
        "https://permits.example/callback/more",
        "https://permits.example/callback?",
        "https://permits.example/callback?tenant=2",
        "https://permits.example/callback?tenant=1&x=1",
        "https://permits.example/callback#x",
        "https://permits.example:443/callback",
        "https://PERMITS.example/callback",
        "https://permits.example.evil.example/callback",
        "https://permits.example@evil.example/callback",
        "https://evil.example/https://permits.example/callback",
        "http://permits.example/callback",
        "javascript:alert(1)",
        'https://permits.example/callback"',
        "https://permits.example/callbäck",
        "https://permits.example/callback ",
        "\thttps://permits.example/callback",
    ],
)
def test_a_redirect_uri_that_is_not_registered_character_by_character_is_never_redirected_to(
    redirect_uri: str | None,
) -> None:
    assert obstacle(redirect_uri=redirect_uri) is Obstacle.REDIRECT_URI


def test_a_redirect_uri_is_required_even_from_a_client_with_one() -> None:
    with pytest.raises(NoReplyError):
        understand(changed(COUNCIL, redirect_uris=(CALLBACK,)), redirect_uri=None)


def test_a_native_client_may_listen_on_any_loopback_port() -> None:
    request = understand(
        SHOP_APP,
        client_id="shop-app",
        redirect_uri="http://127.0.0.1:51004/callback",
        code_challenge=CHALLENGE,
        code_challenge_method="S256",
    )

    assert request.reply_to.redirect_uri == "http://127.0.0.1:51004/callback"


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_a_repeated_client_or_address_gets_no_answer(name: str) -> None:
    sent = read_parameters([*parameters().values.items(), (name, parameters().values[name])])

    with pytest.raises(NoReplyError) as refused:
        understand_all(sent)

    assert refused.value.obstacle is Obstacle.REPEATED


def test_a_state_too_long_to_return_is_not_cut_off() -> None:
    assert obstacle(state="s" * 2049) is Obstacle.STATE_TOO_LONG
    assert understand(state="s" * 2048).reply_to.state == "s" * 2048


# The client is told


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "none"}, "unsupported_response_type"),
        ({"response_type": "code code"}, "unsupported_response_type"),
        ({"response_type": "code  id_token"}, "unsupported_response_type"),
        ({"response_type": "code none"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unauthorized_client"),
        ({"response_type": 'co"de'}, "unsupported_response_type"),
        ({"response_type": "cöde"}, "unsupported_response_type"),
        ({"response_type": "CODE"}, "unsupported_response_type"),
        ({"response_mode": "web_message"}, "invalid_request"),
        ({"response_mode": "jwt"}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "email"}, "invalid_scope"),
        ({"scope": 'openid "'}, "invalid_scope"),
        ({"scope": "openid é"}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": "1.5"}, "invalid_request"),
        ({"max_age": "٣"}, "invalid_request"),
        ({"max_age": "9" * 400}, "invalid_request"),
        ({"nonce": "n" * 2049}, "invalid_request"),
        ({"login_hint": "l" * 321}, "invalid_request"),
        ({"ui_locales": "fr " * 9000}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"registration": "{}"}, "registration_not_supported"),
    ],
)
def test_the_client_learns_what_is_wrong(changes: Mapping[str, str | None], expected: str) -> None:
    assert error(**changes) == expected


@pytest.mark.parametrize("name", ["state", "scope", "nonce", "prompt", "code_challenge", "unheard_of"])
def test_a_repeated_parameter_is_refused(name: str) -> None:
    sent = read_parameters([*parameters().values.items(), (name, "x"), (name, "x")])

    with pytest.raises(OAuth2Error) as refused:
        understand_all(sent)

    assert refused.value.error == "invalid_request"


def test_a_repeated_state_is_not_guessed_at_in_the_answer() -> None:
    sent = read_parameters([*parameters(state=None).values.items(), ("state", "a"), ("state", "b")])

    assert addressee(sent, find={"permits": COUNCIL}.get)[1].state is None


def test_a_client_that_did_not_register_for_codes_gets_none() -> None:
    for client in (
        changed(COUNCIL, response_types=("id_token",)),
        changed(COUNCIL, grant_types=("client_credentials",)),
    ):
        with pytest.raises(OAuth2Error) as refused:
            understand(client)
        assert refused.value.error == "unauthorized_client"


def test_a_public_client_has_to_use_pkce() -> None:
    with pytest.raises(OAuth2Error) as refused:
        understand(SHOP_APP, client_id="shop-app", redirect_uri="com.example.shop:/callback")

    assert refused.value.error == "invalid_request"


def test_a_client_that_registered_for_pkce_has_to_use_it() -> None:
    with pytest.raises(OAuth2Error) as refused:
        understand(changed(COUNCIL, require_pkce=True))

    assert refused.value.error == "invalid_request"


def test_a_malformed_claims_parameter_is_told_in_our_own_words() -> None:
    def malformed(_scopes: object, _claims: object, /, **_: object) -> ClaimsRequest:
        raise ClaimsParameterError("claims is not JSON")

    with pytest.raises(OAuth2Error) as refused:
        understand(offer=replace(OFFER, claims_request=malformed), claims="{")

    assert (refused.value.error, refused.value.description) == ("invalid_request", "claims is not JSON")


# Answering by form


def test_an_answer_by_form_is_for_web_addresses_only() -> None:
    assert understand(response_mode="form_post").reply_to.response_mode is ResponseMode.FORM_POST
    sent = parameters(
        client_id="shop-app",
        redirect_uri="com.example.shop:/callback",
        response_mode="form_post",
        code_challenge=CHALLENGE,
        code_challenge_method="S256",
    )

    assert addressee(sent, find={"shop-app": SHOP_APP}.get)[1].response_mode is ResponseMode.QUERY
    with pytest.raises(OAuth2Error) as refused:
        understand_all(sent, client=SHOP_APP)
    assert refused.value.error == "invalid_request"


def test_what_is_wrong_is_told_by_form_when_the_client_asked_for_one() -> None:
    sent = parameters(response_mode="form_post", scope="email")

    assert addressee(sent, find={"permits": COUNCIL}.get)[1].response_mode is ResponseMode.FORM_POST


# Scopes and what clients registered


def test_scopes_that_we_or_the_client_do_not_have_are_left_out() -> None:
    assert understand(scope="email openid phone made:up email").scopes == ("email", "openid")


def test_offline_access_needs_the_refresh_token_grant() -> None:
    assert understand(scope="openid offline_access").scopes == ("openid", "offline_access")
    online = changed(COUNCIL, grant_types=("authorization_code",))
    assert understand(online, scope="openid offline_access").scopes == ("openid",)


def test_what_the_client_registered_stands_in_for_what_it_left_out() -> None:
    client = changed(COUNCIL, default_max_age=600, default_acr_values=("a",))

    assert understand(client).max_age == timedelta(seconds=600)
    assert understand(client).acr_values == ("a",)
    assert understand(client, max_age="0", acr_values="b").max_age == timedelta(0)
    assert understand(client, acr_values="b").acr_values == ("b",)


def test_only_an_essential_acr_limits_how_citizens_may_sign_in() -> None:
    def asking(*, essential: bool) -> Offer:
        request = ClaimsRequest(acr_values=("a", "b"), acr_essential=essential)
        return replace(OFFER, claims_request=lambda _scopes, _claims, **_: request)

    assert understand(offer=asking(essential=True)).essential_acr == {"a", "b"}
    assert understand(offer=asking(essential=False)).essential_acr == frozenset()


def test_wishes_that_cannot_be_read_are_no_reason_to_refuse() -> None:
    request = understand(ui_locales="fr <script> 12345678901 " + "x " * 500, display="hologram")

    assert request.ui_locales[0] == "fr"
    assert all(len(tag) < 60 for tag in request.ui_locales)
    assert request.display is Display.PAGE


# Whatever comes

words = st.text(max_size=40) | st.sampled_from(
    [
        CALLBACK,
        "permits",
        "code",
        "openid",
        "none",
        "login",
        "form_post",
        "S256",
        CHALLENGE,
        "https://evil.example",
        "{}",
    ]
)
names = st.sampled_from(
    [
        "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt", "max_age",
        "acr_values", "ui_locales", "display", "claims", "login_hint", "id_token_hint", "code_challenge",
        "code_challenge_method", "request", "request_uri", "registration",
    ]
) | st.text(max_size=8)  # fmt: skip


@given(st.lists(st.tuples(names, words), max_size=12))
def test_whatever_comes_it_is_understood_or_refused_and_answered_only_where_registered(
    pairs: list[tuple[str, str]],
) -> None:
    sent = read_parameters(pairs)
    try:
        _, reply_to = addressee(sent, find={"permits": COUNCIL}.get)
    except NoReplyError:
        return
    assert reply_to.redirect_uri in COUNCIL.redirect_uris
    outcome = understood_or_refused(sent)
    if isinstance(outcome, OAuth2Error):
        assert outcome.error
        assert (outcome.description or "").isascii()
    else:
        assert "openid" in outcome.scopes


def understood_or_refused(sent: Parameters) -> AuthorizationRequest | OAuth2Error:
    try:
        return understand_all(sent)
    except OAuth2Error as refused:
        return refused


@given(st.text(max_size=80))
def test_no_other_text_passes_for_a_registered_address(redirect_uri: str) -> None:
    for candidate in (redirect_uri, CALLBACK + redirect_uri, redirect_uri + CALLBACK):
        if candidate not in COUNCIL.redirect_uris:
            with pytest.raises(NoReplyError):
                addressee(parameters(redirect_uri=candidate), find={"permits": COUNCIL}.get)
