"""Response types: what a service asks the authorization endpoint for, and by which way the answer travels.

Owns the table and what follows from each of its rows; `validation` decides who may ask for which, `issuing` makes what
is asked for, `responder` writes it down.

`token` alone and `none` are not in it: the one gives tokens without saying about whom, the other gives nothing.

https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html, https://openid.net/specs/openid-connect-core-1_0.html#Authentication
"""

from enum import StrEnum

from idp.protocol.responder import ResponseMode


class ResponseType(StrEnum):
    """What is issued at the authorization endpoint (OIDC Core §3), its words in alphabetical order."""

    CODE = "code"
    ID_TOKEN = "id_token"  # noqa: S105 - the standard's word for a kind of answer, not a secret
    ID_TOKEN_TOKEN = "id_token token"  # noqa: S105 - likewise
    CODE_ID_TOKEN = "code id_token"  # noqa: S105 - likewise
    CODE_TOKEN = "code token"  # noqa: S105 - likewise
    CODE_ID_TOKEN_TOKEN = "code id_token token"  # noqa: S105 - likewise

    @property
    def gives_code(self) -> bool:
        """Tell whether there is a code, and so a second step at the token endpoint."""
        return self in _WITH_CODE

    @property
    def gives_id_token(self) -> bool:
        """Tell whether an ID token comes straight from the authorization endpoint."""
        return self in _WITH_ID_TOKEN

    @property
    def gives_access_token(self) -> bool:
        """Tell whether an access token comes straight from the authorization endpoint."""
        return self in _WITH_TOKEN

    @property
    def grants(self) -> frozenset[str]:
        """Return the grant types that a client needs for it (OIDC Registration §2)."""
        return frozenset(
            grant
            for grant, needed in (("authorization_code", self.gives_code), ("implicit", self is not ResponseType.CODE))
            if needed
        )

    @property
    def default_mode(self) -> ResponseMode:
        """Return how the answer travels when the request does not say (Multiple Response Types §2.1, §3, §5)."""
        return ResponseMode.QUERY if self is ResponseType.CODE else ResponseMode.FRAGMENT

    def permits(self, mode: ResponseMode) -> bool:
        """Tell whether the answer may travel so: tokens never in a query (Multiple Response Types §3, §5).

        Queries end up in logs, histories and referrers.
        """
        return mode is not ResponseMode.QUERY or self is ResponseType.CODE


_WITH_CODE = frozenset(
    {ResponseType.CODE, ResponseType.CODE_ID_TOKEN, ResponseType.CODE_TOKEN, ResponseType.CODE_ID_TOKEN_TOKEN}
)
_WITH_ID_TOKEN = frozenset(
    {
        ResponseType.ID_TOKEN,
        ResponseType.ID_TOKEN_TOKEN,
        ResponseType.CODE_ID_TOKEN,
        ResponseType.CODE_ID_TOKEN_TOKEN,
    }
)
_WITH_TOKEN = frozenset({ResponseType.ID_TOKEN_TOKEN, ResponseType.CODE_TOKEN, ResponseType.CODE_ID_TOKEN_TOKEN})

_TYPES = {str(each): each for each in ResponseType}
_MODES = {str(each): each for each in ResponseMode}


def read_response_type(value: str) -> ResponseType | None:
    """Return the response type in a request, its words in any order (Multiple Response Types §3); None: not one."""
    return _TYPES.get(value) or _TYPES.get(" ".join(sorted(value.split(" "))))


def read_response_mode(value: str) -> ResponseMode | None:
    """Return the response mode in a request; None: not one of ours."""
    return _MODES.get(value)


def opens_userinfo(response_type: str | None) -> bool:
    """Tell whether a request ends with an access token, here or at the token endpoint.

    Otherwise what its scopes stand for has no other place than the ID token (OIDC Core §5.4).

    :param response_type: as it was kept; None for a request that has none, such as a device's (RFC 8628).
    """
    return response_type != ResponseType.ID_TOKEN


def can_post(redirect_uri: str) -> bool:
    """Tell whether a form can end there: an application's own scheme takes no body."""
    return redirect_uri.startswith(("https://", "http://"))


def mode_of_answer(*, response_type: str | None, response_mode: str | None, redirect_uri: str) -> ResponseMode:
    """Return the way that any answer to a request travels, before it is known whether the request is acceptable.

    What the service asked for, where that is possible; otherwise the default of its response type. So an error
    arrives where the service that wrote the request looks for it, and what is refused for its mode, such as tokens in
    a query, is not answered in that very mode (Multiple Response Types §2.1, §5).

    :param response_type: None when it is missing or ambiguous; then, and when it is none that anybody knows, an error
        is that of the code flow (RFC 6749 §3.1.1).
    """
    words = (response_type or "").split(" ")
    # Also of those not offered here: `token` has the default that RFC 6749 §4.2.2.1 gives it.
    default = ResponseMode.FRAGMENT if {"token", "id_token"} & set(words) else ResponseMode.QUERY
    asked = read_response_mode(response_mode or "")
    if asked is None or (asked is ResponseMode.FORM_POST and not can_post(redirect_uri)):
        return default
    return default if asked is ResponseMode.QUERY else asked
