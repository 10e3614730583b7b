"""What can be wrong with the tables of an import file together. Pure: no fetch, no statement."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from idp.claims.catalogue import Catalogue
from idp.clients.errors import Fault, RedirectUriError
from idp.clients.metadata import ClientEntry, ImportFile, UseEntry
from idp.clients.policy import check_origin, is_resource
from idp.clients.rules import metadata_faults
from idp.clients.values import SECRET_METHODS, AuthMethod


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
    for fault in metadata_faults(entry, development=development):
        yield Fault(f"{place}.{fault.place}", fault.problem)
    yield from _own_faults(entry, place, development=development)


def _own_faults(entry: ClientEntry, place: str, *, development: bool) -> Iterator[Fault]:
    """Find what is wrong with the members that only an operator gives."""
    if entry.secret is not None and entry.token_endpoint_auth_method not in SECRET_METHODS:
        yield Fault(f"{place}.secret", "does not go with this token_endpoint_auth_method")
    if entry.resource_server and entry.token_endpoint_auth_method is AuthMethod.NONE:
        yield Fault(f"{place}.token_endpoint_auth_method", "none cannot prove anything to the introspection endpoint")
    for index, origin in enumerate(entry.web_origins):
        try:
            check_origin(origin, development=development)
        except RedirectUriError as error:
            yield Fault(f"{place}.web_origins[{index}]", error.problem)
    yield from _audience_faults(entry, place)


def _audience_faults(entry: ClientEntry, place: str) -> Iterator[Fault]:
    for name in ("audiences", "resources"):
        for index, uri in enumerate(getattr(entry, name)):
            if not is_resource(uri):
                yield Fault(f"{place}.{name}[{index}]", "must be an absolute URI without a fragment (RFC 8707 §2)")
    if entry.audiences and not entry.resource_server:
        yield Fault(f"{place}.audiences", "goes with resource_server only")


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
