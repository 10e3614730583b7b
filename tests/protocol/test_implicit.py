"""Answers with tokens and without a code. OIDC Core §3.2, §5.4; RFC 6749 §4.2."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from idp.activity.values import Kind
from idp.consent.values import Duration
from idp.services import Services
from idp.vault.values import NewDetail
from tests.doubles import FrozenClock
from tests.protocol.direct import (
    IMPLICIT,
    SIGNED,
    agree,
    answered,
    ask,
    claims_of,
    half_hash,
    register,
    userinfo,
)
from tests.protocol.sign_on import CALLBACK, CALLBACK_WITH_QUERY, ISSUER, Browser, fragment_of, page_of
from tests.protocol.test_authorize_cost import rows
from tests.tokens.rig import counted

#: About the sign-on, whatever was asked for.
TECHNICAL = {"iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "sid", "at_hash", "s_hash"}


@pytest.fixture(name="citizen")
def _citizen(citizen: Browser) -> Browser:
    register(citizen)
    return citizen


# The answer, OIDC Core §3.2.2.5


def test_an_id_token_comes_with_state_issuer_and_the_state_of_the_session(citizen: Browser) -> None:
    answer = answered(citizen, "id_token", "email")

    assert answer.keys() == {"id_token", "state", "iss", "session_state"}
    assert (answer["state"], answer["iss"]) == ("a-state", ISSUER)


def test_an_access_token_comes_with_its_type_life_and_scope(citizen: Browser) -> None:
    answer = answered(citizen, "id_token token", "email")

    assert answer.keys() == {
        "access_token", "token_type", "expires_in", "scope", "id_token", "state", "iss", "session_state",
    }  # fmt: skip
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"].isdigit()
    assert answer["scope"] == "openid email"


@pytest.mark.parametrize("response_type", IMPLICIT)
def test_a_refresh_token_never_comes_from_here(citizen: Browser, response_type: str) -> None:
    # RFC 6749 §4.2.2, OIDC Core §11.
    answer = answered(citizen, response_type, "email", scope="openid email offline_access")

    assert "refresh_token" not in answer
    assert answer.get("scope", "openid email") == "openid email"


def test_an_address_with_its_own_query_keeps_it_before_the_fragment(citizen: Browser) -> None:
    answer = answered(citizen, "id_token", "email", redirect_uri=CALLBACK_WITH_QUERY)

    assert "id_token" in answer


def test_the_answer_is_kept_by_no_cache_and_no_referrer(citizen: Browser) -> None:
    response = agree(citizen, "id_token token", "email")

    assert response.status_code == 303
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.data == b""


# The ID token, OIDC Core §3.2.2.10, §3.2.2.11


def test_it_says_who_signed_in_when_and_for_which_request(citizen: Browser, clock: FrozenClock) -> None:
    answer = answered(citizen, "id_token", "email")
    claims = claims_of(citizen, answer["id_token"])

    assert claims["iss"] == ISSUER
    assert claims["aud"] == "portal"
    assert claims["nonce"] == "n-0S6_WzA2Mj"
    assert claims["acr"] == "urn:proffer:acr:password"
    assert claims["amr"] == ["pwd"]
    assert claims["auth_time"] == int(clock.now().timestamp())
    assert claims["exp"] > claims["iat"]
    assert "c_hash" not in claims
    assert "at_hash" not in claims


@pytest.mark.parametrize(("client_id", "algorithm"), SIGNED.items())
def test_it_is_tied_to_the_access_token_and_the_state_beside_it(
    citizen: Browser, client_id: str, algorithm: str
) -> None:
    # at_hash is required here: OIDC Core §3.2.2.10.
    answer = answered(citizen, "id_token token", "email", client_id=client_id)
    claims = claims_of(citizen, answer["id_token"], algorithm)

    assert claims["at_hash"] == half_hash(answer["access_token"], algorithm)
    assert claims["s_hash"] == half_hash("a-state", algorithm)


def test_it_holds_no_hash_of_a_state_that_was_not_sent(citizen: Browser) -> None:
    answer = answered(citizen, "id_token", "email", state=None)

    assert answer.keys() == {"id_token", "iss", "session_state"}
    assert "s_hash" not in claims_of(citizen, answer["id_token"])


@pytest.mark.parametrize("state", ["é\u4e2d", "s" * 2048, "a b&c=d%25+#", '"><script>'])
def test_a_strange_state_comes_back_intact_and_hashed(citizen: Browser, state: str) -> None:
    answer = answered(citizen, "id_token", "email", state=state)

    assert answer["state"] == state
    assert claims_of(citizen, answer["id_token"])["s_hash"] == half_hash(state)


# Details: where they go when nothing opens UserInfo, OIDC Core §5.4, §5.5


def test_what_scopes_stand_for_is_in_an_id_token_that_comes_alone(citizen: Browser) -> None:
    claims = claims_of(citizen, answered(citizen, "id_token", "email")["id_token"])

    assert claims["email"] == "amina@citizen.example"
    assert claims["email_verified"] is False
    assert claims.keys() - TECHNICAL == {"email", "email_verified"}


def test_what_scopes_stand_for_stays_at_userinfo_when_there_is_an_access_token(citizen: Browser) -> None:
    answer = answered(citizen, "id_token token", "email")

    assert claims_of(citizen, answer["id_token"]).keys() <= TECHNICAL
    told = userinfo(citizen, answer["access_token"]).get_json()
    assert told.keys() == {"sub", "email", "email_verified"}
    assert told["sub"] == claims_of(citizen, answer["id_token"])["sub"]


def test_what_is_asked_for_in_the_id_token_by_name_is_there_beside_an_access_token_too(citizen: Browser) -> None:
    wanted = '{"id_token":{"given_name":null}}'
    answer = answered(citizen, "id_token token", "email", "given_name", claims=wanted)

    claims = claims_of(citizen, answer["id_token"])
    assert claims.keys() - TECHNICAL == {"given_name"}
    assert userinfo(citizen, answer["access_token"]).get_json().keys() == {"sub", "email", "email_verified"}


def test_what_is_not_ticked_is_not_in_it(citizen: Browser) -> None:
    assert claims_of(citizen, answered(citizen, "id_token")["id_token"]).keys() <= TECHNICAL


def test_what_is_not_registered_is_not_in_it(citizen: Browser) -> None:
    # The register of the portal holds no family name, which scope `profile` stands for.
    session = citizen.signed_in()
    assert session.vault_key is not None
    citizen.services.vault.add(session.account_id, session.vault_key, NewDetail("family_name", "Haddad"))

    answer = answered(citizen, "id_token", "given_name", scope="openid profile")

    assert claims_of(citizen, answer["id_token"]).keys() - TECHNICAL == {"given_name", "updated_at"}


def test_what_was_not_asked_for_is_not_in_it_though_it_was_agreed_to_before(citizen: Browser) -> None:
    answered(citizen, "id_token", "email", "given_name", scope="openid email profile")

    answer = fragment_of(ask(citizen, "id_token", scope="openid email", state="again"))

    assert claims_of(citizen, answer["id_token"]).keys() - TECHNICAL == {"email", "email_verified"}


def test_what_is_for_userinfo_only_is_not_asked_about_when_nothing_opens_it(citizen: Browser) -> None:
    # OIDC Core §5.5: the member `userinfo` needs an access token.
    wanted = '{"userinfo":{"given_name":null}}'
    page = page_of(ask(citizen, "id_token", scope="openid email", claims=wanted))

    shown = citizen.http.get(f"/consent/{page.interaction}").text

    assert 'id="claim-email"' in shown
    assert 'id="claim-given_name"' not in shown


def test_the_page_shows_what_leaves_and_its_answer_reaches_the_service(citizen: Browser) -> None:
    page = page_of(ask(citizen, "id_token"))
    shown = citizen.http.get(f"/consent/{page.interaction}")
    token = shown.text.partition('name="csrf_token" value="')[2].partition('"')[0]

    decided = citizen.http.post(
        f"/consent/{page.interaction}", data={"csrf_token": token, "claim": "email", "action": "allow"}
    )
    answer = fragment_of(citizen.http.get(decided.headers["Location"]))

    # Browsers apply form-action to where the submission leads in the end.
    assert "form-action 'self' http://127.0.0.1:*" in shown.headers["Content-Security-Policy"]
    assert claims_of(citizen, answer["id_token"])["email"] == "amina@citizen.example"


def test_a_detail_changed_since_is_in_the_next_one_as_it_is_now(citizen: Browser) -> None:
    answered(citizen, "id_token", "email")
    session = citizen.signed_in()
    assert session.vault_key is not None
    document = citizen.services.vault.read(session.account_id, session.vault_key)
    (held,) = document.values("email")
    citizen.services.vault.edit(
        session.account_id, session.vault_key, held.id, "new@citizen.example", expected_version=document.version
    )

    answer = fragment_of(ask(citizen, "id_token"))

    assert claims_of(citizen, answer["id_token"])["email"] == "new@citizen.example"


# Coming back, refusing, and errors


@pytest.mark.parametrize("response_type", IMPLICIT)
def test_a_returning_citizen_sees_no_page_and_nothing_is_stored_but_activity(
    citizen: Browser, services: Services, clock: FrozenClock, response_type: str
) -> None:
    answered(citizen, response_type, "email")
    clock.advance(seconds=30)
    codes, interactions = rows(services, "authorization_code"), rows(services, "interaction")

    with counted(services.db.engine) as statements:
        answer = fragment_of(ask(citizen, response_type, prompt="none"))

    assert "id_token" in answer
    assert (rows(services, "authorization_code"), rows(services, "interaction")) == (codes, interactions) == (0, 1)
    writes = [text for text in statements.texts if not text.lstrip().upper().startswith("SELECT")]
    assert [write.split()[2].strip('"') for write in writes] == ["activity"]
    assert statements.commits == 1


@pytest.mark.parametrize("response_type", IMPLICIT)
def test_a_sign_on_is_one_row_that_names_what_left(citizen: Browser, services: Services, response_type: str) -> None:
    answered(citizen, response_type, "email")

    (row, *_) = services.activity.page(citizen.signed_in().account_id, before=None, limit=1).rows

    assert (row.kind, row.client_id, row.claims) == (Kind.RELEASED, "portal", ("email", "email_verified"))


@pytest.mark.parametrize("response_type", IMPLICIT)
def test_a_refusal_is_told_in_the_fragment_and_nothing_leaves(citizen: Browser, response_type: str) -> None:
    # OIDC Core §3.2.2.6.
    page = page_of(ask(citizen, response_type))
    citizen.refuse(page)

    answer = fragment_of(citizen.come_back(page))

    assert answer.keys() == {"error", "error_description", "state", "iss"}
    assert answer["error"] == "access_denied"


@pytest.mark.parametrize("response_type", IMPLICIT)
def test_what_a_silent_request_cannot_get_is_told_in_the_fragment(citizen: Browser, response_type: str) -> None:
    assert fragment_of(ask(citizen, response_type, prompt="none"))["error"] == "consent_required"
    stranger = Browser(citizen.app)
    assert fragment_of(ask(stranger, response_type, prompt="none"))["error"] == "login_required"


@pytest.mark.parametrize("response_type", IMPLICIT)
def test_a_request_without_nonce_fails_in_the_fragment(citizen: Browser, response_type: str) -> None:
    # OIDC Core §3.2.2.1.
    answer = fragment_of(ask(citizen, response_type, nonce=None))

    assert (answer["error"], answer["state"]) == ("invalid_request", "a-state")


@pytest.mark.parametrize("response_type", IMPLICIT)
def test_an_interaction_gives_one_answer_only(citizen: Browser, response_type: str) -> None:
    page = page_of(ask(citizen, response_type))
    citizen.share(page, "email")
    assert "id_token" in fragment_of(citizen.come_back(page))

    again = citizen.come_back(page)

    assert again.status_code == 410
    assert "Location" not in again.headers


def test_a_new_sign_in_is_in_the_id_token(citizen: Browser, clock: FrozenClock) -> None:
    first = claims_of(citizen, answered(citizen, "id_token", "email")["id_token"])
    clock.advance(seconds=90)
    page = page_of(ask(citizen, "id_token", max_age="60"))
    assert page.path == "/sign-in"
    citizen.sign_in()

    second = claims_of(citizen, fragment_of(citizen.come_back(page))["id_token"])

    assert second["sub"] == first["sub"]
    assert second["auth_time"] == first["auth_time"] + 90


def test_a_page_of_scripts_needs_no_secret_and_no_pkce(citizen: Browser) -> None:
    answer = answered(citizen, "id_token token", "email", client_id="script")

    assert claims_of(citizen, answer["id_token"])["aud"] == "script"
    assert userinfo(citizen, answer["access_token"]).status_code == 200


def test_a_page_of_scripts_gets_no_code(citizen: Browser) -> None:
    assert fragment_of(ask(citizen, "code id_token", client_id="script"))["error"] == "unauthorized_client"


def test_a_request_that_another_site_posts_comes_again_by_get(
    citizen: Browser, new_browser: Callable[[], Browser]
) -> None:
    answered(citizen, "id_token", "email")
    posted = ask(Browser(citizen.app), "id_token", method="POST", prompt="none")

    answer = fragment_of(citizen.http.get(posted.headers["Location"]))

    assert claims_of(citizen, answer["id_token"])["email"] == "amina@citizen.example"


# The access token


def test_an_access_token_ends_when_the_citizen_stops_sharing(citizen: Browser, services: Services) -> None:
    answer = answered(citizen, "id_token token", "email")
    session = citizen.signed_in()
    (grant,) = services.consent.shared_with(session.account_id)

    services.consent.withdraw(account_id=session.account_id, grant_id=grant.id)

    assert userinfo(citizen, answer["access_token"]).status_code == 401


def test_an_access_token_ends_with_a_choice_made_for_one_time(citizen: Browser, clock: FrozenClock) -> None:
    page = page_of(ask(citizen, "id_token token"))
    citizen.share(page, "email", duration=Duration.ONCE)
    answer = fragment_of(citizen.come_back(page))
    assert userinfo(citizen, answer["access_token"]).status_code == 200

    clock.advance(seconds=timedelta(hours=2).total_seconds())

    assert userinfo(citizen, answer["access_token"]).status_code == 401


def test_an_access_token_can_be_revoked_by_its_service(citizen: Browser) -> None:
    answer = answered(citizen, "id_token token", "email", client_id="script")

    revoked = citizen.app.test_client().post("/revoke", data={"token": answer["access_token"], "client_id": "script"})

    assert revoked.status_code == 200
    assert userinfo(citizen, answer["access_token"]).status_code == 401


def test_nothing_of_the_citizen_can_be_read_from_the_access_token(citizen: Browser) -> None:
    token = answered(citizen, "id_token token", "email")["access_token"]

    assert token.startswith("at_")
    opened = base64.urlsafe_b64decode(token[3:] + "=" * (-len(token[3:]) % 4))
    assert b"amina" not in opened
    assert json.dumps("email").encode() not in opened
    assert CALLBACK.encode() not in opened
