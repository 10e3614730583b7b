"""Mail: one way out, to the one server that settings name.

Owns the envelope, the headers that every letter of ours has, and what the server's answers mean. What is written, to
whom and in which language is for whoever writes.

https://www.rfc-editor.org/rfc/rfc6409 (submission), https://www.rfc-editor.org/rfc/rfc8314 (TLS),
https://www.rfc-editor.org/rfc/rfc3834 (automatic messages)
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Final

from email_validator import EmailNotValidError, validate_email

from idp.outbound.errors import MailError, MailFault
from idp.settings import MailSettings, OutboundSettings

_TEMPORARY: Final = range(400, 500)


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as it is written, before it has an envelope."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    #: BCP 47 tag (RFC 3282).
    language: str


class Mailer:
    """Sends over SMTP. Holds no connection: letters are rare, and a server closes what rests."""

    def __init__(self, *, settings: MailSettings, outbound: OutboundSettings, host: str) -> None:
        """Send through the server of `settings`; certificates are checked as for everything else that goes out.

        :param host: what we call ourselves (RFC 5321 §4.1.1.1).
        """
        self._settings = settings
        self._outbound = outbound
        self._host = host

    @property
    def on(self) -> bool:
        """Whether there is a server to send through."""
        return self._settings.on

    def compose(self, draft: Draft, *, to: str, message_id: str, at: datetime) -> EmailMessage:
        """Give a letter of ours to one address.

        Line breaks in a header are taken for spaces, so that no text can add a header of its own.

        :param message_id: the same for each try, so that a letter that comes twice is known to be one.
        :raises MailError: nothing can be sent to this address.
        """
        sender, recipient = self._settings.from_address or "", _address(to)
        message = EmailMessage(policy=SMTP if recipient.addr_spec.isascii() else SMTPUTF8)
        message["From"] = Address("Proffer", addr_spec=sender)
        message["To"] = recipient
        message["Subject"] = " ".join(draft.subject.split())
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(draft.text, charset="utf-8", cte="quoted-printable")
        # Setting the content takes every header about it away.
        message["Content-Language"] = draft.language
        return message

    def send(self, message: EmailMessage, *, recipient: str, sender: str | None = None) -> None:
        """Hand a message over to the server, which is answerable for it from then on.

        :param sender: of the envelope, where it is not the one of settings; empty for none (RFC 5321 §4.5.5).
        :raises MailError: it did not take it.
        """
        envelope = (self._settings.from_address or "") if sender is None else sender
        with self._signed_in() as server:
            server.send_message(message, from_addr=envelope, to_addrs=[_address(recipient).addr_spec])

    def forward(self, content: bytes, *, recipient: str, sender: str) -> None:
        """Hand somebody else's message over as it is, octet by octet.

        :param sender: of the envelope; empty for none.
        :raises MailError: the server did not take it.
        """
        with self._signed_in() as server:
            server.ehlo_or_helo_if_needed()
            options = ["BODY=8BITMIME"] if not content.isascii() and server.has_extn("8bitmime") else []
            server.sendmail(sender, [_address(recipient).addr_spec], content, mail_options=options)

    @contextmanager
    def _signed_in(self) -> Iterator[smtplib.SMTP]:
        """Talk to the server inside; whatever it says that means no is a MailError."""
        settings = self._settings
        if settings.host is None:
            raise MailError(MailFault.NO_ANSWER)
        try:
            with self._connected(settings.host) as server:
                if settings.user is not None and settings.password is not None:
                    server.login(settings.user, settings.password.get_secret_value())
                yield server
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _said in refused.recipients.values()]
            raise MailError(_meant(codes[0] if codes else 0, otherwise=MailFault.NO_MAILBOX)) from None
        except smtplib.SMTPNotSupportedError as missing:
            # No STARTTLS, no way to sign in; or an address in a script that this server cannot write to.
            raise MailError(_lacking(missing)) from None
        except smtplib.SMTPResponseException as answer:
            raise MailError(_meant(answer.smtp_code, otherwise=MailFault.REFUSED)) from None
        except ssl.SSLError:
            raise MailError(MailFault.NOT_SECURE) from None
        except (OSError, smtplib.SMTPException):
            raise MailError(MailFault.NO_ANSWER) from None

    def _connected(self, host: str) -> smtplib.SMTP:
        settings, timeout = self._settings, self._settings.timeout_seconds
        if settings.security == "tls":
            return smtplib.SMTP_SSL(host, settings.port, self._host, timeout=timeout, context=self._tls())
        server = smtplib.SMTP(host, settings.port, self._host, timeout=timeout)
        if settings.security == "starttls":
            try:
                server.starttls(context=self._tls())
            except BaseException:
                server.close()
                raise
        return server

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._outbound.ca_bundle is not None:
            context.load_verify_locations(cafile=self._outbound.ca_bundle)
        return context


def _address(typed: str) -> Address:
    """Read an address; its domain as the network spells it (RFC 5890)."""
    try:
        found = validate_email(typed, check_deliverability=False, test_environment=True)
        return Address(username=found.local_part, domain=found.ascii_domain)
    except (EmailNotValidError, ValueError):
        raise MailError(MailFault.NO_MAILBOX) from None


def _meant(code: int, *, otherwise: MailFault) -> MailFault:
    return MailFault.NOT_NOW if code in _TEMPORARY else otherwise


def _lacking(missing: smtplib.SMTPNotSupportedError) -> MailFault:
    said = str(missing)
    return (
        MailFault.NO_MAILBOX
        if "SMTPUTF8" in said
        else MailFault.NOT_SECURE
        if "STARTTLS" in said
        else MailFault.REFUSED
    )
