"""Private addresses on a database of their own, with a mail server before them and one behind."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from idp.crypto.secrets import random_key
from idp.outbound.mail import Mailer
from idp.relay.forwarding import Forwarding
from idp.relay.intake import Intake
from idp.relay.sealed import Ways
from idp.relay.service import RelayService
from idp.relay.store import PrivateAddressStore
from idp.relay.values import PrivateAddress
from idp.settings import OutboundSettings
from idp.settings.mail import MailSettings
from idp.settings.relay import RelaySettings
from tests.authentication.world import PEPPER, World, make_world
from tests.mail import Post, mail_settings, post_office
from tests.storage.databases import BOTH, database_url

DOMAIN = "post.proffer.example"
HOME = "amina.at.home@leak-search.example"
SHOP, COUNCIL = "shop", "council"
SENDER = "news@shop.example"
LETTER = b"From: Shop <news@shop.example>\r\nTo: you\r\nSubject: Your order\r\n\r\n<p>Caf\xc3\xa9 &amp; more</p>\r\n"


@dataclass
class Relay:
    """A deployment that gives private addresses out."""

    world: World
    settings: RelaySettings
    store: PrivateAddressStore
    ways: Ways
    service: RelayService
    post: Post
    account_id: str
    seed: bytes

    def give(self, client_id: str = SHOP, *, persona: str = "main", target: str = HOME) -> PrivateAddress:
        """Let a service have an address."""
        offer = self.service.offer(self.account_id, client_id, persona, seed=self.seed)
        self.service.make(self.account_id, client_id, persona, offer=offer, attribute_id="home", target=target)
        return self.one(offer.address)

    def one(self, address: str) -> PrivateAddress:
        return next(one for one in self.service.addresses(self.account_id) if one.address == address)

    def forwarding(self, **mail: object) -> Forwarding:
        mailer = Mailer(
            settings=MailSettings.model_validate(mail_settings(self.post) | mail),
            outbound=OutboundSettings(),
            host="proffer.example",
        )
        return Forwarding(
            store=self.store,
            ways=self.ways,
            mailer=mailer,
            clock=self.world.clock,
            pepper=PEPPER,
            settings=self.settings,
        )


def make_relay(world: World, post: Post, **settings: Any) -> Relay:
    chosen = RelaySettings.model_validate({"domain": DOMAIN, "port": 0, **settings})
    store, ways = PrivateAddressStore(db=world.db), Ways(b"k" * 32)
    service = RelayService(
        db=world.db,
        store=store,
        ways=ways,
        activity=world.activity,
        clock=world.clock,
        pepper=PEPPER,
        settings=chosen,
    )
    return Relay(world, chosen, store, ways, service, post, world.citizen().account_id, random_key())


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as post:
        yield post


@pytest.fixture(params=BOTH)
def relay(request: pytest.FixtureRequest, tmp_path: Path, post: Post) -> Iterator[Relay]:
    with database_url(request.param, tmp_path) as url:
        world = make_world(tmp_path, url=url)
        with world.context():
            yield make_relay(world, post)
        world.db.close()


@dataclass
class Door:
    """The intake, and a client that talks to it."""

    port: int

    def send(self, *recipients: str, sender: str = SENDER, content: bytes = LETTER) -> None:
        """Send a letter as a mail server would; raises what smtplib raises."""
        with smtplib.SMTP("127.0.0.1", self.port, "shop.example", timeout=20) as client:
            client.sendmail(sender, recipients, content)

    def code(self, recipient: str, *, sender: str = SENDER, content: bytes = LETTER) -> int:
        """The code with which a letter is answered."""
        try:
            self.send(recipient, sender=sender, content=content)
        except smtplib.SMTPRecipientsRefused as refused:
            return next(iter(refused.recipients.values()))[0]
        except smtplib.SMTPResponseException as answer:
            return answer.smtp_code
        return 250


@pytest.fixture
def door(relay: Relay) -> Iterator[Door]:
    intake = Intake(relay.forwarding(), settings=relay.settings)
    intake.start()
    yield Door(intake.port)
    intake.stop()
