"""The server that takes letters in: SMTP (RFC 5321) or LMTP (RFC 2033), one recipient at a time.

Owns the talk with other servers; what becomes of a letter is decided in :mod:`idp.relay.forwarding`. It sends for
nobody: a letter goes to the citizen behind an address of its own domain, or nowhere.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from idp.relay import values
from idp.relay.forwarding import Forwarding
from idp.relay.values import Answer
from idp.settings.relay import RelaySettings

log = logging.getLogger(__name__)
# aiosmtpd writes every command, with senders and recipients; what goes wrong here, `handle_exception` says.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)

#: Letters that are passed on at the same time; each waits for the next server.
_THREADS: Final = 4
#: More than this many waiting are asked to come later.
_MOST_WAITING: Final = 32
_SECONDS: Final = 60.0
#: Of one command in one connection.
_MOST_COMMANDS: Final = 200


class _Desk:
    """Answers aiosmtpd's questions, each in a thread that may wait."""

    def __init__(self, forwarding: Forwarding) -> None:
        self._forwarding = forwarding
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="relay")
        self._waiting = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer a recipient."""
        if envelope.rcpt_tos:
            return values.ONE_EACH.text
        sender = _sender(envelope)
        answer = await self._ask(lambda: self._forwarding.expects(address, sender=sender))
        if answer.taken:
            envelope.rcpt_tos.append(address)
        return answer.text

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        """Answer a letter."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        recipient, sender, greeted_as = envelope.rcpt_tos[0], _sender(envelope), session.host_name or ""
        answer = await self._ask(
            lambda: self._forwarding.forward(recipient, sender=sender, greeted_as=greeted_as, content=content)
        )
        return answer.text

    async def handle_exception(self, error: Exception) -> str:
        """Answer a fault of ours; its text may quote the letter, so the log has its type alone."""
        log.error("a letter could not be looked at: %s", type(error).__name__)
        return values.LATER.text

    def close(self) -> None:
        """Let what is on its way finish."""
        self._threads.shutdown(wait=True)

    async def _ask(self, question: Any) -> Answer:  # noqa: ANN401 - a function without arguments
        if self._waiting >= _MOST_WAITING:
            return values.BUSY
        self._waiting += 1
        try:
            answer: Answer = await asyncio.get_running_loop().run_in_executor(self._threads, question)
        finally:
            self._waiting -= 1
        return answer


def _sender(envelope: Envelope) -> str:
    """Give the envelope's sender, empty for none, which aiosmtpd calls `<>` (RFC 5321 §4.5.5)."""
    sender = envelope.mail_from or ""
    return "" if sender == "<>" else sender


class Intake(Controller):
    """Listens where settings say, in a thread of its own, between `start` and `stop`."""

    def __init__(self, forwarding: Forwarding, *, settings: RelaySettings) -> None:
        """Take letters in for `forwarding`."""
        self._lmtp = settings.protocol == "lmtp"
        self._desk = _Desk(forwarding)
        super().__init__(
            self._desk,
            hostname=settings.host,
            port=settings.port,
            data_size_limit=settings.max_bytes,
            ident="Proffer",
            server_hostname=settings.domain,
            timeout=_SECONDS,
            command_call_limit=_MOST_COMMANDS,
        )

    def factory(self) -> SMTP:
        """Make what talks to one connection."""
        return (LMTP if self._lmtp else SMTP)(self.handler, **self.SMTP_kwargs)

    def stop(self, no_assert: bool = False) -> None:  # noqa: FBT001, FBT002 - aiosmtpd's signature
        """Take nothing more, and let what is on its way finish."""
        super().stop(no_assert=no_assert)
        self._desk.close()

    def _trigger_server(self) -> None:
        # Port 0 means one that is free: it is known once the server listens.
        if self.server is not None:
            self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined] # asyncio's own has it
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd leaves it without types
