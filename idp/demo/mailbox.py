"""`python -m idp.demo.mailbox 8025`: the demo's mail server, which prints what arrives and keeps nothing.

For this machine only, like the rest of the demo: it takes letters to any address, and whoever reads the terminal reads
them.
"""

from __future__ import annotations

import signal
import sys
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


class Terminal:
    """Prints each letter."""

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a message."""
        content = envelope.content
        print(printed(content if isinstance(content, bytes) else (content or "").encode()), flush=True)
        return "250 Printed"


def printed(content: bytes) -> str:
    """Give a message as the terminal shows it."""
    message = message_from_bytes(content, policy=default)
    text = "" if message.is_multipart() else str(message.get_content())
    body = "\n".join(f"  {line}".rstrip() for line in text.strip().splitlines())
    return f"\n  ✉ {message['To']}: {message['Subject']}\n\n{body}\n"


def main(port: int) -> None:
    """Run until told to stop."""
    controller = Controller(Terminal(), hostname=HOST, port=port, enable_SMTPUTF8=True)
    controller.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    controller.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main(int(sys.argv[1]))
