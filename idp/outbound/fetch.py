"""Fetching a document that a service names, or sending it a form, without letting the service point us at ourselves.

A name is looked up once, every address it has is checked, and the connection goes to the address that was checked: a
name that changes its mind between the check and the connection (DNS rebinding) gains nothing. No redirect is followed,
no proxy from the environment is used, and size and total time are bounded whatever the other side does. So is the time
that documents are waited for in all (`patience`).
"""

import http.client
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from urllib.parse import urlencode

from idp.outbound.addresses import Target, is_public, target
from idp.outbound.errors import FetchFailedError, FetchRefusedError, OutboundError
from idp.outbound.patience import Patience
from idp.settings import OutboundSettings

#: A name's addresses, as text: what :func:`look_up` gives.
LookUp = Callable[[str, int], list[str]]

_CHUNK: Final = 16_384
#: Sending has threads of its own beside requests, a few of each process and the one of the worker.
_SENDING_THREADS: Final = 2
_REDIRECTS: Final = range(300, 400)
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, read to its end."""

    status: int
    body: bytes = field(repr=False)
    #: Names in lower case.
    headers: Mapping[str, str] = field(repr=False)


def look_up(host: str, port: int) -> list[str]:
    """Give the addresses that the system's resolver knows for a name."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class _Sent:
    method: str
    headers: Mapping[str, str]
    body: bytes | None = field(default=None, repr=False)


class Fetcher:
    """Fetches over https, within the limits of the settings.

    :raises OutboundError: `outbound.ca_bundle` holds no certificates that can be read.
    """

    def __init__(self, *, settings: OutboundSettings, look_up: LookUp = look_up) -> None:
        self._settings = settings
        self._look_up = look_up
        self._patience = Patience()
        # Sending holds up no request, but what others are to be sent.
        self._patience_in_sending = Patience(threads=_SENDING_THREADS)
        if settings.ca_bundle is not None:
            # At the start, or every fetch would fail for a reason that looks like the other side's.
            try:
                _ = self._tls
            except (OSError, ValueError):
                message = "outbound.ca_bundle is not a readable file of certificates in PEM"
                raise OutboundError(message) from None

    def get(self, url: str, *, accept: str, max_bytes: int | None = None, authorization: str | None = None) -> Fetched:
        """Fetch a document. Any status but a redirect is given back; it is for the caller to like it.

        :param accept: media type to ask for.
        :param authorization: header of that name.
        :param max_bytes: a lower limit than the settings' for this document.
        :raises FetchRefusedError: the URL, an address of its host, a redirect or the answer's size breaks a rule.
        :raises FetchFailedError: no answer, none in time, a broken one, or it has been waited for enough.
        """
        goal = target(url, private_hosts=self._settings.allowed_hosts)
        with self._patience.waiting(goal.host, most=self._settings.timeout_seconds):
            headers = {"Accept": accept} | ({} if authorization is None else {"Authorization": authorization})
            return self._send(goal, _Sent("GET", headers), max_bytes=max_bytes)

    def ask(self, url: str, body: bytes, *, headers: Mapping[str, str], max_bytes: int | None = None) -> Fetched:
        """Send a form while a citizen waits for the answer, under the same rules as :meth:`get`.

        :param headers: `Accept` and `Content-Type`, and `Authorization` where one is needed.
        :raises FetchRefusedError: the URL, an address of its host, a redirect or the answer's size breaks a rule.
        :raises FetchFailedError: no answer, none in time, a broken one, or it has been waited for enough.
        """
        goal = target(url, private_hosts=self._settings.allowed_hosts)
        with self._patience.waiting(goal.host, most=self._settings.timeout_seconds):
            return self._send(goal, _Sent("POST", headers, body), max_bytes=max_bytes)

    def post(self, url: str, form: Mapping[str, str], *, max_bytes: int | None = None) -> Fetched:
        """Send a form, under the same rules as :meth:`get`. Any status but a redirect is given back.

        :raises FetchRefusedError: the URL, an address of its host, a redirect or the answer's size breaks a rule.
        :raises FetchFailedError: no answer, none in time, a broken one, or it has been waited for enough.
        """
        return self.push(url, urlencode(form).encode("ascii"), content_type=_FORM, accept="*/*", max_bytes=max_bytes)

    def push(self, url: str, body: bytes, *, content_type: str, accept: str, max_bytes: int | None = None) -> Fetched:
        """Send a document, under the same rules as :meth:`get`. Any status but a redirect is given back.

        :param content_type: media type of what is sent.
        :param accept: media type to ask for.
        :raises FetchRefusedError: the URL, an address of its host, a redirect or the answer's size breaks a rule.
        :raises FetchFailedError: no answer, none in time, a broken one, or it has been waited for enough.
        """
        goal = target(url, private_hosts=self._settings.allowed_hosts)
        sent = _Sent("POST", {"Accept": accept, "Content-Type": content_type}, body)
        with self._patience_in_sending.waiting(goal.host, most=self._settings.timeout_seconds):
            return self._send(goal, sent, max_bytes=max_bytes)

    def _send(self, goal: Target, sent: _Sent, *, max_bytes: int | None) -> Fetched:
        limit = min(self._settings.max_bytes, self._settings.max_bytes if max_bytes is None else max_bytes)
        deadline = time.monotonic() + self._settings.timeout_seconds
        addresses = self._checked_addresses(goal, deadline)
        try:
            with self._connected(goal, addresses, deadline) as sock, _cut_off(sock, deadline):
                return _exchange(goal, sock, sent, limit=limit, deadline=deadline)
        except (OSError, http.client.HTTPException, ValueError):
            # Some of these repeat what the other side sent.
            message = "no answer in time" if time.monotonic() >= deadline else "no usable answer"
            raise FetchFailedError(message) from None

    def _checked_addresses(self, goal: Target, deadline: float) -> list[str]:
        try:
            found = self._addresses(goal, deadline)
            addresses = [ipaddress.ip_address(address) for address in found]
        except (OSError, ValueError):
            message = "the host has no address"
            raise FetchFailedError(message) from None
        if not addresses:
            message = "the host has no address"
            raise FetchFailedError(message)
        # One private address among public ones is enough to refuse: nobody publishes such a name by accident.
        if not goal.private_allowed and not all(is_public(address) for address in addresses):
            message = "the host has a private address"
            raise FetchRefusedError(message)
        return [str(address) for address in addresses]

    def _addresses(self, goal: Target, deadline: float) -> list[str]:
        # The system's resolver takes its own time and cannot be interrupted, so it is asked from a thread that may be
        # left behind.
        answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._look_up(goal.host, goal.port))
            except (OSError, UnicodeError) as error:
                answers.put(error if isinstance(error, OSError) else OSError())

        threading.Thread(target=ask, daemon=True, name="look-up").start()
        try:
            answer = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            message = "no answer in time"
            raise FetchFailedError(message) from None
        if isinstance(answer, OSError):
            raise answer
        return answer

    @contextmanager
    def _connected(self, goal: Target, addresses: list[str], deadline: float) -> Iterator[socket.socket]:
        with _dial(addresses, goal.port, deadline) as plain:
            if not goal.secure:
                yield plain
                return
            # The handshake as a whole keeps to the socket's timeout.
            plain.settimeout(_left(deadline))
            with self._tls.wrap_socket(plain, server_hostname=goal.host) as sealed:
                yield sealed

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._settings.ca_bundle is not None:
            context.load_verify_locations(cafile=self._settings.ca_bundle)
        return context


def _dial(addresses: list[str], port: int, deadline: float) -> socket.socket:
    for later, address in reversed(list(enumerate(reversed(addresses)))):
        try:
            # An address that does not answer leaves time for the ones after it.
            return socket.create_connection((address, port), timeout=_left(deadline) / (later + 1))
        except OSError:
            if not later:
                raise
    raise OSError


def _exchange(goal: Target, sock: socket.socket, sent: _Sent, *, limit: int, deadline: float) -> Fetched:
    connection = http.client.HTTPConnection(goal.host, goal.port)
    # Without port: the default one is left out of Host, which http.client only does for its own scheme.
    connection.default_port = 443 if goal.secure else 80
    connection.sock = sock
    sock.settimeout(_left(deadline))
    fixed = {"Accept-Encoding": "identity", "Connection": "close", "User-Agent": "Proffer"}
    connection.request(sent.method, goal.path, body=sent.body, headers={**sent.headers, **fixed})
    with connection.getresponse() as response:
        if response.status in _REDIRECTS:
            message = "a redirect is not followed"
            raise FetchRefusedError(message)
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            message = "an encoded answer was not asked for"
            raise FetchRefusedError(message)
        body = _body(response, limit=limit, deadline=deadline)
        return Fetched(
            status=response.status,
            body=body,
            headers={name.lower(): value for name, value in response.headers.items()},
        )


def _body(response: http.client.HTTPResponse, *, limit: int, deadline: float) -> bytes:
    if (response.length or 0) > limit:
        message = "the answer is too large"
        raise FetchRefusedError(message)
    body = bytearray()
    while chunk := response.read1(_CHUNK):
        body += chunk
        if len(body) > limit:
            message = "the answer is too large"
            raise FetchRefusedError(message)
    # A connection that was cut off looks like the end of a body.
    if response.length or time.monotonic() >= deadline:
        raise OSError
    return bytes(body)


@contextmanager
def _cut_off(sock: socket.socket, deadline: float) -> Iterator[None]:
    # A socket's timeout starts anew with every byte that trickles in. This one does not.
    timer = threading.Timer(_left(deadline), _shut, [sock])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shut(sock: socket.socket) -> None:
    try:
        # The plain socket's method: a TLS socket's own one drops the session under the reading thread's feet.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
