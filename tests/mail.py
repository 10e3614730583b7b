"""A mail server that keeps what it is given: real SMTP, on a port of this machine."""

from __future__ import annotations

import queue
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

#: Longer than anything takes that is on its way.
PATIENCE = 20

SENDER = "no-reply@proffer.example"


@dataclass(frozen=True)
class Received:
    """A letter as it arrived."""

    sender: str
    recipient: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return str(self.message.get_content()).replace("\r\n", "\n")

    def link(self, path: str) -> str:
        """The path of the link in it that begins so."""
        found = re.findall(rf"https?://[^/\s]+({re.escape(path)}\S*)", self.text)
        assert len(found) == 1, self.text
        return str(found[0])


@dataclass
class Post:
    """What arrived, and what the server answers."""

    port: int = 0
    #: Answers to the next recipients, such as "550 no such mailbox"; taken once empty.
    recipients: list[str] = field(default_factory=list)
    #: The same for whole messages.
    messages: list[str] = field(default_factory=list)
    arrived: queue.Queue[Received] = field(default_factory=queue.Queue)

    def take(self) -> Received:
        """The next letter, waited for."""
        return self.arrived.get(timeout=PATIENCE)

    def take_to(self, recipient: str) -> Received:
        """The next letter to an address; those to others before it are passed over."""
        while True:
            letter = self.take()
            if letter.recipient == recipient:
                return letter

    def take_about(self, subject: str) -> Received:
        """The next letter with a subject; letters leave by several threads, so others may come before it."""
        while True:
            letter = self.take()
            if letter.subject == subject:
                return letter

    @property
    def empty(self) -> bool:
        return self.arrived.empty()

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.recipients:
            return self.recipients.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the same
        if self.messages:
            return self.messages.pop(0)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        for recipient in envelope.rcpt_tos:
            self.arrived.put(Received(envelope.mail_from, recipient, message))
        return "250 OK"


class _Anywhere(Controller):
    def _trigger_server(self) -> None:
        # Port 0 means one that is free: it is known once the server listens.
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined] # asyncio's own class has it
        super()._trigger_server()


@contextmanager
def post_office(*, user: str = "", password: str = "", **options: Any) -> Iterator[Post]:
    """Run a mail server, and give what arrives at it.

    :param user: with `password`, who may send; everybody when empty.
    :param options: of aiosmtpd's server, such as `tls_context`.
    """
    post = Post()

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        right = (given.login.decode(), given.password.decode()) == (user, password)
        return AuthResult(success=right, handled=False)

    if user:
        options |= {"authenticator": check, "auth_required": True}
    controller = _Anywhere(post, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True, **options)
    controller.start()
    post.port = controller.port
    try:
        yield post
    finally:
        controller.stop()


def mail_settings(post: Post, **more: object) -> dict[str, object]:
    """The section `mail` for this server."""
    return {"host": "127.0.0.1", "port": post.port, "security": "none", "from_address": SENDER, **more}
