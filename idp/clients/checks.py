"""What can be wrong with checked tables together. Pure: every fault is found here but those that only a fetch finds."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from idp.claims.catalogue import Catalogue
from idp.clients.errors import Fault, RedirectUriError
from idp.clients.metadata import SCOPE_TOKEN, ClientEntry, ImportFile, UseEntry
from idp.clients.policy import check_address, check_origin, check_redirect_uri, is_resource, sector
from idp.clients.values import DEVICE_CODE, SECRET_METHODS, AuthMethod, SubjectType
from idp.crypto.errors import JwksError
from idp.crypto.jwks import VerifyingKeys


def faults_of(
    file: ImportFile, *, catalogue: Catalogue, known_clients: Collection[str], development: bool
) -> tuple[Fault, ...]:
    """Find every fault of an import at once, in the order of the file."""
    return tuple(_faults(file, catalogue=catalogue, known_clients=known_clients, development=development))


def _faults(
    file: ImportFile, *, catalogue: Catalogue, known_clients: Collection[str], development: bool
) -> Iterator[Fault]:
    for index, client in enumerate(file.clients):
        yield from _client_faults(client, f"clients[{index}]", file=file, development=development)
    yield from _duplicates([client.client_id for client in file.clients], "clients", "client_id")
    yield from _duplicates([name for client in file.clients for name in client.audiences], "clients", "audiences")
    named = {client.client_id for client in file.clients} | set(known_clients)
    for index, use in enumerate(file.uses):
        yield from _use_faults(use, f"uses[{index}]", catalogue=catalogue, clients=named)
    yield from _duplicates([f"{use.client} {use.key}" for use in file.uses], "uses", "key")


def _client_faults(entry: ClientEntry, place: str, *, file: ImportFile, development: bool) -> Iterator[Fault]:
    if entry.organisation not in file.organisations:
        yield Fault(f"{place}.organisation", "is not one of the organisations of this file")
    if not entry.name:
        yield Fault(f"{place}.name", "is missing")
    yield from _redirect_faults(entry, place, development=development)
    yield from _address_faults(entry, place, development=development)
    yield from _credential_faults(entry, place)
    yield from _grant_faults(entry, place)
    for scope in entry.scope.split(" "):
        if not SCOPE_TOKEN.fullmatch(scope):
            yield Fault(f"{place}.scope", "must be scope values with one space between (RFC 6749 §3.3)")
    yield from _audience_faults(entry, place)
    if any(not SCOPE_TOKEN.fullmatch(name) for name in entry.audiences + entry.default_acr_values):
        yield Fault(place, "audiences and default_acr_values must be ASCII without spaces and quotes")


def _audience_faults(entry: ClientEntry, place: str) -> Iterator[Fault]:
    for name in ("audiences", "resources"):
        for index, uri in enumerate(getattr(entry, name)):
            if not is_resource(uri):
                yield Fault(f"{place}.{name}[{index}]", "must be an absolute URI without a fragment (RFC 8707 §2)")
    if entry.audiences and not entry.resource_server:
        yield Fault(f"{place}.audiences", "goes with resource_server only")


def _redirect_faults(entry: ClientEntry, place: str, *, development: bool) -> Iterator[Fault]:
    faults = []
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        uris: tuple[str, ...] = getattr(entry, name)
        for index, uri in enumerate(uris):
            try:
                check_redirect_uri(uri, application_type=entry.application_type, development=development)
            except RedirectUriError as error:
                faults.append(Fault(f"{place}.{name}[{index}]", error.problem))
        if len(set(uris)) != len(uris):
            faults.append(Fault(f"{place}.{name}", "has one address twice"))
    # The host of a refused address means nothing.
    if not faults and entry.subject_type is SubjectType.PAIRWISE and entry.sector_identifier_uri is None:
        try:
            sector(client_id=entry.client_id, redirect_uris=entry.redirect_uris, sector_identifier_uri=None)
        except RedirectUriError as error:
            faults.append(Fault(f"{place}.redirect_uris", error.problem))
    yield from faults


def _address_faults(entry: ClientEntry, place: str, *, development: bool) -> Iterator[Fault]:
    for name in ("jwks_uri", "sector_identifier_uri", "initiate_login_uri", "logo_uri", "policy_uri", "tos_uri"):
        uri: str | None = getattr(entry, name)
        if uri is None:
            continue
        try:
            check_address(uri, development=development)
        except RedirectUriError as error:
            yield Fault(f"{place}.{name}", error.problem)
    for index, origin in enumerate(entry.web_origins):
        try:
            check_origin(origin, development=development)
        except RedirectUriError as error:
            yield Fault(f"{place}.web_origins[{index}]", error.problem)


def _credential_faults(entry: ClientEntry, place: str) -> Iterator[Fault]:
    by_key = entry.token_endpoint_auth_method is AuthMethod.PRIVATE_KEY_JWT
    if entry.secret is not None and entry.token_endpoint_auth_method not in SECRET_METHODS:
        yield Fault(f"{place}.secret", "does not go with this token_endpoint_auth_method")
    if entry.jwks is not None and entry.jwks_uri is not None:
        yield Fault(f"{place}.jwks_uri", "does not go together with jwks")
    if by_key and entry.jwks is None and entry.jwks_uri is None:
        yield Fault(f"{place}.jwks", "is missing: private_key_jwt needs jwks or jwks_uri")
    if entry.token_endpoint_auth_signing_alg is not None and not by_key:
        yield Fault(f"{place}.token_endpoint_auth_signing_alg", "goes with private_key_jwt only")
    if entry.jwks is not None and (problem := _jwks_problem(entry.jwks)):
        yield Fault(f"{place}.jwks", problem)


def _jwks_problem(jwks: dict[str, object]) -> str | None:
    """Say what is wrong with a service's public keys, or None (RFC 7517 §5, RFC 8725 §3.5)."""
    try:
        keys = VerifyingKeys.from_jwks(jwks)
    except JwksError as error:
        return str(error)
    if not len(keys):
        return "has no key that can verify a signature"
    entries = jwks["keys"] if isinstance(jwks["keys"], list) else []
    kids = [entry["kid"] for entry in entries if "kid" in entry]
    if any(not isinstance(kid, str) for kid in kids):
        return "has a kid that is not text"
    return "has one kid twice" if len(set(kids)) != len(kids) else None


def _grant_faults(entry: ClientEntry, place: str) -> Iterator[Fault]:
    grants = set(entry.grant_types)
    if grants & {"authorization_code", "implicit"} and not entry.redirect_uris:
        yield Fault(f"{place}.redirect_uris", "is missing: authorization_code and implicit need at least one")
    if grants & {"authorization_code", "implicit"}:
        words = {word for response_type in entry.response_types for word in response_type.split(" ")}
        # OIDC Registration §2 ties the two together.
        if "authorization_code" in grants and "code" not in words:
            yield Fault(f"{place}.response_types", "must hold code for authorization_code")
        if "authorization_code" not in grants and "code" in words:
            yield Fault(f"{place}.grant_types", "must hold authorization_code for a response type with code")
        if "implicit" in grants and not words & {"id_token", "token"}:
            yield Fault(f"{place}.response_types", "must hold one with id_token or token for implicit")
        if "implicit" not in grants and words & {"id_token", "token"}:
            yield Fault(f"{place}.grant_types", "must hold implicit for a response type with id_token or token")
    if "refresh_token" in grants and not grants & {"authorization_code", DEVICE_CODE}:
        yield Fault(f"{place}.grant_types", "refresh_token goes with authorization_code or device_code only")
    public = entry.token_endpoint_auth_method is AuthMethod.NONE
    if public and ("client_credentials" in grants or entry.resource_server):
        yield Fault(f"{place}.token_endpoint_auth_method", "none cannot prove anything to these endpoints")


def _use_faults(entry: UseEntry, place: str, *, catalogue: Catalogue, clients: Collection[str]) -> Iterator[Fault]:
    if entry.client not in clients:
        yield Fault(f"{place}.client", "is not a known service")
    if not entry.purpose:
        yield Fault(f"{place}.purpose", "is missing")
    for index, detail in enumerate(entry.details):
        at = f"{place}.details[{index}]"
        definition = catalogue.find(detail.claim)
        if definition is None:
            yield Fault(f"{at}.claim", "is not in the catalogue of details")
            continue
        if definition.accompanies:
            yield Fault(
                f"{at}.claim", "is never asked for by itself; it goes with " + ", ".join(definition.accompanies)
            )
        if not detail.reason or not detail.retention:
            yield Fault(at, "needs a reason and a retention")
        for step, smaller in enumerate(detail.smaller):
            if not catalogue.covers(detail.claim, smaller) or smaller == detail.claim:
                yield Fault(f"{at}.smaller[{step}]", f"is not a smaller form of {detail.claim}")
    yield from _duplicates([detail.claim for detail in entry.details], f"{place}.details", "claim")


def _duplicates(names: list[str], place: str, key: str) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Fault(f"{place}[{index}].{key}", "appears twice in this file")
