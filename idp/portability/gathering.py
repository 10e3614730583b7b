"""Collecting everything that an account has into the file's form."""

from idp.accounts.service import AccountService
from idp.activity.records import record_of, utc
from idp.activity.service import ActivityService
from idp.authentication.values import Session
from idp.clients.service import ClientService
from idp.clock import Clock
from idp.consent.service import ConsentService
from idp.consent.values import Grant
from idp.crypto.secrets import b64url
from idp.letters.service import LetterService
from idp.portability.earlier import EarlierLedgers
from idp.portability.errors import VaultLockedError
from idp.portability.format import (
    FORMAT,
    VERSION,
    AccountRecord,
    AddressRecord,
    ChoiceRecord,
    DecisionRecord,
    DetailRecord,
    Everything,
    LedgerRecord,
    PersonaRecord,
)
from idp.relay.service import RelayService
from idp.relay.values import PrivateAddress
from idp.vault.personas import Personas
from idp.vault.service import VaultService
from idp.vault.values import MAIN, Attribute, Document, VaultKey


class Gathering:
    """Reads from every room; writes nothing."""

    def __init__(
        self,
        *,
        accounts: AccountService,
        activity: ActivityService,
        vault: VaultService,
        personas: Personas,
        consent: ConsentService,
        clients: ClientService,
        earlier: EarlierLedgers,
        letters: LetterService,
        relay: RelayService,
        clock: Clock,
        issuer: str,
    ) -> None:
        self._accounts = accounts
        self._activity = activity
        self._vault = vault
        self._personas = personas
        self._consent = consent
        self._clients = clients
        self._earlier = earlier
        self._letters = letters
        self._relay = relay
        self._clock = clock
        self._issuer = issuer

    def everything(self, session: Session, *, language: str) -> Everything:
        """Collect it.

        :param language: in which services are named.
        :raises VaultLockedError: this sign-in cannot open the vault.
        """
        account, key = self._accounts.get(session.account_id), session.vault_key
        if key is None or account is None:
            raise VaultLockedError
        document = self._vault.read(account.id, key)
        return Everything(
            format=FORMAT,
            version=VERSION,
            made_at=utc(self._clock.now()),
            made_by=self._issuer,
            account=AccountRecord(
                id=account.id,
                sign_in_name=document.login,
                made_at=utc(account.created_at),
                language=account.locale,
                contact=self._letters.contacts.address(account.id),
            ),
            personas=[_persona(name, each) for name, each in self.documents(account.id, key).items()],
            choices=[self._choice(grant, language) for grant in self._consent.shared_with(account.id)],
            private_addresses=list(map(_address, self._relay.addresses(account.id))),
            activity=self._ledger(account.id, language),
            earlier=self._earlier.records(account.id, key),
        )

    def documents(self, account_id: str, key: VaultKey) -> dict[str, Document]:
        """Give the documents of every persona, the main one first."""
        personas = {each.id: each.document for each in self._personas.all(account_id, key)}
        return {MAIN: self._vault.read(account_id, key), **personas}

    def _ledger(self, account_id: str, language: str) -> LedgerRecord:
        entries = list(map(record_of, self._activity.chain(account_id)))
        services = dict.fromkeys(entry.service for entry in entries if entry.service is not None)
        return LedgerRecord(
            account=account_id, entries=entries, services={one: self._name(one, language) for one in services}
        )

    def _name(self, client_id: str, language: str) -> str:
        client = self._clients.get(client_id)
        return client_id if client is None else client.name(language).text

    def _choice(self, grant: Grant, language: str) -> ChoiceRecord:
        return ChoiceRecord(
            service=grant.client_id,
            service_name=self._name(grant.client_id, language),
            persona=grant.persona,
            sub=grant.sub,
            pinned=grant.pinned,
            decisions=[
                DecisionRecord(
                    claim=each.claim, allowed=each.allowed, form=each.form, detail=each.attribute_id, basis=each.basis
                )
                for each in grant.decisions
            ],
            shared=list(grant.claims) if grant.live(self._clock.now()) else [],
            scopes=list(grant.scopes),
            duration=grant.duration.value,
            since=utc(grant.created_at),
            changed_at=utc(grant.updated_at),
            ask_again_at=utc(grant.reconfirm_at),
            stopped_at=utc(grant.withdrawn_at) if grant.withdrawn_at else None,
            last_used_at=utc(grant.last_used_at) if grant.last_used_at else None,
        )


def _persona(name: str, document: Document) -> PersonaRecord:
    face = document.face
    return PersonaRecord(
        id=name,
        seed=b64url(document.seed),
        name=face.name if face else "",
        colour=face.colour if face else "",
        made_at=utc(face.created_at) if face else None,
        details=list(map(_detail, document.attributes)),
    )


def _address(held: PrivateAddress) -> AddressRecord:
    return AddressRecord(
        service=held.client_id,
        persona=held.persona,
        address=held.address,
        standing=held.standing.value,
        made_at=utc(held.created_at),
        ended_at=utc(held.ended_at) if held.ended_at else None,
        forwarded=held.forwarded,
        returned=held.returned,
    )


def _detail(attribute: Attribute) -> DetailRecord:
    return DetailRecord(
        id=attribute.id,
        claim=attribute.claim,
        value=attribute.value,
        added_at=utc(attribute.added_at),
        changed_at=utc(attribute.changed_at),
        source=attribute.source.kind.value,
        source_name=attribute.source.name,
        source_issuer=attribute.source.issuer,
        source_subject=attribute.source.subject,
        assurance=attribute.assurance,
        assurer=attribute.assurer,
        checked_at=utc(attribute.checked_at) if attribute.checked_at else None,
        valid_until=utc(attribute.valid_until) if attribute.valid_until else None,
        label=attribute.label,
        language=attribute.language,
        follows=attribute.follows,
    )
