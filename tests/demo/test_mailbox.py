"""The demo's mail server prints letters as people read them."""

from datetime import UTC, datetime

from idp.demo.mailbox import printed
from idp.outbound.mail import Draft, Mailer
from idp.settings import MailSettings, OutboundSettings


def test_a_letter_is_printed_with_its_links_whole() -> None:
    settings = MailSettings.model_validate({"host": "127.0.0.1", "from_address": "no-reply@proffer.example"})
    link = "http://localhost:8000/contact/" + "A" * 120
    draft = Draft(subject="أكّد عنوانك", text=f"Bonjour\n\n{link}\n", language="ar")
    message = Mailer(settings=settings, outbound=OutboundSettings(), host="localhost").compose(
        draft, to="amina@post.example", message_id="one", at=datetime(2026, 5, 4, tzinfo=UTC)
    )

    shown = printed(message.as_bytes())

    assert "amina@post.example: أكّد عنوانك" in shown
    assert f"  {link}" in shown.splitlines()
