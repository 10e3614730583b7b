"""A server on the loopback address that answers with whatever bytes a test wants, as slowly as it wants."""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Behaviour = Callable[[socket.socket], None]


@dataclass
class Server:
    port: int
    requests: list[bytes] = field(default_factory=list)


@contextmanager
def serving(behaviour: Behaviour, *, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Accept connections on the loopback address, read each request and let the behaviour answer."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(port=listening.getsockname()[1])

        def answer(plain: socket.socket) -> None:
            with suppress(OSError), plain:
                sock = tls.wrap_socket(plain, server_side=True) if tls else plain
                server.requests.append(_request(sock))
                behaviour(sock)
                sock.close()

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=answer, args=[listening.accept()[0]], daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)


def _request(sock: socket.socket) -> bytes:
    """One request with its body, which may come apart from its head."""
    request = sock.recv(65536)
    head, _, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    missing = int(length[1]) - len(body) if length else 0
    while missing > 0 and (more := sock.recv(missing)):
        request, missing = request + more, missing - len(more)
    return request


def saying(answer: bytes) -> Behaviour:
    return lambda sock: sock.sendall(answer)


def dripping(start: bytes, drop: bytes) -> Behaviour:
    def drip(sock: socket.socket) -> None:
        sock.sendall(start)
        while True:
            time.sleep(0.05)
            sock.sendall(drop)

    return drip
