"""What can be wrong with the members of one registration. Pure: all but what only a fetch can find.

An import file and a service that registers itself are held to these same rules. Each fault's place begins with the
name of its member.

https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata, https://www.rfc-editor.org/rfc/rfc7591#section-2
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final
from urllib.parse import urlsplit

from idp.clients.errors import Fault, RedirectUriError
from idp.clients.metadata import SCOPE_TOKEN, Metadata, text_problem
from idp.clients.policy import check_address, check_direct_answers, check_redirect_uri, sector
from idp.clients.values import DEVICE_CODE, ApplicationType, AuthMethod, SubjectType
from idp.crypto.encryption_keys import EncryptingKeys
from idp.crypto.errors import JwksError, NoEncryptionKeyError
from idp.crypto.jwks import VerifyingKeys

#: Members that hold one address which must be https and without fragment.
_ADDRESSES: Final = (
    "jwks_uri", "sector_identifier_uri", "initiate_login_uri", "client_uri", "logo_uri", "policy_uri", "tos_uri",
    "backchannel_logout_uri", "frontchannel_logout_uri", "security_event_endpoint",
)  # fmt: skip
#: What can be encrypted for a service, by the beginning of its members' names.
_ENCRYPTED: Final = ("id_token_encrypted_response", "userinfo_encrypted_response", "introspection_encrypted_response")
#: Members of the request of a third-party-initiated login, which we add (OIDC Core §4).
_LOGIN_PARAMETERS: Final = frozenset({"iss", "login_hint", "target_link_uri"})


def metadata_faults(entry: Metadata, *, development: bool) -> Iterator[Fault]:
    """Find every fault of one registration's standard members."""
    yield from _redirect_faults(entry, development=development)
    yield from _address_faults(entry, development=development)
    yield from _tagged_faults(entry, development=development)
    yield from _credential_faults(entry)
    yield from _encryption_faults(entry)
    yield from _grant_faults(entry)
    if any(not SCOPE_TOKEN.fullmatch(scope) for scope in entry.scope.split(" ")):
        yield Fault("scope", "must be scope values with one space between (RFC 6749 §3.3)")
    if any(not SCOPE_TOKEN.fullmatch(name) for name in entry.default_acr_values):
        yield Fault("default_acr_values", "must be ASCII without spaces and quotes")


def _redirect_faults(entry: Metadata, *, development: bool) -> Iterator[Fault]:
    def check(uri: str) -> None:
        check_redirect_uri(uri, application_type=entry.application_type, development=development)

    def check_answered(uri: str) -> None:
        check(uri)
        if entry.application_type is ApplicationType.WEB and "implicit" in entry.grant_types and not development:
            check_direct_answers(uri)

    found = [*_list_faults("redirect_uris", entry.redirect_uris, check_answered)]
    yield from found
    yield from _list_faults("post_logout_redirect_uris", entry.post_logout_redirect_uris, check)
    # The host of a refused address means nothing.
    if not found and entry.subject_type is SubjectType.PAIRWISE and entry.sector_identifier_uri is None:
        try:
            sector(client_id="", redirect_uris=entry.redirect_uris, sector_identifier_uri=None)
        except RedirectUriError as error:
            yield Fault("sector_identifier_uri", error.problem)


def _address_faults(entry: Metadata, *, development: bool) -> Iterator[Fault]:
    for name in _ADDRESSES:
        uri: str | None = getattr(entry, name)
        if uri is not None:
            yield from _one(name, uri, lambda one: check_address(one, development=development))

    def check_document(uri: str) -> None:
        # What follows # is the hash of the document and stays as it was registered (OIDC Core §6.2).
        address, _, fragment = uri.partition("#")
        check_address(address, development=development)
        if not fragment.isascii() or not fragment.isprintable() or " " in fragment:
            raise RedirectUriError("has a fragment with a character that does not belong there")

    yield from _list_faults("request_uris", entry.request_uris, check_document)
    if entry.initiate_login_uri is not None and _names(entry.initiate_login_uri) & _LOGIN_PARAMETERS:
        yield Fault("initiate_login_uri", "must not have iss, login_hint or target_link_uri in its query: we add them")
    origins = {urlsplit(uri)[:2] for uri in entry.redirect_uris}
    # Its page is loaded where nobody looks, so it has to be the service's own (OIDC Front-Channel Logout §2).
    if entry.frontchannel_logout_uri is not None and urlsplit(entry.frontchannel_logout_uri)[:2] not in origins:
        yield Fault("frontchannel_logout_uri", "must have scheme, host and port of one of the redirect_uris")


def _names(uri: str) -> set[str]:
    return {pair.partition("=")[0] for pair in urlsplit(uri).query.split("&")}


def _tagged_faults(entry: Metadata, *, development: bool) -> Iterator[Fault]:
    seen: set[str] = set()
    for name, value in entry.tagged.items():
        if name.lower() in seen:
            yield Fault(name, "is there twice in different spellings (BCP 47 §2.1.1)")
        seen.add(name.lower())
        if not name.startswith("client_name#"):
            yield from _one(name, value, lambda one: check_address(one, development=development))
        elif problem := text_problem(value):
            yield Fault(name, problem)


def _credential_faults(entry: Metadata) -> Iterator[Fault]:
    by_key = entry.token_endpoint_auth_method is AuthMethod.PRIVATE_KEY_JWT
    if entry.jwks is not None and entry.jwks_uri is not None:
        yield Fault("jwks_uri", "does not go together with jwks")
    if by_key and entry.jwks is None and entry.jwks_uri is None:
        yield Fault("jwks", "is missing: private_key_jwt needs jwks or jwks_uri")
    if entry.token_endpoint_auth_signing_alg is not None and not by_key:
        yield Fault("token_endpoint_auth_signing_alg", "goes with private_key_jwt only")
    if entry.jwks is not None and (problem := _jwks_problem(entry.jwks, signs=by_key)):
        yield Fault("jwks", problem)


def _jwks_problem(jwks: dict[str, object], *, signs: bool) -> str | None:
    """Say what is wrong with a service's public keys, or None (RFC 7517 §5, RFC 8725 §3.5)."""
    try:
        keys = VerifyingKeys.from_jwks(jwks)
    except JwksError as error:
        return str(error)
    entries = jwks["keys"] if isinstance(jwks["keys"], list) else []
    if not entries or (signs and not len(keys)):
        return "has no key that can verify a signature"
    kids = [entry["kid"] for entry in entries if "kid" in entry]
    if any(not isinstance(kid, str) for kid in kids):
        return "has a kid that is not text"
    return "has one kid twice" if len(set(kids)) != len(kids) else None


def _encryption_faults(entry: Metadata) -> Iterator[Fault]:
    for name in (*_ENCRYPTED, "request_object_encryption"):
        if getattr(entry, f"{name}_enc") is not None and getattr(entry, f"{name}_alg") is None:
            yield Fault(f"{name}_enc", f"goes with {name}_alg only")
    for name in _ENCRYPTED:
        if (alg := getattr(entry, f"{name}_alg")) is not None and (problem := _no_key_problem(entry, alg)):
            yield Fault(f"{name}_alg", problem)
    keyless = entry.jwks is None and entry.jwks_uri is None
    if keyless and entry.request_object_signing_alg is not None:
        yield Fault("request_object_signing_alg", "needs jwks or jwks_uri to check signatures with")
    if keyless and entry.require_signed_request_object:
        yield Fault("require_signed_request_object", "needs jwks or jwks_uri to check signatures with")


def _no_key_problem(entry: Metadata, alg: str) -> str | None:
    """Say why nothing could be encrypted for a service, or None; published keys are looked at when they are needed."""
    if entry.jwks is None:
        return None if entry.jwks_uri is not None else "needs jwks or jwks_uri to encrypt for"
    try:
        EncryptingKeys.from_jwks(entry.jwks).choose(alg)
    except NoEncryptionKeyError as error:
        return str(error)
    except JwksError:
        # Told at jwks.
        return None
    return None


def _grant_faults(entry: Metadata) -> Iterator[Fault]:
    grants = set(entry.grant_types)
    if grants & {"authorization_code", "implicit"} and not entry.redirect_uris:
        yield Fault("redirect_uris", "is missing: authorization_code and implicit need at least one")
    if grants & {"authorization_code", "implicit"}:
        words = {word for response_type in entry.response_types for word in response_type.split(" ")}
        # OIDC Registration §2 ties the two together.
        if "authorization_code" in grants and "code" not in words:
            yield Fault("response_types", "must hold code for authorization_code")
        if "authorization_code" not in grants and "code" in words:
            yield Fault("grant_types", "must hold authorization_code for a response type with code")
        if "implicit" in grants and not words & {"id_token", "token"}:
            yield Fault("response_types", "must hold one with id_token or token for implicit")
        if "implicit" not in grants and words & {"id_token", "token"}:
            yield Fault("grant_types", "must hold implicit for a response type with id_token or token")
    if "refresh_token" in grants and not grants & {"authorization_code", DEVICE_CODE}:
        yield Fault("grant_types", "refresh_token goes with authorization_code or the device grant only")
    if entry.token_endpoint_auth_method is AuthMethod.NONE and "client_credentials" in grants:
        yield Fault("token_endpoint_auth_method", "none proves nothing, which client_credentials needs")


def _list_faults(name: str, uris: Collection[str], check: Callable[[str], None]) -> Iterator[Fault]:
    for index, uri in enumerate(uris):
        yield from _one(f"{name}[{index}]", uri, check)
    if len(set(uris)) != len(uris):
        yield Fault(name, "has one address twice")


def _one(place: str, uri: str, check: Callable[[str], None]) -> Iterator[Fault]:
    try:
        check(uri)
    except RedirectUriError as error:
        yield Fault(place, error.problem)
