"""The one place where an answer to an authorization request takes its shape.

Success, error and the citizen's refusal all pass here, so that `iss` and `state` are in every
answer and each response mode is written once. What is built is a value; the web layer turns it
into a redirect or a page.

https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2, https://www.rfc-editor.org/rfc/rfc9207,
https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html,
https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote, urlencode


class ResponseMode(StrEnum):
    """How an answer travels back (OAuth 2.0 Multiple Response Types §2.1)."""

    QUERY = "query"
    FRAGMENT = "fragment"
    FORM_POST = "form_post"


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Where the answer goes. Only ever made from a redirect URI that the client registered."""

    redirect_uri: str
    response_mode: ResponseMode = ResponseMode.QUERY
    state: str | None = field(default=None, repr=False)
    #: The languages that the service asked for, unchecked; only for the page that carries an answer by form.
    ui_locales: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Redirect:
    """The browser is sent on, with 303 so that a POST never takes its body along (RFC 9700 §4.12)."""

    location: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FormPost:
    """The browser submits these fields to the service; the page escapes them."""

    action: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)
    #: In order of preference, as `ui_locales` writes them.
    ui_locales: str = field(default="", compare=False)


Reply = Redirect | FormPost


class Responder:
    """Gives answers in the name of one issuer."""

    def __init__(self, *, issuer: str) -> None:
        self._issuer = issuer

    def success(self, reply_to: ReplyTo, parameters: Mapping[str, str]) -> Reply:
        """Return the answer that carries `parameters`, say the code (RFC 6749 §4.1.2, OIDC Core §3.2.2.5, §3.3.2.5)."""
        return self._reply(reply_to, parameters)

    def error(self, reply_to: ReplyTo, *, error: str, description: str) -> Reply:
        """Return an error, or the citizen's refusal, as the service learns it (§4.1.2.1)."""
        return self._reply(reply_to, {"error": error, "error_description": printable(description)})

    def _reply(self, reply_to: ReplyTo, parameters: Mapping[str, str]) -> Reply:
        answer = dict(parameters)
        if reply_to.state is not None:
            answer["state"] = reply_to.state
        answer["iss"] = self._issuer
        if reply_to.response_mode is ResponseMode.FORM_POST:
            return FormPost(reply_to.redirect_uri, tuple(answer.items()), reply_to.ui_locales)
        if reply_to.response_mode is ResponseMode.FRAGMENT:
            return Redirect(_with_fragment(reply_to.redirect_uri, answer))
        return Redirect(_with_query(reply_to.redirect_uri, answer))


def printable(description: str) -> str:
    """Keep what RFC 6749 §4.1.2.1 allows in a description: ASCII without quote and backslash."""
    allowed = (c if " " <= c <= "~" and c not in '"\\' else "?" for c in description)
    return "".join(allowed)


def _with_query(uri: str, answer: Mapping[str, str]) -> str:
    """Add the answer behind the URI's own query, which stays byte for byte (§3.1.2).

    The URI was compared as a string when it was accepted, so it is not parsed and rebuilt here:
    that could send the answer somewhere slightly different.
    """
    separator = "" if uri.endswith(("?", "&")) else "&" if "?" in uri else "?"
    return f"{uri}{separator}{urlencode(answer)}"


def _with_fragment(uri: str, answer: Mapping[str, str]) -> str:
    """Put the answer behind the URI as its fragment (RFC 6749 §4.2.2); the URI, its query included, stays as it is.

    No registered URI has a fragment of its own. Spaces are written `%20`, which scripts read in either of the two ways
    in which they take a fragment apart.
    """
    return f"{uri}#{urlencode(answer, safe='', quote_via=quote)}"
