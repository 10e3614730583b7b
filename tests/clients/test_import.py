"""Importing services and what they are registered to ask: all or nothing, each fault with its place."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from idp import resources
from idp.clients.errors import ClientKeysError, RegistrationFaultsError, UnknownClientError
from idp.clients.reading import read
from idp.clients.service import ClientService
from idp.clients.store import ClientStore
from idp.clients.values import ClientState, LawfulBasis
from idp.crypto import jwe
from idp.crypto.jose import generate
from idp.crypto.secrets import matches
from idp.outbound.errors import FetchFailedError
from idp.outbound.fetch import Fetched
from idp.storage.versions import Versions
from tests.authentication.world import CATALOGUE, World, make_world

TOML = """
[organisations.northtown]
legal_name = "Northtown Council"
public_body = true
help.en = "You can phone 0300 555 0199."

[[clients]]
client_id = "council"
organisation = "northtown"
name = { en = "Parking permits", fr = "Stationnement" }
redirect_uris = ["https://council.example/callback"]

[[uses]]
client = "council"
key = "permit"
state = "approved"
purpose.en = "To issue a parking permit"
lawful_basis = "public_task"

[[uses.details]]
claim = "birthdate"
essential = true
reason.en = "You must be an adult"
retention.en = "Not kept"
smaller = ["age_over_18"]
"""


def test_the_sample_for_operators_is_one_that_imports() -> None:
    sample = read(resources.config("services.toml"))

    assert [(use.client, [each.claim for each in use.details]) for use in sample.uses] == [
        ("parking", ["address", "birthdate", "email"])
    ]


class FakeFetcher:
    """Answers from memory and counts."""

    def __init__(self) -> None:
        self.documents: dict[str, Any] = {}
        self.fetched: list[str] = []

    def get(self, url: str, *, accept: str, max_bytes: int | None = None) -> Fetched:
        assert "json" in accept
        assert max_bytes
        self.fetched.append(url)
        if url not in self.documents:
            raise FetchFailedError
        return Fetched(status=200, body=json.dumps(self.documents[url]).encode(), headers={})


class Registry:
    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder, self.fetcher = world, folder, FakeFetcher()
        self.clients = self.another_process()

    def another_process(self, cache_seconds: float = 0) -> ClientService:
        return ClientService(
            db=self.world.db,
            store=ClientStore(db=self.world.db),
            versions=Versions(db=self.world.db),
            catalogue=CATALOGUE,
            fetcher=self.fetcher,  # type: ignore[arg-type]
            clock=self.world.clock,
            cache_seconds=cache_seconds,
            development=False,
        )

    def toml(self, text: str = TOML) -> Any:
        path = self.folder / "clients.toml"
        path.write_text(text, encoding="utf-8")
        return self.clients.import_file(path)

    def json(self, tables: Any) -> Any:
        path = self.folder / "clients.json"
        path.write_text(tables if isinstance(tables, str) else json.dumps(tables), encoding="utf-8")
        return self.clients.import_file(path)

    def faults(self, tables: Any) -> list[str]:
        with pytest.raises(RegistrationFaultsError) as refused:
            self.json(tables)
        assert self.clients.list() == ()
        return [str(fault) for fault in refused.value.faults]


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    world = make_world(tmp_path)
    with world.context():
        yield Registry(world, tmp_path)
    world.db.close()


def tables(**client: Any) -> dict[str, Any]:
    """A small file with one client."""
    entry: dict[str, Any] = {
        "client_id": "shop",
        "organisation": "shop",
        "name": "Corner Bookshop",
        "redirect_uris": ["https://shop.example/callback"],
    }
    return {
        "organisations": {"shop": {"legal_name": "Corner Bookshop Ltd"}},
        "clients": [{name: value for name, value in (entry | client).items() if value is not None}],
    }


def with_use(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The small file with a use, changed."""
    use: dict[str, Any] = {
        "client": "shop",
        "key": "order",
        "state": "approved",
        "purpose": "To send your order",
        "lawful_basis": "contract",
        "details": [{"claim": "address", "reason": "To deliver", "retention": "1 year"}],
    }
    change(use)
    return tables() | {"uses": [use]}


def test_a_service_its_organisation_and_its_uses_come_from_one_file(registry: Registry) -> None:
    report = registry.toml()

    council = registry.clients.get("council")
    assert (report.changed, report.unchanged, report.uses) == (("council",), (), (("council", "permit", 1),))
    assert council is not None
    assert council.approved
    assert council.names.text("fr") == "Stationnement"
    assert council.organisation.public_body
    assert council.redirect_uris == ("https://council.example/callback",)
    use = council.uses[0]
    assert (use.version, use.lawful_basis) == (1, LawfulBasis.PUBLIC_TASK)
    assert (use.details[0].claim, use.details[0].essential, use.details[0].smaller) == (
        "birthdate",
        True,
        ("age_over_18",),
    )


def test_a_secret_is_made_shown_once_and_kept_as_a_digest(registry: Registry) -> None:
    report = registry.json(tables())

    [(client_id, secret)] = report.secrets
    client = registry.clients.get("shop")
    assert client is not None
    assert (client_id, len(secret)) == ("shop", 43)
    assert [matches(secret=secret, digest=digest) for digest in client.secret_digests] == [True]
    assert secret not in repr(report) + repr(client)
    assert registry.json(tables()).secrets == ()
    assert registry.clients.get("shop") == client


def test_a_given_secret_is_taken_and_not_shown(registry: Registry) -> None:
    report = registry.json(tables(secret="a-given-secret-of-a-test-set-up"))

    client = registry.clients.get("shop")
    assert report.secrets == ()
    assert client is not None
    assert matches(secret="a-given-secret-of-a-test-set-up", digest=client.secret_digests[0])


def test_an_import_may_be_repeated(registry: Registry) -> None:
    registry.toml()

    report = registry.toml()

    assert (report.changed, report.unchanged, report.uses, report.secrets) == ((), ("council",), (), ())


def test_a_use_gets_a_new_version_only_when_its_content_changed(registry: Registry) -> None:
    registry.toml()

    assert registry.toml(TOML.replace("Not kept", "1 day")).uses == (("council", "permit", 2),)
    assert registry.toml(TOML.replace("Not kept", "1 day")).uses == ()


def test_a_draft_changes_nothing_until_it_is_approved(registry: Registry) -> None:
    registry.toml()
    draft = TOML.replace("Not kept", "For ever").replace('state = "approved"\npurpose', 'state = "draft"\npurpose')

    registry.toml(draft)
    before = registry.clients.get("council")
    registry.toml(draft.replace('state = "draft"\npurpose', 'state = "approved"\npurpose'))
    after = registry.clients.get("council")

    assert before is not None
    assert after is not None
    assert [use.version for use in (*before.uses, *after.uses)] == [1, 2]


def test_suspending_a_use_does_not_bring_the_one_before_it_back(registry: Registry) -> None:
    registry.toml()
    registry.toml(TOML.replace("Not kept", "1 day").replace('"approved"\npurpose', '"suspended"\npurpose'))

    council = registry.clients.get("council")

    assert council is not None
    assert (council.register.registered, council.uses) == (True, ())


def test_one_fault_stores_nothing_and_every_fault_is_told_with_its_place(registry: Registry) -> None:
    broken = with_use(lambda use: use["details"][0].update(claim="shoe_size"))
    broken["clients"].append(
        {"client_id": "other", "organisation": "nobody", "name": "Other", "redirect_uris": ["http://other.example/#x"]}
    )

    assert registry.faults(broken) == [
        "clients[1].organisation: is not one of the organisations of this file",
        "clients[1].redirect_uris[0]: must not have a fragment",
        "uses[0].details[0].claim: is not in the catalogue of details",
    ]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"nam": "x"}, "clients[0].nam: is not a known key"),
        ({"name": None}, "clients[0].name: is missing"),
        ({"name": {"xx_": "x"}}, "clients[0].name"),
        ({"name": {"en": "evil\u202egnp"}}, "clients[0].name"),
        ({"client_id": "a b"}, "clients[0].client_id"),
        ({"require_pkce": "yes"}, "clients[0].require_pkce"),
        ({"default_max_age": "60"}, "clients[0].default_max_age"),
        ({"default_max_age": -1}, "clients[0].default_max_age"),
        ({"state": "open"}, "clients[0].state"),
        ({"profile": "fapi2"}, "clients[0].profile"),
        ({"response_types": ["token"]}, "clients[0].response_types[0]"),
        ({"response_types": ["none"]}, "clients[0].response_types[0]"),
        ({"response_types": ["code code"]}, "clients[0].response_types[0]"),
        ({"response_types": ["code id_token"]}, "clients[0].grant_types: must hold implicit"),
        (
            {"response_types": ["code id_token"], "grant_types": ["implicit"]},
            "clients[0].grant_types: must hold authorization_code",
        ),
        ({"grant_types": ["authorization_code", "implicit"]}, "clients[0].response_types: must hold one with id_token"),
        (
            {
                "response_types": ["id_token"],
                "grant_types": ["implicit"],
                "redirect_uris": ["https://localhost:8443/callback"],
            },
            "clients[0].redirect_uris[0]: must not be this computer",
        ),
        ({"id_token_signed_response_alg": "none"}, "clients[0].id_token_signed_response_alg"),
        ({"redirect_uris": []}, "clients[0].redirect_uris"),
        ({"redirect_uris": ["https://a.example/", "https://a.example/"]}, "clients[0].redirect_uris"),
        (
            {"redirect_uris": ["https://a.example/", "https://b.example/"]},
            "clients[0].sector_identifier_uri: is missing: redirect URIs on several hosts",
        ),
        ({"redirect_uris": "https://a.example/"}, "clients[0].redirect_uris"),
        ({"post_logout_redirect_uris": ["javascript:x"]}, "clients[0].post_logout_redirect_uris[0]"),
        ({"initiate_login_uri": "http://shop.example/"}, "clients[0].initiate_login_uri"),
        ({"logo_uri": "data:image/png,x"}, "clients[0].logo_uri"),
        ({"policy_uri": "javascript:x"}, "clients[0].policy_uri"),
        ({"secret": "short"}, "clients[0].secret"),
        ({"secret": "a" * 40}, "clients[0].secret"),
        ({"secret": "x" * 20 + "abcdefghijé"}, "clients[0].secret"),
        ({"token_endpoint_auth_method": "none", "secret": "0123456789" * 4}, "clients[0].secret"),
        ({"token_endpoint_auth_method": "none", "grant_types": ["client_credentials"]}, "clients[0].token_endpoint"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "clients[0].jwks: is missing"),
        ({"token_endpoint_auth_signing_alg": "ES256"}, "clients[0].token_endpoint_auth_signing_alg"),
        ({"grant_types": ["refresh_token"]}, "clients[0].grant_types"),
        ({"scope": "openid  email"}, "clients[0].scope"),
        ({"scope": 'openid "x"'}, "clients[0].scope"),
        ({"jwks": {"keys": []}}, "clients[0].jwks: has no key"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}, "clients[0].jwks: a key is not public"),
        ({"jwks": {}, "jwks_uri": "https://shop.example/jwks"}, "clients[0].jwks_uri"),
        ({"sector_identifier_uri": "https://shop.example/sector"}, "clients[0].sector_identifier_uri: cannot be"),
    ],
)
def test_a_wrong_registration_is_refused_at_its_place(registry: Registry, change: dict[str, Any], place: str) -> None:
    assert any(fault.startswith(place) for fault in registry.faults(tables(**change)))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda use: use.update(client="nobody"), "uses[0].client: is not a known service"),
        (lambda use: use.update(lawful_basis="because"), "uses[0].lawful_basis"),
        (lambda use: use.update(purpose=" "), "uses[0].purpose"),
        (lambda use: use.update(details=[]), "uses[0].details"),
        (lambda use: use["details"].append(use["details"][0]), "uses[0].details[1].claim: appears twice"),
        (lambda use: use["details"][0].update(claim="email_verified"), "uses[0].details[0].claim: is never asked"),
        (lambda use: use["details"][0].update(smaller=["age_over_18"]), "uses[0].details[0].smaller[0]"),
        (lambda use: use["details"][0].update(smaller=["address"]), "uses[0].details[0].smaller[0]"),
        (lambda use: use["details"][0].pop("retention"), "uses[0].details[0].retention: is missing"),
        (lambda use: use["details"][0].update(essential="true"), "uses[0].details[0].essential"),
    ],
)
def test_a_wrong_use_is_refused_at_its_place(
    registry: Registry, change: Callable[[dict[str, Any]], object], place: str
) -> None:
    assert any(fault.startswith(place) for fault in registry.faults(with_use(change)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "7",
        "{",
        '{"clients": {}}',
        '{"clients": [], "clients": []}',
        "[" * 100_000,
        '{"organisations": {"a": NaN}}',
    ],
)
def test_what_is_no_import_file_is_refused(registry: Registry, text: str) -> None:
    assert registry.faults(text)


def test_bytes_that_are_not_utf8_and_files_that_are_not_there_are_refused(registry: Registry) -> None:
    path = registry.folder / "clients.toml"
    for prepare in (lambda: path.write_bytes(b"\xff\xfe"), path.unlink):
        prepare()
        with pytest.raises(RegistrationFaultsError):
            registry.clients.import_file(path)


def test_keys_with_one_name_or_a_private_part_are_refused(registry: Registry) -> None:
    public = generate("ES256").public()
    key = {"token_endpoint_auth_method": "private_key_jwt"}

    assert registry.faults(tables(**key, jwks={"keys": [public, public]})) == ["clients[0].jwks: has one kid twice"]
    assert registry.faults(tables(**key, jwks={"keys": [public | {"d": "AAAA"}]})) == [
        "clients[0].jwks: a key is not public"
    ]


def test_a_sector_document_has_to_list_every_redirect_uri(registry: Registry) -> None:
    """OIDC Core §8.1, Registration §5."""
    uris = ["https://a.example/cb", "https://b.example/cb"]
    both = tables(redirect_uris=uris, sector_identifier_uri="https://shop.example/sector.json")
    registry.fetcher.documents["https://shop.example/sector.json"] = uris[:1]
    assert registry.faults(both) == ["clients[0].sector_identifier_uri: does not list https://b.example/cb"]

    registry.fetcher.documents["https://shop.example/sector.json"] = uris
    registry.json(both)

    shop = registry.clients.get("shop")
    assert shop is not None
    assert shop.sector == "shop.example"


def test_response_types_are_kept_with_their_words_in_one_order(registry: Registry) -> None:
    registry.json(
        tables(response_types=["token id_token", "token code id_token"], grant_types=["authorization_code", "implicit"])
    )

    client = registry.clients.get("shop")

    assert client is not None
    assert client.response_types == ("id_token token", "code id_token token")


def test_a_public_client_always_needs_pkce(registry: Registry) -> None:
    """RFC 9700 §2.1.1."""
    registry.json(tables(token_endpoint_auth_method="none"))

    shop = registry.clients.get("shop")
    assert shop is not None
    assert (shop.public, shop.require_pkce, shop.secret_digests) == (True, True, ())


def test_a_second_secret_works_beside_the_first_and_a_third_ends_it(registry: Registry) -> None:
    [(_, first)] = registry.json(tables()).secrets
    second, third = registry.clients.new_secret("shop"), registry.clients.new_secret("shop")

    shop = registry.clients.get("shop")
    assert shop is not None
    accepted = [
        any(matches(secret=each, digest=digest) for digest in shop.secret_digests) for each in (first, second, third)
    ]
    assert accepted == [False, True, True]


def test_states_change_and_unknown_services_are_told(registry: Registry) -> None:
    registry.json(tables())

    registry.clients.suspend("shop")
    suspended = registry.clients.get("shop")
    registry.clients.approve("shop")
    approved = registry.clients.get("shop")

    assert suspended is not None
    assert approved is not None
    assert (suspended.state, approved.state) == (ClientState.SUSPENDED, ClientState.APPROVED)
    for use_case in (registry.clients.suspend, registry.clients.approve, registry.clients.new_secret):
        with pytest.raises(UnknownClientError):
            use_case("nobody")
    assert registry.clients.get("nobody") is None


def test_another_process_notices_a_change_after_its_interval_and_not_before(registry: Registry) -> None:
    registry.json(tables())
    other = registry.another_process(cache_seconds=10)
    assert other.get("shop") is not None
    registry.clients.suspend("shop")

    held = other.get("shop")
    registry.world.clock.advance(seconds=10)
    fresh = other.get("shop")

    assert held is not None
    assert fresh is not None
    assert (held.approved, fresh.approved) == (True, False)


def test_registered_keys_are_imported_once(registry: Registry) -> None:
    jwks = {"keys": [generate("ES256").public()]}
    registry.json(tables(token_endpoint_auth_method="private_key_jwt", jwks=jwks))
    shop = registry.clients.get("shop")
    assert shop is not None

    keys = registry.clients.keys_of(shop, kid=None)

    assert len(keys) == 1
    assert registry.clients.keys_of(shop, kid="other") is keys


def test_a_new_key_is_found_at_its_first_use(registry: Registry) -> None:
    """OIDC Core §10.1.1."""
    uri = "https://shop.example/jwks.json"
    registry.json(tables(token_endpoint_auth_method="private_key_jwt", jwks_uri=uri))
    shop = registry.clients.get("shop")
    assert shop is not None
    first, second = generate("ES256").public(), generate("ES256").public()
    registry.fetcher.documents[uri] = {"keys": [first]}
    old = registry.clients.keys_of(shop, kid=str(first["kid"]))
    registry.fetcher.documents[uri] = {"keys": [second]}

    assert registry.clients.keys_of(shop, kid=str(second["kid"])) is not old
    assert len(registry.fetcher.fetched) == 2


def test_keys_to_encrypt_to_come_from_the_same_look_and_are_looked_for_again_when_old(registry: Registry) -> None:
    """OIDC Core §10.2.1."""
    uri = "https://shop.example/jwks.json"
    registry.json(tables(token_endpoint_auth_method="private_key_jwt", jwks_uri=uri))
    shop = registry.clients.get("shop")
    assert shop is not None
    first, second = jwe.generate("ECDH-ES").public(), jwe.generate("ECDH-ES").public()
    registry.fetcher.documents[uri] = {"keys": [generate("ES256").public(), first]}
    assert len(registry.clients.keys_of(shop, kid=None)) == 1
    assert registry.clients.encryption_keys_of(shop).choose("ECDH-ES").kid == first["kid"]
    assert len(registry.fetcher.fetched) == 1
    registry.fetcher.documents[uri] = {"keys": [second]}

    registry.world.clock.advance(minutes=16)

    assert registry.clients.encryption_keys_of(shop).choose("ECDH-ES").kid == second["kid"]


def test_a_broken_key_to_encrypt_to_does_not_lock_a_service_out(registry: Registry) -> None:
    uri = "https://shop.example/jwks.json"
    registry.json(tables(token_endpoint_auth_method="private_key_jwt", jwks_uri=uri))
    shop = registry.clients.get("shop")
    assert shop is not None
    broken = {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA", "use": "enc"}
    registry.fetcher.documents[uri] = {"keys": [generate("ES256").public(), broken]}

    assert len(registry.clients.keys_of(shop, kid=None)) == 1
    with pytest.raises(ClientKeysError):
        registry.clients.encryption_keys_of(shop)


def test_made_up_names_of_keys_do_not_turn_every_request_into_a_fetch(registry: Registry) -> None:
    uri = "https://shop.example/jwks.json"
    registry.json(tables(token_endpoint_auth_method="private_key_jwt", jwks_uri=uri))
    shop = registry.clients.get("shop")
    assert shop is not None
    public = generate("ES256").public()
    registry.fetcher.documents[uri] = {"keys": [public]}
    registry.clients.keys_of(shop, kid=str(public["kid"]))

    for kid in ("made-up", "made-up", "another"):
        registry.clients.keys_of(shop, kid=kid)
    assert len(registry.fetcher.fetched) == 2
    registry.world.clock.advance(seconds=11)
    registry.clients.keys_of(shop, kid="made-up")
    assert len(registry.fetcher.fetched) == 3


def test_keys_survive_their_publishers_outage_for_a_while(registry: Registry) -> None:
    uri = "https://shop.example/jwks.json"
    registry.json(tables(token_endpoint_auth_method="private_key_jwt", jwks_uri=uri))
    shop = registry.clients.get("shop")
    assert shop is not None
    public = generate("ES256").public()
    registry.fetcher.documents[uri] = {"keys": [public]}
    keys = registry.clients.keys_of(shop, kid=str(public["kid"]))
    del registry.fetcher.documents[uri]

    registry.world.clock.advance(minutes=30)
    assert registry.clients.keys_of(shop, kid=str(public["kid"])) is keys
    registry.world.clock.advance(minutes=60)
    with pytest.raises(ClientKeysError):
        registry.clients.keys_of(shop, kid=str(public["kid"]))


@pytest.mark.parametrize("document", [[], {}, {"keys": "x"}, {"keys": [{"kty": "oct", "k": "AA"}]}, "x"])
def test_what_is_published_instead_of_keys_is_refused(registry: Registry, document: Any) -> None:
    uri = "https://shop.example/jwks.json"
    registry.json(tables(token_endpoint_auth_method="private_key_jwt", jwks_uri=uri))
    shop = registry.clients.get("shop")
    assert shop is not None
    registry.fetcher.documents[uri] = copy.deepcopy(document)

    with pytest.raises(ClientKeysError):
        registry.clients.keys_of(shop, kid=None)
