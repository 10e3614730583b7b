"""Letters through a real mail server, from a provider as an operator starts it: the lock, recovery, and no trace."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.journeys import services
from tests.journeys.citizen import Citizen
from tests.journeys.leaks import leaks
from tests.journeys.plain_browser import PlainBrowser
from tests.journeys.provider import StartedProvider
from tests.mail import SENDER, Post, post_office
from tests.storage.databases import BOTH, database_url

NEW_PASSWORD = "violet anchor teapot river"
ADDRESS = "zerlinde.reads.her.mail@leak-search.example"
ANOTHER = "zerlinde.moved.elsewhere@leak-search.example"


@pytest.fixture(scope="module")
def office() -> Iterator[Post]:
    with post_office() as post:
        yield post


@pytest.fixture(params=BOTH)
def mailing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, office: Post
) -> Iterator[StartedProvider]:
    """One worker, which writes letters."""
    folder = tmp_path_factory.mktemp("mailing")
    mail = {
        "PROFFER_MAIL__HOST": "127.0.0.1",
        "PROFFER_MAIL__PORT": str(office.port),
        "PROFFER_MAIL__SECURITY": "none",
        "PROFFER_MAIL__FROM_ADDRESS": SENDER,
    }
    with database_url(request.param, folder) as url:
        started = StartedProvider(folder, database_url=url, workers=1)
        started.environment |= mail
        started.command("migrate")
        started.import_clients(services.described())
        started.start()
        try:
            yield started
        finally:
            assert started.stop() == 0


class Owner(Citizen):
    """A citizen who reads her mail; every link that she gets is remembered."""

    def __init__(self, provider: StartedProvider, office: Post) -> None:
        super().__init__(provider, login="zerlinde.signs.in@leak-search.example")
        self.office = office
        self.links: dict[str, str] = {}

    def sign_up(self) -> None:
        self.browser.open(f"{self.provider.issuer}/sign-up")
        self.browser.submit("sign-up-submit", typed={"username": self.login, "password": self.password})
        self.recovery_code = self.browser.body.partition('id="recovery-code"')[2].partition(">")[2].partition("<")[0]
        self.browser.submit("recovery-code-submit", typed={"recovery_code": self.recovery_code})
        assert self.browser.path == "/security/contact", self.browser.text

    def give(self, address: str) -> None:
        """Give an address and confirm it from the letter."""
        self.browser.open(f"{self.provider.issuer}/security/contact")
        self.browser.submit("contact-ask-submit", typed={"email": address})
        self.browser.open(self.link("Confirm your contact address", "/contact/"))
        self.browser.submit("contact-confirm-submit")
        assert self.browser.path == "/contact", self.browser.text

    def link(self, subject: str, path: str) -> str:
        """Where the link in the next letter with a subject leads."""
        found = self.office.take_about(subject).link(path)
        self.links[f"{len(self.links)} {path}"] = urlsplit(found).path.rpartition("/")[2]
        return self.provider.issuer + found


def test_a_new_device_is_told_locked_out_and_the_account_put_right(mailing: StartedProvider, office: Post) -> None:
    owner, issuer = Owner(mailing, office), mailing.issuer
    owner.sign_up()
    owner.give(ADDRESS)
    owner.give(ANOTHER)
    stranger = PlainBrowser()
    stranger.open(f"{issuer}/sign-in")
    stranger.submit("login-submit", typed={"username": owner.login, "password": owner.password})
    assert stranger.path == "/"

    owner.browser.open(owner.link("A sign-in on a new device", "/not-me/"))
    owner.browser.submit("not-me-submit")
    stranger.open(f"{issuer}/details")
    assert stranger.path == "/sign-in"
    stranger.submit("login-submit", typed={"username": owner.login, "password": owner.password})
    assert (stranger.path, stranger.heading) == ("/repair", "Show that it is you")

    owner.browser.open(f"{issuer}/sign-in?next=/repair")
    owner.sign_in()
    # Everything of the last minute counts as what was reported, the address too, so the code shows who it is.
    owner.browser.submit("repair-prove-submit", typed={"recovery_code": owner.recovery_code})
    assert owner.browser.heading in {"Show that it is you", "Put your account right"}

    owner.browser.open(f"{issuer}/recover/mail")
    owner.browser.submit("recover-mail-submit", typed={"username": owner.login})
    owner.browser.open(owner.link("Get back into your account", "/recover/mail/"))
    owner.browser.submit("recovery-begin-submit")
    owner.browser.open(owner.link("Somebody is getting into your account by mail", "/recover/cancel/"))
    owner.browser.submit("recovery-cancel-letter-submit")
    assert owner.browser.heading == "It is cancelled"

    mailing.command("purge")
    known = {"first address": ADDRESS, "second address": ANOTHER, "login": owner.login, **owner.links}
    assert len(owner.links) == 5
    assert leaks(known, mailing.database_url, mailing.log_path) == []
