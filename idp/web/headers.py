"""Security headers of every page (OWASP Secure Headers) and the content security policy.

Pages load nothing from elsewhere and run no script without this answer's nonce (CSP Level 3).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from flask import current_app

from idp.web.state import page_state

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

#: Host names and IPv4 addresses as a CSP host-source can name them (CSP3 §2.3.1).
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)

#: Schemes that run or show content of their own; never allowed as the end of a form.
_REFUSED_SCHEMES = frozenset({"javascript", "data", "blob", "filesystem", "vbscript", "about", "file"})

#: Any port of this computer, in the spellings that CSP knows.
_LOOPBACK = ("http://127.0.0.1:*", "http://localhost:*")

_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen",
        "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment",
        "picture-in-picture", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip

_FIXED = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    # Same-origin and not no-referrer: the latter makes browsers send `Origin: null` with our own
    # forms, and addresses of pages in flight never leave this origin either way.
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", _PERMISSIONS),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)


_Answer = TypeVar("_Answer", bound="Response")


def nonce() -> str:
    """Give the nonce that marks this answer's scripts."""
    return page_state().nonce


def allow_form_redirect(uri: str) -> None:
    """Let forms of this page end, through redirects, at a registered redirect URI and wherever it leads on to.

    Chromium applies ``form-action`` to every redirect after a submission (CSP3 §6.4.1), those of the service included:
    a service whose callback sends the browser to another origin, as every broker's does, would leave the citizen on a
    page whose button does nothing. Where it sends them is not ours to know, so any https address will do. Only pass
    an address that was matched against the client's registration.
    """
    if source := form_source(uri):
        targets = page_state().form_targets
        if source.startswith("http"):
            targets.add("https:")
        if not source.startswith("https:"):
            targets.add(source)
        if source.startswith("http://"):
            # Only ever a loopback address; so is whatever else a developer runs beside it.
            targets.update(_LOOPBACK)


def allow_fetches() -> None:
    """Let a script of this page ask this very site for more."""
    page_state().fetches = True


def form_source(uri: str) -> str | None:
    """Turn a redirect URI into the narrowest CSP source that matches it, or None.

    An http(s) address becomes its exact origin, which for a native application's loopback listener
    carries the port of this request (RFC 8252 §7.3). A private-use scheme (§7.1) becomes a scheme
    source. CSP cannot name an IPv6 host, so such a loopback address becomes ``http:``.
    """
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        allowed = _SCHEME.fullmatch(parts.scheme) and parts.scheme not in _REFUSED_SCHEMES
        return f"{parts.scheme}:" if allowed else None
    host = parts.hostname or ""
    if ":" in host:
        return f"{parts.scheme}:"
    if not _HOST.fullmatch(host):
        return None
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")


def secure(response: _Answer) -> _Answer:
    """Put the page headers on an answer; one that the view has set stays."""
    for name, value in _FIXED:
        response.headers.setdefault(name, value)
    # A service may run the sign-on in a window of its own (`display=popup`, OpenID Connect Core §3.1.2.1). Cutting
    # that window off from its opener would be for good, also after it has gone back to the service.
    opener = "unsafe-none" if page_state().for_service else "same-origin"
    response.headers.setdefault("Cross-Origin-Opener-Policy", opener)
    response.headers.setdefault("Content-Security-Policy", content_security_policy())
    if current_app.extensions["proffer"].settings.secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
    return response


def content_security_policy() -> str:
    """Write the policy of this answer."""
    targets = " ".join(["'self'", *sorted(page_state().form_targets)])
    fetches = ("connect-src 'self'",) if page_state().fetches else ()
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce()}'",
            "style-src 'self'",
            "img-src 'self' data:",
            f"form-action {targets}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            *fetches,
        )
    )
