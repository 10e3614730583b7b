"""Writing letters in the transaction of what they tell of, and sending them afterwards."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from idp.accounts.service import AccountService
from idp.activity.service import ActivityService
from idp.clients.service import ClientService
from idp.clock import Clock
from idp.letters import policy, rendering
from idp.letters.contact_store import ContactStore
from idp.letters.contacts import Contacts
from idp.letters.links import Links
from idp.letters.values import FACTS, LINKS, PATHS, SERVICE, Letter
from idp.notices.service import NoticeService
from idp.notices.values import Failure, Kind, NewNotice, Notice
from idp.outbound.errors import MailError, MailFault
from idp.outbound.mail import Mailer
from idp.settings import Settings
from idp.storage.db import Database

#: Members of a notice's payload. Facts stand beside them, under `fact.` and their name.
_ACCOUNT: Final = "account"
_LETTER: Final = "letter"
_CONTACT: Final = "contact"
_SUBJECT: Final = "subject"
_FACT: Final = "fact."

_FAILURES: Final = {
    MailFault.NO_MAILBOX: Failure.NO_MAILBOX,
    MailFault.NO_ANSWER: Failure.NO_ANSWER,
    MailFault.NOT_SECURE: Failure.NOT_SECURE,
    MailFault.NOT_NOW: Failure.NOT_TAKEN,
    MailFault.REFUSED: Failure.MAIL_REFUSED,
}


class LetterService:
    """Letters to citizens."""

    def __init__(
        self,
        *,
        db: Database,
        accounts: AccountService,
        clients: ClientService,
        activity: ActivityService,
        notices: NoticeService,
        mailer: Mailer,
        clock: Clock,
        settings: Settings,
    ) -> None:
        """Have letters told through `notices`, by `mailer`."""
        self._accounts = accounts
        self._clients = clients
        self._notices = notices
        self._mailer = mailer
        self._issuer = settings.issuer
        self._languages = settings.languages
        self._contact_store = ContactStore(db=db)
        #: Links of letters, for the rooms whose letters carry them.
        self.links = Links(db=db, clock=clock)
        #: Where citizens can be reached.
        self.contacts = Contacts(
            db=db,
            store=self._contact_store,
            links=self.links,
            activity=activity,
            clock=clock,
            secret=settings.secrets.key_encryption_bytes(),
            on=mailer.on,
            write=self._write_to,
        )
        notices.told_by(Kind.LETTER, self.tell)

    @property
    def on(self) -> bool:
        """Whether this deployment sends letters."""
        return self._mailer.on

    def write(
        self,
        account_id: str,
        letter: Letter,
        *,
        facts: Mapping[str, str] | None = None,
        subject: str = "",
        as_of: datetime | None = None,
    ) -> None:
        """Have a letter sent once the open transaction is committed. One statement where there is nobody to write to.

        Does nothing for an account without a confirmed contact address, and where the deployment sends no letters.

        :param facts: what :data:`idp.letters.values.FACTS` declares for the letter; never a value of a detail.
        :param subject: what its links are about, an identifier of the caller's; at most 64 characters.
        :param as_of: to the address that was the account's then, whichever is now: for letters that must not reach
            whoever changed it since.
        :raises UndeclaredFactError: a fact that this letter does not declare, or a long one.
        """
        facts = {name: fact for name, fact in (facts or {}).items() if fact}
        policy.check(letter, facts)
        if not self.on:
            return
        if as_of is not None:
            then = self.contacts.at(account_id, as_of)
            contact_id = None if then is None else then.id
        else:
            contact = self._contact_store.current(account_id)
            contact_id = None if contact is None else contact.id
        if contact_id is not None:
            self._add(account_id, letter, contact_id, facts, subject)

    def tell(self, notice: Notice) -> Failure | None:
        """Send a letter; None once the mail server has taken it."""
        payload = notice.payload
        account_id, letter = payload[_ACCOUNT], Letter(payload[_LETTER])
        account, contact = self._accounts.get(account_id), self._contact_store.get(payload[_CONTACT])
        address = "" if contact is None or contact.account_id != account_id else self.contacts.open(contact)
        if not self.on:
            return Failure.MAIL_OFF
        if account is None or not address:
            return Failure.NO_CONTACT
        language = account.locale if account.locale in self._languages else self._languages[0]
        facts = {name: payload.get(f"{_FACT}{name}", "") for name in FACTS.get(letter, frozenset())}
        values = self._links_of(letter, account_id, payload=payload, at=notice.created_at)
        values |= {"site": self._issuer, "service": self._service(facts.get(SERVICE, ""), language)}
        draft = rendering.write(letter, language=language, at=notice.created_at, facts=facts, values=values)
        try:
            message = self._mailer.compose(draft, to=address, message_id=notice.id, at=notice.created_at)
            self._mailer.send(message, recipient=address)
        except MailError as error:
            return _FAILURES[error.fault]
        return None

    def forget(self, account_id: str) -> None:
        """Delete an account's addresses and links."""
        self._contact_store.forget(account_id)
        self.links.forget(account_id)

    def purge(self, now: datetime, limit: int) -> int:
        """Delete at most `limit` addresses and links whose time is over; gives how many."""
        gone = self._contact_store.purge(now, limit)
        return gone + (self.links.purge(now, limit - gone) if gone < limit else 0)

    def _write_to(self, account_id: str, letter: Letter, contact_id: str, facts: dict[str, str]) -> None:
        """Have a letter sent to one address of an account, whatever it is to it by then."""
        policy.check(letter, facts)
        self._add(account_id, letter, contact_id, facts, contact_id if letter is Letter.CONTACT_CONFIRM else "")

    def _add(self, account_id: str, letter: Letter, contact_id: str, facts: Mapping[str, str], subject: str) -> None:
        payload = {_ACCOUNT: account_id, _LETTER: letter.value, _CONTACT: contact_id, _SUBJECT: subject}
        payload |= {f"{_FACT}{name}": fact for name, fact in facts.items()}
        self._notices.add([NewNotice(Kind.LETTER, None, payload)])

    def _links_of(self, letter: Letter, account_id: str, *, payload: Mapping[str, str], at: datetime) -> dict[str, str]:
        """Make the links of a letter, by what they are for."""
        return {
            purpose.value: self._issuer
            + PATHS[purpose].format(
                secret=self.links.make(
                    purpose,
                    account_id=account_id,
                    subject=payload[_SUBJECT],
                    contact_id=payload[_CONTACT],
                    written_at=at,
                )
            )
            for purpose in LINKS.get(letter, ())
        }

    def _service(self, client_id: str, language: str) -> str:
        client = self._clients.get(client_id) if client_id else None
        return "" if client is None else client.name(language).text
