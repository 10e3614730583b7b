"""How a service's front-channel address is written: pure rules."""

from urllib.parse import urlencode


def front_channel_address(registered: str, *, issuer: str, sid: str, session_required: bool) -> str:
    """Return the address that signs a browser out of a service.

    Issuer and session identifier come both or not at all (OIDC Front-Channel Logout §2). A query that the service
    registered stays byte for byte.
    """
    if not session_required:
        return registered
    separator = "" if registered.endswith(("?", "&")) else "&" if "?" in registered else "?"
    return f"{registered}{separator}{urlencode({'iss': issuer, 'sid': sid})}"
