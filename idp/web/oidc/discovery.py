"""Where services find out what this provider does. Prepared here, answered in front of Flask by `idp.web.front`.

https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig, https://www.rfc-editor.org/rfc/rfc8414#section-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from idp.web.front import prepare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idp.web.front import Document

PATHS: Final = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


def documents(body: bytes, *, issuer: str) -> Mapping[str, Document]:
    """Return the discovery document at each of its addresses.

    An issuer with a path has it once more behind each of them: RFC 8414 §3.1 puts the well-known part first, so that
    the host's root hands these addresses on, and OIDC Discovery §4 puts it last, below where we are.
    """
    below = urlsplit(issuer).path
    return dict.fromkeys((*PATHS, *(path + below for path in PATHS)), prepare(body))
