"""Requests as a WSGI server hands them over, byte for byte."""

from __future__ import annotations

import io
from typing import Any

from idp.protocol.http import FORM, HttpRequest


def environ(
    method: str = "POST",
    *,
    body: bytes = b"",
    query: str = "",
    content_type: str = FORM,
    **headers: str,
) -> dict[str, Any]:
    """A WSGI environment (PEP 3333)."""
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/token",
        "QUERY_STRING": query,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "203.0.113.7",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }


def sent(method: str = "POST", **parts: Any) -> HttpRequest:
    """The same, read."""
    return HttpRequest.read(environ(method, **parts))
