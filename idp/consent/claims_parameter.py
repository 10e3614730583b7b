"""What a request asks for: scopes and the `claims` parameter (OIDC Core §5.4, §5.5). Pure.

The parameter is written by whoever sent the browser here: everything about it is checked, and nothing of it is
repeated in an error.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, Final, NoReturn

from idp.claims.catalogue import Catalogue
from idp.claims.languages import MARK, canonical_tag
from idp.consent.errors import ClaimsParameterError
from idp.consent.values import (
    OFFLINE,
    OPENID,
    ClaimsRequest,
    Destination,
    LanguageWish,
    RequestedClaim,
    canonical,
)

MAX_CHARACTERS: Final = 16_384
MAX_CLAIMS: Final = 100
MAX_VALUES: Final = 50
MAX_LOCALES: Final = 20
_MAX_DEPTH: Final = 6
#: Claims about the sign-on, not about the citizen: answered by the protocol, never chosen.
_ABOUT_THE_SIGN_ON: Final = frozenset({"sub", "auth_time", "acr", "amr", "iss", "aud", "azp", "nonce", "sid"})

_Section = Mapping[str, Mapping[str, Any]]


def claims_request(
    scopes: Collection[str],
    claims_parameter: str | None,
    *,
    catalogue: Catalogue,
    claims_locales: str | None = None,
    opens_userinfo: bool = True,
    resources: Collection[str] = (),
) -> ClaimsRequest:
    """Read what a request asks to learn. Claims that the catalogue does not know are passed over (§5.5).

    :param claims_locales: languages for the claims asked for without one, the best first (§3.1.2.1). What is no
        language tag is passed over, like a claim that nobody knows.
    :param opens_userinfo: the answer brings an access token. Without one the claims of scopes go into the ID token
        (§5.4), and those of the member `userinfo` are passed over: it takes an access token to ask for them (§5.5).
    :raises ClaimsParameterError: the parameter is malformed.
    """
    sections = _sections(claims_parameter) if claims_parameter is not None else {}
    of_scopes = Destination.USERINFO if opens_userinfo else Destination.ID_TOKEN
    asked = {
        name: RequestedClaim(name, frozenset({of_scopes}))
        for scope in scopes
        for name in catalogue.claims_of_scope(scope)
    }
    tagged: list[tuple[LanguageWish, Mapping[str, Any]]] = []
    for destination, section in sections.items():
        if destination is Destination.USERINFO and not opens_userinfo:
            continue
        for name, entry in section.items():
            if name not in _ABOUT_THE_SIGN_ON and name in catalogue:
                asked[name] = _merged(asked.get(name), name, destination, entry)
            elif MARK in name and (wish := _tagged(name, destination, catalogue)) is not None:
                tagged.append((wish, entry))
    wishes = _by_locales(asked.values(), claims_locales, catalogue) if claims_locales else []
    for wish, entry in tagged:
        # Whether a value is one that the service takes is asked of plain values only: nobody can tell in advance which
        # language will meet a wish.
        if _accepted(entry) is None:
            asked[wish.claim] = _merged(asked.get(wish.claim), wish.claim, wish.destination, entry)
            wishes.append(wish)
    id_token = sections.get(Destination.ID_TOKEN, {})
    acr = id_token.get("acr", {})
    return ClaimsRequest(
        claims=tuple(asked.values()),
        subject=_subject(sections),
        auth_time="auth_time" in id_token,
        acr_values=_acr_values(acr),
        acr_essential=bool(acr.get("essential", False)),
        offline=OFFLINE in scopes,
        reach=_reach(scopes, resources, catalogue),
        languages=tuple(dict.fromkeys(wishes)),
    )


def _tagged(name: str, destination: Destination, catalogue: Catalogue) -> LanguageWish | None:
    """Read a name such as `family_name#ja-Kana-JP` (§5.5.2), in whatever letter case its tag is."""
    claim, _, text = name.partition(MARK)
    definition, tag = catalogue.find(claim), canonical_tag(text)
    if definition is None or not definition.languages or tag is None:
        return None
    return LanguageWish(claim, destination, (tag,))


def _by_locales(asked: Collection[RequestedClaim], claims_locales: str, catalogue: Catalogue) -> list[LanguageWish]:
    words = claims_locales.split(" ")[:MAX_LOCALES]
    tags = tuple(dict.fromkeys(tag for word in words if (tag := canonical_tag(word)) is not None))
    return [
        LanguageWish(claim.name, destination, tags)
        for claim in asked
        if tags and catalogue[claim.name].languages
        for destination in sorted(claim.destinations)
    ]


def _reach(scopes: Collection[str], resources: Collection[str], catalogue: Catalogue) -> tuple[str, ...]:
    """Return where a service may go in the citizen's name and for what: nothing without a resource (RFC 8707)."""
    if not resources:
        return ()
    own = {*catalogue.scopes, OPENID, OFFLINE}
    return (*resources, *(scope for scope in scopes if scope not in own))


def _sections(parameter: str) -> dict[Destination, _Section]:
    if len(parameter) > MAX_CHARACTERS:
        _refuse("claims is too long")
    try:
        document = json.loads(parameter, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ClaimsParameterError("claims is not well-formed JSON") from None
    if not isinstance(document, dict):
        _refuse("claims is not a JSON object")
    if not _is_shallow(document, _MAX_DEPTH):
        _refuse("claims is nested too deeply")
    return {place: _section(document[place]) for place in Destination if document.get(place) is not None}


def _section(members: object) -> _Section:
    if not isinstance(members, dict):
        _refuse("userinfo and id_token in claims have to be JSON objects")
    if len(members) > MAX_CLAIMS:
        _refuse("claims names too many claims")
    return {name: _entry(entry) for name, entry in members.items()}


def _entry(entry: object) -> Mapping[str, Any]:
    if entry is None:
        return {}
    if not isinstance(entry, dict):
        _refuse("each claim in claims has to be null or a JSON object")
    if not isinstance(entry.get("essential", False), bool):
        _refuse("essential in claims has to be true or false")
    if "value" in entry and "values" in entry:
        _refuse("a claim in claims has either value or values")
    values = entry.get("values", [None])
    if not isinstance(values, list) or not 0 < len(values) <= MAX_VALUES:
        _refuse("values in claims has to be a non-empty JSON array")
    return entry


def _merged(known: RequestedClaim | None, name: str, place: Destination, entry: Mapping[str, Any]) -> RequestedClaim:
    """Add one entry to what is asked already; where both name values, only what satisfies both is taken."""
    accepted = _accepted(entry)
    if known is None:
        return RequestedClaim(name, frozenset({place}), bool(entry.get("essential")), accepted)
    if known.accepted is not None and accepted is not None:
        accepted = tuple(value for value in known.accepted if value in accepted)
    return RequestedClaim(
        name,
        known.destinations | {place},
        known.essential_requested or bool(entry.get("essential")),
        known.accepted if accepted is None else accepted,
    )


def _accepted(entry: Mapping[str, Any]) -> tuple[str, ...] | None:
    if entry.get("value") is not None:
        return (canonical(entry["value"]),)
    return tuple(canonical(value) for value in entry["values"]) if "values" in entry else None


def _subject(sections: Mapping[Destination, _Section]) -> str | None:
    """Return the one subject that the request is about (§5.5.1)."""
    wanted = {canonical(value): value for section in sections.values() for value in _listed(section.get("sub", {}))}
    if not all(isinstance(value, str) for value in wanted.values()):
        _refuse("sub in claims has to be text")
    if len(wanted) > 1:
        _refuse("claims names several subjects")
    return next(iter(wanted.values()), None)


def _acr_values(entry: Mapping[str, Any]) -> tuple[str, ...]:
    values = _listed(entry)
    if not all(isinstance(value, str) for value in values):
        _refuse("acr in claims has to be text")
    return tuple(values)


def _listed(entry: Mapping[str, Any]) -> list[Any]:
    if entry.get("value") is not None:
        return [entry["value"]]
    return list(entry.get("values", []))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # Two parsers would read it differently (RFC 8259 §4).
        raise ValueError
    return members


def _no_constant(_name: str) -> NoReturn:
    raise ValueError


def _is_shallow(value: object, depth: int) -> bool:
    if depth == 0:
        return False
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(_is_shallow(member, depth - 1) for member in members)


def _refuse(description: str) -> NoReturn:
    raise ClaimsParameterError(description)
