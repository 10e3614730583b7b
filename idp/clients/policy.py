"""Which addresses a service may register, which one a request may name, and whose identifiers it gets. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from idp.clients.errors import RedirectUriError
from idp.clients.values import ApplicationType, Client

MAX_URI: Final = 2000
#: RFC 3986 §2: whatever else appears in an address is a trick, a mistake or another language's job.
_URI_CHARACTERS: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_RESOURCE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")
_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
#: Encoded dot, slash, backslash, at, controls and non-ASCII: read differently by different parsers.
_ENCODED_TRICK: Final = re.compile(r"%(?:2[eEfF]|5[cC]|40|[01][0-9A-Fa-f]|7[fF])")
_LABEL: Final = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_PRIVATE_SCHEME: Final = re.compile(r"[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+")
_LOOPBACK_ANY_PORT: Final = re.compile(
    r"(http://(?:127\.0\.0\.1|\[::1\]))(?::[1-9][0-9]{0,4})?((?:[/?].*)?)", re.DOTALL
)
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
#: Parameters of answers (RFC 6749 §4.1.2, RFC 9207, OAuth Multiple Response Types): one fixed in the address
#: would be read before ours.
_ANSWER_PARAMETERS: Final = frozenset(
    {
        "code", "state", "iss", "error", "error_description", "error_uri", "access_token", "token_type", "expires_in",
        "scope", "id_token", "response", "session_state",
    }
)  # fmt: skip


def check_redirect_uri(uri: str, *, application_type: ApplicationType, development: bool) -> None:
    """Refuse a redirect URI that must not be registered (RFC 9700 §4.1, RFC 8252, OIDC Registration §2).

    :param development: accept http on a loopback address for web applications too.
    :raises RedirectUriError: with what is wrong.
    """
    _check_spelling(uri)
    scheme = uri.partition(":")[0]
    if application_type is ApplicationType.NATIVE and _PRIVATE_SCHEME.fullmatch(scheme):
        _check_private_scheme(uri)
    else:
        _check_web_address(uri, allow_loopback=development or application_type is ApplicationType.NATIVE)
    if taken := _ANSWER_PARAMETERS & {name for name, _ in parse_qsl(urlsplit(uri).query, keep_blank_values=True)}:
        raise RedirectUriError(f"the query must not have {min(taken)}: the answer adds it")


def check_direct_answers(uri: str) -> None:
    """Refuse a redirect URI of a web application that tokens must not be sent to (OIDC Registration §2).

    :param uri: passed :func:`check_redirect_uri`.
    :raises RedirectUriError: it is an address of the citizen's own computer.
    """
    if host_of(uri) in _LOOPBACK:
        raise RedirectUriError("must not be this computer for a web application with implicit")


def check_address(uri: str, *, development: bool) -> None:
    """Refuse an address of a page or document that a service publishes, unless it is plain https.

    :raises RedirectUriError: with what is wrong.
    """
    _check_spelling(uri)
    _check_web_address(uri, allow_loopback=development)


def is_resource(uri: str) -> bool:
    """Tell whether this can name a resource: an absolute URI without a fragment (RFC 8707 §2, RFC 3986 §4.3)."""
    return len(uri) <= MAX_URI and _RESOURCE.fullmatch(uri) is not None and _PERCENT.search(uri) is None


def redirect_uri_allowed(requested: str, *, registered: Collection[str], application_type: ApplicationType) -> bool:
    """Tell whether a request may name this redirect URI: character by character (RFC 9700 §2.1).

    An installed application may listen on any port of a loopback IP address (RFC 8252 §7.3).
    """
    if requested in registered:
        return True
    if application_type is not ApplicationType.NATIVE:
        return False
    asked = _LOOPBACK_ANY_PORT.fullmatch(requested)
    known = (_LOOPBACK_ANY_PORT.fullmatch(uri) for uri in registered)
    return asked is not None and any(one is not None and one.groups() == asked.groups() for one in known)


def host_of(uri: str) -> str | None:
    """Return the host of a checked address in lower case; None for a private-use scheme."""
    parts = urlsplit(uri)
    return parts.hostname if parts.scheme in {"https", "http"} else None


def origin_of(uri: str) -> str | None:
    """Return the origin of a checked address as browsers write it (RFC 6454 §6.2); None for a private-use scheme."""
    parts = urlsplit(uri)
    if parts.scheme not in _DEFAULT_PORTS or parts.hostname is None:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = parts.port in {None, _DEFAULT_PORTS[parts.scheme]}
    return f"{parts.scheme}://{host}" if usual else f"{parts.scheme}://{host}:{parts.port}"


def browser_origins(client: Client) -> frozenset[str]:
    """Return the origins whose pages may call us in a service's name.

    Those that it registered for this; and, of a web application that has its tokens in the browser (a public client,
    or one registered for the implicit grant), those that it receives them at.
    """
    in_browser = client.public or "implicit" in client.grant_types
    if not in_browser or client.application_type is not ApplicationType.WEB:
        return frozenset(client.web_origins)
    received = (origin_of(uri) for uri in client.redirect_uris)
    return frozenset(client.web_origins) | {origin for origin in received if origin is not None}


def check_origin(origin: str, *, development: bool) -> None:
    """Refuse what is no origin of https pages, or is not written as browsers write it.

    :raises RedirectUriError: with what is wrong.
    """
    check_address(origin, development=development)
    if origin_of(origin) != origin:
        raise RedirectUriError("must be an origin as browsers send it, such as https://app.example.org")


def sector(*, client_id: str, redirect_uris: Collection[str], sector_identifier_uri: str | None) -> str:
    """Return the sector that pairwise identifiers are made for (OIDC Core §8.1).

    Services that want to share identifiers say so in a sector document, whose host is then the sector. Without one, the
    service is a sector of its own even where several run on one host: otherwise every department of a council would
    know citizens by the same identifier.

    :raises RedirectUriError: several hosts without a sector document.
    """
    if sector_identifier_uri is not None:
        return str(host_of(sector_identifier_uri))
    hosts = {host for uri in redirect_uris if (host := host_of(uri)) is not None}
    if len(hosts) > 1:
        raise RedirectUriError("is missing: redirect URIs on several hosts need one")
    return f"{min(hosts, default='')} {client_id}"


def _check_spelling(uri: str) -> None:
    if not uri or len(uri) > MAX_URI:
        raise RedirectUriError(f"must have 1 to {MAX_URI} characters")
    if not uri.isascii():
        raise RedirectUriError("must be ASCII; write an international host in its xn-- form")
    if "#" in uri:
        raise RedirectUriError("must not have a fragment")
    if "*" in uri:
        raise RedirectUriError("must not have a wildcard")
    if "\\" in uri or not _URI_CHARACTERS.fullmatch(uri):
        raise RedirectUriError("has a character that does not belong in an address")
    if _PERCENT.search(uri):
        raise RedirectUriError("has a broken percent sign")
    if _ENCODED_TRICK.search(uri.partition("?")[0]):
        raise RedirectUriError("must not hide a dot, slash, backslash, @ or control character behind a percent sign")


def _check_private_scheme(uri: str) -> None:
    rest = uri.partition(":")[2]
    if not rest.startswith("/") or rest.startswith("//"):
        raise RedirectUriError("a scheme of your own is followed by one slash (RFC 8252 §7.1)")
    _check_path(rest.partition("?")[0])


def _check_web_address(uri: str, *, allow_loopback: bool) -> None:
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        raise RedirectUriError("the host or the port is not valid") from None
    host = parts.hostname or ""
    if not uri.startswith(("https://", "http://")):
        raise RedirectUriError("must start with https://")
    if "@" in parts.netloc:
        raise RedirectUriError("must not have a user name")
    if not _is_host(host, bracketed=parts.netloc.startswith("[")):
        raise RedirectUriError("the host is not valid")
    if port == 0 or parts.netloc.endswith(":"):
        raise RedirectUriError("the port is not valid")
    if parts.scheme == "http" and not (allow_loopback and host in _LOOPBACK):
        raise RedirectUriError("must start with https://")
    _check_path(parts.path)


def _check_path(path: str) -> None:
    if "//" in path or not {".", ".."}.isdisjoint(path.split("/")):
        raise RedirectUriError("the path must not have empty or dotted steps")


def _is_host(host: str, *, bracketed: bool) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        # A last label of digits is an IPv4 address in some spelling that parsers disagree about.
        return (
            not bracketed
            and not labels[-1].isdigit()
            and not labels[-1].lower().startswith("0x")
            and all(_LABEL.fullmatch(label) for label in labels)
        )
    return bracketed == (address.version == 6) and "%" not in host  # noqa: PLR2004 - the version's name
