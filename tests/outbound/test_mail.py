"""Letters leave over real SMTP, encrypted where settings say so, and every refusal has its meaning."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from idp.outbound.errors import MailError, MailFault
from idp.outbound.mail import Draft, Mailer
from idp.settings import MailSettings, OutboundSettings
from tests.mail import SENDER, Post, mail_settings, post_office
from tests.tls import Authority

AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
DRAFT = Draft(subject="Someone signed in", text="Bonjour,\n\nمرحبا\n", language="fr")
TO = "amina@post.example"


def mailer(post: Post, bundle: Path | None = None, **more: object) -> Mailer:
    settings = MailSettings.model_validate(mail_settings(post, **more))
    return Mailer(settings=settings, outbound=OutboundSettings(ca_bundle=bundle), host="id.example")


def send(by: Mailer, draft: Draft = DRAFT, to: str = TO) -> None:
    by.send(by.compose(draft, to=to, message_id="a-letter", at=AT), recipient=to)


def fault(by: Mailer, to: str = TO) -> MailFault:
    with pytest.raises(MailError) as refused:
        send(by, to=to)
    assert TO not in str(refused.value)
    return refused.value.fault


def test_a_letter_arrives_with_the_headers_of_an_automatic_one() -> None:
    with post_office() as post:
        send(mailer(post))
        letter = post.take()

    assert (letter.sender, letter.recipient, letter.subject) == (SENDER, TO, "Someone signed in")
    assert letter.text == "Bonjour,\n\nمرحبا\n"
    assert letter.message["Message-ID"] == "<a-letter@proffer.example>"
    assert letter.message["Date"].datetime == AT
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert letter.message["Content-Language"] == "fr"
    assert letter.message.get_content_type() == "text/plain"
    assert letter.message.get_content_charset() == "utf-8"


def test_a_line_break_in_a_subject_adds_no_header() -> None:
    with post_office() as post:
        send(mailer(post), Draft(subject="Hello\r\nBcc: somebody@else.example\n", text="x", language="en"))
        letter = post.take()

    assert letter.subject == "Hello Bcc: somebody@else.example"
    assert letter.message["Bcc"] is None


@pytest.mark.parametrize("to", ["amina@post.example\r\nBcc: x@y.example", "amina", "a b@post.example", ""])
def test_nothing_is_sent_to_what_is_no_address(to: str) -> None:
    with post_office() as post:
        assert fault(mailer(post), to) is MailFault.NO_MAILBOX
        assert post.empty


def test_an_address_in_another_script_is_written_to() -> None:
    with post_office() as post:
        send(mailer(post), to="أمينة@bücher.example")
        letter = post.take()

    assert letter.recipient == "أمينة@xn--bcher-kva.example"


def test_the_server_is_signed_in_to_over_tls(tmp_path: Path) -> None:
    authority = Authority.new(tmp_path)
    with post_office(
        user="proffer", password="a secret", tls_context=authority.for_servers(), require_starttls=True
    ) as post:
        send(mailer(post, authority.bundle, security="starttls", user="proffer", password="a secret"))
        letter = post.take()
        wrong = mailer(post, authority.bundle, security="starttls", user="proffer", password="another")

        assert letter.recipient == TO
        assert fault(wrong) is MailFault.REFUSED


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    authority = Authority.new(tmp_path)
    with post_office(tls_context=authority.for_servers()) as post:
        assert fault(mailer(post, security="starttls")) is MailFault.NOT_SECURE
        assert post.empty


def test_a_server_without_encryption_gets_nothing() -> None:
    with post_office() as post:
        assert fault(mailer(post, security="starttls")) is MailFault.NOT_SECURE
        assert post.empty


def test_tls_from_the_first_byte(tmp_path: Path) -> None:
    authority = Authority.new(tmp_path)
    with post_office(ssl_context=authority.for_servers()) as post:
        send(mailer(post, authority.bundle, security="tls"))

        assert post.take().recipient == TO


@pytest.mark.parametrize(
    ("answer", "meant"), [("550 no such mailbox", MailFault.NO_MAILBOX), ("450 come back", MailFault.NOT_NOW)]
)
def test_what_a_server_says_of_a_recipient(answer: str, meant: MailFault) -> None:
    with post_office() as post:
        post.recipients.append(answer)

        assert fault(mailer(post)) is meant


@pytest.mark.parametrize(
    ("answer", "meant"), [("554 we do not like this", MailFault.REFUSED), ("452 full", MailFault.NOT_NOW)]
)
def test_what_a_server_says_of_a_message(answer: str, meant: MailFault) -> None:
    with post_office() as post:
        post.messages.append(answer)

        assert fault(mailer(post)) is meant


def test_a_server_that_is_not_there() -> None:
    with post_office() as post:
        gone = mailer(post)

    assert fault(gone) is MailFault.NO_ANSWER


def test_without_a_server_nothing_is_sent() -> None:
    off = Mailer(settings=MailSettings(), outbound=OutboundSettings(), host="id.example")

    assert not off.on
    with pytest.raises(MailError):
        off.send(EmailMessage(), recipient=TO)
