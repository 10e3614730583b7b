"""Who may register, who vouches for a service, and what happens to those that nobody uses. RFC 7591 §2.3, §3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.clients.errors import RegistrationTokenError, UnknownInvitationError
from idp.clients.values import DEVICE_CODE
from idp.crypto import jose
from tests.protocol.registering import CALLBACK, Registering, error_of, good, registering
from tests.protocol.sign_on import Browser, page_of

ISSUER = "https://trust.example"
KEY = jose.generate("ES256")


@pytest.fixture
def by_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registering]:
    with registering(tmp_path, monkeypatch, mode="token") as started:
        yield started


@pytest.fixture
def vouched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registering]:
    file = tmp_path / "software.json"
    file.write_text(json.dumps({"keys": [KEY.public()]}))
    with registering(tmp_path, monkeypatch, software_issuer=ISSUER, software_keys=file) as started:
        yield started


def statement(provider: Registering, key: jose.SigningKey = KEY, **changes: Any) -> str:
    """A good software statement, with claims changed, or taken out by None."""
    now = int(provider.clock.now().timestamp())
    claims = {"iss": ISSUER, "iat": now, "exp": now + 60, "client_name": "Vouched for", "software_id": "s-1"} | changes
    return key.sign({name: value for name, value in claims.items() if value is not None})


def test_without_an_initial_access_token_nobody_registers(by_token: Registering) -> None:
    """RFC 7591 §3: the registration endpoint may be protected; RFC 6750 §3.1."""
    nothing, wrong = by_token.post(good()), by_token.post(b"[", token="wrong")

    assert error_of(nothing)[:2] == error_of(wrong)[:2] == (401, "invalid_token")
    assert nothing.headers["WWW-Authenticate"] == 'Bearer realm="http://localhost:8000"'
    assert wrong.headers["WWW-Authenticate"] == 'Bearer realm="http://localhost:8000", error="invalid_token"'


@pytest.mark.parametrize("redirect_uris", [None, ["https://council.example/callback"]])
def test_nobody_gets_the_identifiers_of_a_sector_by_naming_its_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, redirect_uris: list[str] | None
) -> None:
    """OIDC Core §8.1: the document vouches for redirect URIs, and a device is told `sub` without one."""
    document = "https://council.example/sector.json"
    grants = [DEVICE_CODE] + (["authorization_code"] if redirect_uris else [])
    types = ["code"] if redirect_uris else []
    with registering(tmp_path, monkeypatch) as provider:
        provider.web.documents[document] = b'["https://council.example/callback"]'
        named = {"redirect_uris": redirect_uris, "grant_types": grants, "response_types": types}

        refused = provider.refused(**named, sector_identifier_uri=document)

        assert refused[:2] == (400, "invalid_client_metadata")
        assert provider.post(good(**named)).status_code == 201


def test_an_initial_access_token_registers_as_often_as_it_says(by_token: Registering) -> None:
    token = by_token.services.invitations.invite(label="a fair", uses=2, days=1)

    assert error_of(by_token.post(good(redirect_uris=None), token=token))[0] == 400
    answers = [by_token.post(good(), token=token).status_code for _ in range(3)]

    assert answers == [201, 201, 401]
    assert [(each.label, each.uses_left) for each in by_token.services.invitations.list()] == [("a fair", 0)]


def test_the_last_use_is_one_services_only(by_token: Registering) -> None:
    token = by_token.services.invitations.invite(label="", uses=1, days=1)
    by_token.services.invitations.check(token)

    by_token.services.invitations.use(token)

    with pytest.raises(RegistrationTokenError):
        by_token.services.invitations.use(token)


def test_an_initial_access_token_ends_by_time_and_by_word(by_token: Registering) -> None:
    invitations = by_token.services.invitations
    ending, revoked = invitations.invite(label="", uses=None, days=1), invitations.invite(label="x", uses=None, days=9)
    assert [by_token.post(good(), token=token).status_code for token in (ending, revoked)] == [201, 201]

    by_token.clock.advance(days=1, seconds=1)
    invitations.revoke(next(each.id for each in invitations.list() if each.label == "x"))

    assert [by_token.post(good(), token=token).status_code for token in (ending, revoked)] == [401, 401]
    assert invitations.purge(10) == 1
    assert invitations.list() == ()
    with pytest.raises(UnknownInvitationError):
        invitations.revoke("")


def test_a_software_statement_is_not_taken_where_nobody_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 7591 §3.2.2: unapproved_software_statement."""
    with registering(tmp_path, monkeypatch) as provider:
        assert provider.refused(software_statement=statement(provider))[:2] == (400, "unapproved_software_statement")
        assert provider.refused(software_statement="x")[:2] == (400, "invalid_software_statement")


def test_what_the_trusted_issuer_says_wins(vouched: Registering) -> None:
    """RFC 7591 §2.3, §3.1.1: values of the statement take precedence; §3.2.1: it is returned unmodified."""
    signed = statement(vouched, client_uri="https://self.example/")

    told = vouched.registered(client_name="My own word", software_statement=signed)

    assert (told["client_name"], told["software_id"], told["client_uri"]) == (
        "Vouched for",
        "s-1",
        "https://self.example/",
    )
    assert told["software_statement"] == signed
    assert not {"iss", "exp", "iat"} & set(told)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": "https://other.example"}, "unapproved_software_statement"),
        ({"iss": None}, "unapproved_software_statement"),
        ({"exp": 1}, "invalid_software_statement"),
        ({"exp": "soon"}, "invalid_software_statement"),
        ({"nbf": 10**11}, "invalid_software_statement"),
        ({"aud": "https://elsewhere.example"}, "invalid_software_statement"),
        ({"aud": []}, "invalid_software_statement"),
    ],
)
def test_a_statement_that_does_not_hold_is_refused(vouched: Registering, changes: dict[str, Any], code: str) -> None:
    """RFC 7591 §3.2.2."""
    assert vouched.refused(software_statement=statement(vouched, **changes))[:2] == (400, code)


def test_a_statement_by_another_key_or_of_another_kind_is_refused(vouched: Registering) -> None:
    other = statement(vouched, jose.generate("ES256"))

    for wrong in (other, 5, ["x"], {"a": 1}, other.rpartition(".")[0] + "."):
        assert vouched.refused(software_statement=wrong)[:2] == (400, "invalid_software_statement")


def test_a_statement_cannot_say_what_must_not_be_registered(vouched: Registering) -> None:
    signed = statement(vouched, redirect_uris=["http://evil.example/"])

    assert vouched.refused(software_statement=signed)[:2] == (400, "invalid_redirect_uri")


def test_services_that_nobody_uses_are_removed_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with registering(tmp_path, monkeypatch, unused_days=7) as provider:
        unused, used, gone = (provider.registered()["client_id"] for _ in range(3))
        citizen = Browser(provider.app)
        citizen.sign_up()
        citizen.share(page_of(citizen.authorize(client_id=used, redirect_uri=CALLBACK)), "given_name")
        in_use = provider.services.consent.services_among

        assert provider.services.self_registered.purge(10, in_use=in_use) == 0
        provider.clock.advance(days=7, seconds=1)
        young = provider.registered()["client_id"]
        assert provider.services.self_registered.purge(1, in_use=in_use) == 1
        assert provider.services.self_registered.purge(10, in_use=in_use) == 1

        left = {client.client_id for client in provider.services.clients.list()}
        assert left == {used, young}
        assert {unused, gone} & left == set()


def test_no_more_register_than_may_wait_for_their_first_citizen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with registering(tmp_path, monkeypatch, max_unused=2) as provider:
        answers = [provider.post(good()) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 503]
    assert error_of(answers[2])[1] == "temporarily_unavailable"
    assert int(answers[2].headers["Retry-After"]) > 0


_MEMBERS = (
    "redirect_uris", "response_types", "grant_types", "application_type", "contacts", "client_name", "client_name#fr",
    "logo_uri", "client_uri", "policy_uri#de", "tos_uri", "jwks_uri", "jwks", "sector_identifier_uri", "subject_type",
    "id_token_signed_response_alg", "id_token_encrypted_response_alg", "userinfo_encrypted_response_enc",
    "request_object_signing_alg", "token_endpoint_auth_method", "token_endpoint_auth_signing_alg", "default_max_age",
    "require_auth_time", "default_acr_values", "initiate_login_uri", "request_uris", "post_logout_redirect_uris",
    "frontchannel_logout_uri", "backchannel_logout_session_required",
    "security_event_endpoint", "scope", "software_id", "software_statement", "#",
)  # fmt: skip
_TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from([CALLBACK, "https://[::1", "https://a.example:99999/", "//", "ES256", "code", "none", "\x00", "*"]),
)
_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _TEXTS)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(["keys", "kty", "kid", "n", "crv", "x"]), _TEXTS), inner, max_size=4),
    ),
    max_leaves=8,
)


def test_no_body_makes_a_failure_of_ours(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.MonkeyPatch.context() as patch, registering(tmp_path_factory.mktemp("fuzz"), patch) as provider:

        @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(members=st.dictionaries(st.sampled_from(_MEMBERS), _VALUES, max_size=5), raw=st.binary(max_size=60))
        def check(members: dict[str, Any], raw: bytes) -> None:
            statuses = {
                provider.post({"redirect_uris": [CALLBACK]} | members).status_code,
                provider.post(raw).status_code,
            }
            assert statuses <= {201, 400}

        check()
