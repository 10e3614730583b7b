"""The file with everything: its format, as types. `docs/export.md` describes it.

Names are stable within a version. What is empty is left out, and a reader passes over what it does not know, so that
members can be added without a new version.
"""

from typing import Any, Final

import msgspec

from idp.activity.records import EntryRecord

FORMAT: Final = "proffer-export"
VERSION: Final = 1
#: `typ` of the encrypted file.
TYPE: Final = "proffer-export"
MEDIA_TYPE: Final = "application/jose"


class DetailRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A detail."""

    id: str
    claim: str
    value: Any
    added_at: str
    changed_at: str
    #: `told` or `organisation`.
    source: str = "told"
    source_name: str = ""
    #: Of an organisation: its issuer, and who the citizen is there.
    source_issuer: str = ""
    source_subject: str = ""
    assurer: str | None = None
    #: How well it was checked, in the assurer's own terms.
    assurance: str = ""
    checked_at: str | None = None
    valid_until: str | None = None
    label: str = ""
    language: str = ""
    #: In a persona: a copy of the main detail of the same id, which goes where that one goes.
    follows: bool = False


class PersonaRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A persona: details, and the seed of the identifiers under which services know it."""

    id: str
    #: 32 bytes, base64url.
    seed: str
    #: What its owner calls it and finds it by, and since when; of every persona but `main`.
    name: str = ""
    colour: str = ""
    made_at: str | None = None
    details: list[DetailRecord] = []


class DecisionRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A choice about one detail."""

    claim: str
    allowed: bool
    #: What leaves instead: the detail itself, or a smaller form of it.
    form: str
    #: Which of several values; the id of a detail.
    detail: str | None = None
    #: Fingerprint of what the service had said about it.
    basis: str = ""


class ChoiceRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one service may learn, or might."""

    service: str
    service_name: str
    persona: str
    #: How the service knows the citizen.
    sub: str
    #: Whether it is how the service knows them now.
    pinned: bool = True
    decisions: list[DecisionRecord]
    #: Names of the details that it can see now.
    shared: list[str] = []
    scopes: list[str] = []
    #: `once` or `standing`.
    duration: str
    since: str
    changed_at: str
    ask_again_at: str
    stopped_at: str | None = None
    last_used_at: str | None = None


class LedgerRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A chain of entries, as `activity.json` has it."""

    #: Of the account that it was kept for; the hashes need it.
    account: str
    entries: list[EntryRecord]
    #: Where it was kept, for one from before a move.
    kept_by: str = ""
    #: What the services in it are called, by client id.
    services: dict[str, str] = {}


class AddressRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A private mail address that one service has."""

    service: str
    persona: str
    address: str
    #: `live`, `muted` or `ended`.
    standing: str
    made_at: str
    ended_at: str | None = None
    forwarded: int = 0
    returned: int = 0


class AccountRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The account."""

    id: str
    sign_in_name: str
    made_at: str
    #: Language of the pages, where the citizen chose one.
    language: str | None = None
    #: Where letters about the account go.
    contact: str | None = None


class Everything(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The whole file."""

    format: str
    version: int
    made_at: str
    #: The provider that made it.
    made_by: str
    account: AccountRecord
    personas: list[PersonaRecord]
    choices: list[ChoiceRecord] = []
    #: Of this provider's mail domain, hence of no use elsewhere.
    private_addresses: list[AddressRecord] = []
    activity: LedgerRecord
    #: What happened at providers before this one, the earliest first.
    earlier: list[LedgerRecord] = []
