"""What ceremonies take and give, and what is known of a passkey."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Purpose(StrEnum):
    """What a challenge was given for. One given for one purpose serves no other."""

    REGISTER = "register"
    SIGN_IN = "sign_in"
    #: A citizen who is signed in proves more, or opens their vault.
    PROVE = "prove"
    SIGN_UP = "sign_up"


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """This provider, as authenticators and browsers know it (WebAuthn §4, RP ID and origin)."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A ceremony for the browser: which one, and its options as JSON (WebAuthn §5.1.8, §5.1.9)."""

    ceremony: str
    options: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ceremony:
    """A challenge that was just used up, and what it was given for."""

    challenge: bytes = field(repr=False)
    account_id: str | None
    user_handle: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser sends back. Nothing in it has been checked."""

    #: Which ceremony it answers.
    ceremony: str
    #: The credential as JSON (WebAuthn §5.1.6).
    unverified_credential: str = field(repr=False)
    #: What the PRF extension yields, as base64url; empty for none (WebAuthn §10.1.4).
    unverified_prf: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential that an authenticator has made, verified."""

    credential_id: bytes
    #: COSE_Key (RFC 9052 §7).
    public_key: bytes
    sign_count: int
    backup_eligible: bool
    backed_up: bool
    #: How browsers reach it (`usb`, `internal`, `hybrid` …).
    transports: tuple[str, ...]
    #: The authenticator says that it can evaluate the PRF.
    has_prf: bool


@dataclass(frozen=True, slots=True)
class Assertion:
    """A signature of a passkey, verified."""

    sign_count: int
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Passkey:
    """What is kept of a passkey."""

    id: str
    account_id: str
    credential_id: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    transports: tuple[str, ...]
    #: The browser that it was registered in, such as "Firefox on Linux".
    browser: str
    #: The citizen's own name for it, under the vault key; None while it has none.
    sealed_name: bytes | None = field(repr=False)
    #: It can be on several devices (WebAuthn §6.1.3, BE), and is (BS).
    backup_eligible: bool
    backed_up: bool
    #: The authenticator said that it can yield a key.
    has_prf: bool
    #: The key slot that it opens; None for one that only signs in.
    slot_id: str | None
    created_at: datetime
    used_at: datetime | None
    #: When its counter last failed to rise.
    suspected_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claimant:
    """A passkey that somebody names, and whose it is."""

    passkey: Passkey
    user_handle: bytes = field(repr=False)
    #: Whether its account is open.
    active: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A passkey with its name as its owner reads it; `name` is empty where the vault is locked or it has none."""

    passkey: Passkey
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proved:
    """What a citizen who is signed in has shown, and the session's new secret for the cookie."""

    session_secret: str = field(repr=False)
    passkey_id: str
    #: Whether the vault is open in this session now.
    vault_open: bool
    #: The passkey has just become a way to open the vault.
    slot_added: bool
