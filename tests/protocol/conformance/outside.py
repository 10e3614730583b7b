"""The judge's own server: documents that the provider fetches, and what it is sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from tests.tls import Authority


@dataclass
class Outside:
    """What stands at each path, and what came in."""

    url: str
    documents: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    #: Path and form of each POST.
    received: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)
    fetched: list[str] = field(default_factory=list)

    def publish(self, path: str, content: str | bytes, kind: str = "application/json") -> str:
        """Put a document at a path; its address."""
        self.documents[path] = (kind, content.encode() if isinstance(content, str) else content)
        return self.url + path

    def posted_to(self, path: str, *, seconds: float = 5) -> dict[str, str]:
        """The form that is, or soon will be, posted to a path."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: any(each == path for each, _ in self.received), timeout=seconds), path
            return next(form for each, form in self.received if each == path)


@contextmanager
def outside(authority: Authority, *, port: int = 0) -> Iterator[Outside]:
    """Serve over https on a port of this machine, by default a free one."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.fetched.append(self.path)
            kind, content = here.documents.get(self.path.partition("?")[0], ("text/plain", b""))
            self._answer(200 if content else 404, kind, content)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            with here.arrived:
                here.received.append((self.path, dict(parse_qsl(body))))
                here.arrived.notify_all()
            self._answer(200, "text/plain", b"")

        def _answer(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the library
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    # Shaken hands with in each connection's own thread, or one that stays silent would hold up all others.
    server.socket = authority.for_servers().wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    here = Outside(f"https://localhost:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
