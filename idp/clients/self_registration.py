"""From what a service says of itself to a value, or to every fault by member. Pure.

https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata, https://www.rfc-editor.org/rfc/rfc7591#section-2
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import ValidationError

from idp.clients.errors import Fault, RegistrationFaultsError
from idp.clients.metadata import SelfRegistration, with_tagged
from idp.clients.reading import faults_told
from idp.clients.registration import client_of
from idp.clients.rules import metadata_faults
from idp.clients.texts import Texts
from idp.clients.values import DEVICE_CODE, Client, Organisation, SubjectType

_CODE: Final = "authorization_code"
_IMPLICIT: Final = "implicit"


@dataclass(frozen=True, slots=True)
class RegistrationOffer:
    """What a service may register itself for."""

    response_types: frozenset[str]
    grant_types: frozenset[str]
    #: About citizens, who decide each time: a scope of a resource server is for an operator to give.
    scopes: tuple[str, ...]


def described(members: Mapping[str, Any], *, client_id: str, offer: RegistrationOffer, development: bool) -> Client:
    """Return the service that the members describe, approved and without a secret; unknown members are ignored.

    :raises RegistrationFaultsError: with every fault, each place beginning with its member.
    """
    entry = _completed(_read(members), offer)
    faults = (*metadata_faults(entry, development=development), *_offer_faults(entry, offer))
    if faults:
        raise RegistrationFaultsError(faults)
    names = {tag: text for name, text in entry.tagged.items() for member, _, tag in [name.partition("#")]
             if member == "client_name"}  # fmt: skip
    if entry.client_name is not None:
        names[""] = entry.client_name
    client = client_of(entry, client_id=client_id, names=Texts.of(names), organisation=Organisation(legal_name=""))
    return replace(client, dynamic=True)


def _read(members: Mapping[str, Any]) -> SelfRegistration:
    # What is null is not said (RFC 7592 §2.2 tells the two apart from nothing else).
    said = {name: member for name, member in members.items() if member is not None}
    try:
        return SelfRegistration.model_validate_json(json.dumps(with_tagged(said, SelfRegistration)))
    except ValidationError as error:
        raise RegistrationFaultsError(faults_told(error)) from None


def _completed(entry: SelfRegistration, offer: RegistrationOffer) -> SelfRegistration:
    """Fill in what was left out, so that defaults do not contradict what was said (RFC 7591 §2.1, §3.2.1)."""
    said = entry.model_fields_set
    words = {word for response_type in entry.response_types for word in response_type.split(" ")}
    changes: dict[str, object] = {
        "response_types": tuple(dict.fromkeys(entry.response_types)),
        "grant_types": tuple(dict.fromkeys(entry.grant_types)),
    }
    if "grant_types" not in said and "response_types" in said:
        changes["grant_types"] = (
            *((_CODE,) if "code" in words else ()),
            *((_IMPLICIT,) if words - {"code"} else ()),
        )
    if "response_types" not in said and "grant_types" in said:
        changes["response_types"] = (
            *(("code",) if _CODE in entry.grant_types else ()),
            *(("id_token",) if _IMPLICIT in entry.grant_types else ()),
        )
    if "scope" not in said:
        changes["scope"] = " ".join(offer.scopes)
    elif known := [scope for scope in entry.scope.split(" ") if scope in offer.scopes]:
        changes["scope"] = " ".join(known)
    return entry.model_copy(update=changes)


def _offer_faults(entry: SelfRegistration, offer: RegistrationOffer) -> Iterator[Fault]:
    if not set(entry.response_types) <= offer.response_types:
        yield Fault("response_types", "has one that is not offered")
    if not set(entry.grant_types) <= offer.grant_types:
        yield Fault("grant_types", "has one that a service cannot register itself for")
    if not set(entry.scope.split(" ")) <= set(offer.scopes):
        yield Fault("scope", "has none that is offered")
    if not entry.grant_types:
        yield Fault("grant_types", "is empty")
    pairwise = entry.subject_type is SubjectType.PAIRWISE
    if pairwise and entry.sector_identifier_uri is not None and DEVICE_CODE in entry.grant_types:
        # The document vouches for redirect URIs. A device has none, so anybody could have the identifiers of a sector
        # by naming its document (OIDC Core §8.1).
        yield Fault("sector_identifier_uri", "does not go with the device grant")
