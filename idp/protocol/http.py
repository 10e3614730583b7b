"""HTTP as the protocol sees it: strict in what it takes, plain in what it gives.

Framework request objects repair what they receive: they keep the first of two equal parameters, replace bytes that are
not UTF-8 and merge query and body. Each of those repairs has been a way to slip past a check (RFC 6749 §3.1, §3.2:
parameters must not be repeated; RFC 9700 §4.14). So the WSGI environment is read here, once, and what is malformed is
refused before anybody looks at it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import msgspec

#: Largest body and largest query accepted, in bytes.
MAX_BYTES: Final = 65536
#: More parameters than any request here has; a bound on work for hostile input.
MAX_PARAMETERS: Final = 128
#: The one parameter that may be sent several times (RFC 8707 §2), and what its values are kept apart by: no URI has it.
REPEATABLE: Final = "resource"
BETWEEN_VALUES: Final = "\n"
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"

#: RFC 6749 §5.1 asks for both on everything that holds a token; they go on every answer of these endpoints.
NO_STORE: Final = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))
JSON_HEADERS: Final = (("Content-Type", "application/json"), *NO_STORE)


class MalformedRequestError(Exception):
    """The request cannot be read without guessing. `status` is 400, or 413 when it is too large.

    `reason` is ours, never a piece of the request: it may be shown and logged.
    """

    def __init__(self, reason: str, *, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class Headers(Mapping[str, str]):
    """Request headers by name in any case, looked up in the WSGI environment when asked for."""

    __slots__ = ("_environ",)

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._environ = environ

    def __getitem__(self, name: str) -> str:
        """Give the header's text; bytes beyond ASCII appear as Latin-1 (PEP 3333)."""
        value: str = self._environ[_key(name)]
        return value

    def __iter__(self) -> Iterator[str]:
        """List the names that were sent."""
        for key in self._environ:
            if key.startswith("HTTP_"):
                yield key[5:].replace("_", "-").title()
            elif key in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
                yield key.replace("_", "-").title()

    def __len__(self) -> int:
        """Count the headers that were sent."""
        return sum(1 for _ in self)


def _key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else "HTTP_" + key


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, read completely. Parameters keep their order and may still be repeated: see :func:`single`."""

    method: str
    #: Path below the issuer, without the query: for telling endpoints apart, never for building addresses.
    url: str
    headers: Mapping[str, str] = field(repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    #: Empty unless the body says that it is a form.
    form: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    #: The peer's address, after trusted proxies.
    address: str = ""
    #: Media type of the body in lower case without parameters, empty when there is no body.
    content_type: str = ""
    #: The body as it was sent, when it says that it is JSON; read by nobody yet.
    body: bytes = field(default=b"", repr=False)

    @classmethod
    def read(cls, environ: Mapping[str, Any], *, max_bytes: int = MAX_BYTES) -> "HttpRequest":
        """Read a WSGI request.

        :raises MalformedRequestError: too large, not UTF-8, a NUL, or more parameters than anything here takes.
        """
        query = environ.get("QUERY_STRING", "")
        method = environ["REQUEST_METHOD"]
        form: tuple[tuple[str, str], ...] = ()
        content_type, body = "", b""
        if method != "GET":
            content_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
            if content_type == FORM:
                form = pairs(_body(environ, max_bytes), max_bytes=max_bytes)
            elif content_type == JSON:
                body = _body(environ, max_bytes)
        return cls(
            method,
            environ.get("PATH_INFO", ""),
            Headers(environ),
            pairs(query.encode("latin-1", "replace"), max_bytes=max_bytes) if query else (),
            form,
            environ.get("REMOTE_ADDR", ""),
            content_type,
            body,
        )

    def form_parameters(self) -> dict[str, str]:
        """Give the parameters of a POST that takes its parameters from the body only (RFC 6749 §3.2).

        :raises MalformedRequestError: not a form, a parameter twice, or parameters in the query, where a secret would
            end in logs and histories (RFC 6749 §2.3.1).
        """
        if self.query:
            message = "parameters belong in the request body, not in the query"
            raise MalformedRequestError(message)
        if self.content_type != FORM:
            message = f"the request body must be {FORM}"
            raise MalformedRequestError(message)
        return single(self.form)


def single(parameters: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Give each parameter's one value. A parameter without a value counts as left out (RFC 6749 §3.1).

    :raises MalformedRequestError: a parameter is there twice, known or not: what one reader takes first another takes
        last.
    """
    values = dict(parameters)
    if len(values) != len(parameters):
        parameters = joined(parameters)
        values = dict(parameters)
    if len(values) != len(parameters):
        message = "a parameter is repeated"
        raise MalformedRequestError(message)
    if "" in values.values():
        return {name: value for name, value in values.items() if value}
    return values


def joined(parameters: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Put the values of the parameter that may be repeated together into one."""
    values = [value for name, value in parameters if name == REPEATABLE and value]
    others = tuple((name, value) for name, value in parameters if name != REPEATABLE)
    return (*others, (REPEATABLE, BETWEEN_VALUES.join(values))) if values else others


def pairs(raw: bytes, *, max_bytes: int = MAX_BYTES) -> tuple[tuple[str, str], ...]:
    """Read ``application/x-www-form-urlencoded`` as UTF-8 (RFC 6749 Appendix B).

    :raises MalformedRequestError: too large, too many, not UTF-8, or with a NUL.
    """
    if len(raw) > max_bytes:
        message = "the request is too large"
        raise MalformedRequestError(message, status=413)
    pieces = raw.split(b"&")
    if len(pieces) > MAX_PARAMETERS:
        message = "the request has too many parameters"
        raise MalformedRequestError(message)
    try:
        found = tuple(
            (_decoded(name), _decoded(value)) for name, _, value in (piece.partition(b"=") for piece in pieces if piece)
        )
    except UnicodeDecodeError:
        message = "the request is not UTF-8"
        raise MalformedRequestError(message) from None
    if b"\0" in raw or b"%00" in raw:
        message = "the request holds a NUL"
        raise MalformedRequestError(message)
    return found


def _decoded(raw: bytes) -> str:
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        raw = unquote_to_bytes(raw)
    return raw.decode()


def _body(environ: Mapping[str, Any], max_bytes: int) -> bytes:
    """Read the body, never more than one byte beyond what is allowed."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length:
        if not (length.isascii() and length.isdigit()):
            message = "the content length is not a number"
            raise MalformedRequestError(message)
        size = int(length[:20])
        if size > max_bytes:
            message = "the request is too large"
            raise MalformedRequestError(message, status=413)
    elif environ.get("wsgi.input_terminated"):
        size = max_bytes + 1
    else:
        return b""
    body: bytes = environ["wsgi.input"].read(size)
    return body


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: status, headers in order, body. Headers hold no line breaks; bodies are complete."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    #: The client that it is for, once that is proved; only its pages may read the answer.
    client_id: str = ""


_encode: Final = msgspec.json.Encoder().encode


def json_answer(
    body: Mapping[str, Any], *, status: int = 200, headers: tuple[tuple[str, str], ...] = (), client_id: str = ""
) -> Answer:
    """Answer with JSON that no cache keeps."""
    return Answer(status, JSON_HEADERS + headers if headers else JSON_HEADERS, _encode(body), client_id)
