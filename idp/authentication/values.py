"""What signing in gives."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import derive, unwrap
from idp.places import Place
from idp.vault.values import VaultKey

SESSION_KEY_PURPOSE = "vault key of a browser session"


class Hint(StrEnum):
    """Advice on a password: the key of the message that the page shows."""

    USE_A_FEW_WORDS = "use_a_few_words"
    ADD_ANOTHER_WORD = "add_another_word"
    NO_SYMBOLS_NEEDED = "no_symbols_needed"
    STRAIGHT_ROWS = "straight_rows"
    KEYBOARD_PATTERN = "keyboard_pattern"
    LONGER_PATTERN = "longer_pattern"
    REPEATS = "repeats"
    AVOID_REPEATS = "avoid_repeats"
    SEQUENCES = "sequences"
    AVOID_SEQUENCES = "avoid_sequences"
    RECENT_YEARS = "recent_years"
    DATES = "dates"
    AVOID_OWN_DATES = "avoid_own_dates"
    COMMON_PASSWORD = "common_password"  # noqa: S105 - a message key
    LIKE_COMMON_PASSWORD = "like_common_password"  # noqa: S105 - a message key
    SINGLE_WORD = "single_word"
    NAMES = "names"
    CAPITALS = "capitals"
    REVERSED = "reversed"
    SUBSTITUTIONS = "substitutions"


@dataclass(frozen=True, slots=True)
class Strength:
    """How long a password would stand: `score` from 0 (guessed at once) to 4, and what would make it better."""

    score: int
    hints: tuple[Hint, ...] = ()
    #: Whether it would be accepted as it is.
    accepted: bool = False
    #: When it would not: too_short, too_long, too_easy or forbidden_characters.
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """Parameters of Argon2id."""

    memory_kib: int
    iterations: int
    parallelism: int


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """How a password is checked."""

    salt: bytes = field(repr=False)
    cost: Cost
    verifier_digest: bytes = field(repr=False)
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a try to sign in comes from.

    :param address: the browser's address, as the web layer trusts it.
    :param browser_token: what the device cookie holds, or None.
    :param user_agent: the browser's own description of itself; only its family is kept.
    """

    address: str
    browser_token: str | None = field(default=None, repr=False)
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new browser session. Both secrets go into cookies and nowhere else."""

    account_id: str
    sid: str
    session_secret: str = field(repr=False)
    #: For the device cookie: exempts this browser from what strangers' tries do to the account.
    browser_token: str = field(repr=False)
    #: Whether what was proved has opened the vault.
    vault_open: bool = True


@dataclass(frozen=True, slots=True)
class CodeApp:
    """An authenticator application that is being set up, or is."""

    created_at: datetime
    #: None until a first code has proved that it works.
    confirmed_at: datetime | None
    #: The shared secret, to show while it is not confirmed.
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignUp:
    """A new account, signed in. The recovery code is shown once and is nowhere kept in clear."""

    account_id: str
    sid: str
    session_secret: str = field(repr=False)
    browser_token: str = field(repr=False)
    recovery_code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Recovered:
    """Signed in by recovery code, with a new password and a new code that waits to be confirmed."""

    account_id: str
    sid: str
    session_secret: str = field(repr=False)
    browser_token: str = field(repr=False)
    recovery_code: str = field(repr=False)
    #: When the code that opened it was made.
    code_since: datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one citizen to import. `created` is false when the sign-in name exists: nothing was changed."""

    created: bool
    account_id: str | None = None
    #: The code that was given or made; None when nothing was created.
    recovery_code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser session that is alive."""

    #: Public random id; `sid` of ID tokens is derived from it per service.
    sid: str
    account_id: str
    auth_time: datetime
    acr: str
    amr: tuple[str, ...]
    created_at: datetime
    seen_at: datetime
    #: Absolute end; the sliding end may come earlier.
    expires_at: datetime
    #: What the browser calls itself, such as "Firefox".
    browser_name: str
    #: What it runs on, such as "Linux".
    system: str
    #: The account's chosen language, or None.
    locale: str | None
    secret: str = field(repr=False)
    wrapped_vault_key: bytes | None = field(repr=False)
    #: When its account was locked, for its owner to put it right; None for one that is open.
    repair_since: datetime | None = None
    #: A recovery by mail runs for it, and lets its holder set a password from then on; None for none.
    recovery_ready_at: datetime | None = None
    #: The citizen is leaving: when everything is erased. Nothing but staying can be done in such a session.
    closes_at: datetime | None = None
    #: What `vault_key` found, so that one request unwraps it once.
    _unwrapped: list[VaultKey | None] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def browser(self) -> str:
        """What a ledger calls the browser: "Firefox on Linux"."""
        return family(self.browser_name, self.system)

    @property
    def vault_key(self) -> VaultKey | None:
        """The vault key, unwrapped on demand under the session secret; None when this sign-in could not open it."""
        if not self._unwrapped:
            self._unwrapped.append(self._unwrap())
        return self._unwrapped[0]

    def _unwrap(self) -> VaultKey | None:
        if self.wrapped_vault_key is None:
            return None
        try:
            return VaultKey(
                unwrap(
                    derive(self.secret.encode(), purpose=SESSION_KEY_PURPOSE),
                    self.wrapped_vault_key,
                    context=session_context(account_id=self.account_id, sid=self.sid),
                )
            )
        except SealBrokenError:
            return None


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session as its owner sees it among their others."""

    sid: str
    account_id: str
    #: What the browser calls itself, such as "Firefox"; empty for one that nobody knows.
    browser: str
    #: What it runs on, such as "Linux"; empty likewise.
    system: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    #: Where it began, as :mod:`idp.authentication.whereabouts` sealed it; None where nobody knows.
    sealed_place: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedInBrowser:
    """A session as the page of its owner's devices shows it."""

    summary: SessionSummary
    #: Roughly where it was when its citizen signed in; None where the deployment, or this session, cannot tell.
    place: Place | None


def family(browser: str, system: str) -> str:
    """Join what a browser calls itself and what it runs on, either of which may be missing: "Firefox on Linux"."""
    return " on ".join(filter(None, (browser, system)))


def session_context(*, account_id: str, sid: str) -> bytes:
    """Bind a wrapped vault key to the session row that carries it."""
    return b"browser_session\0" + account_id.encode() + b"\0" + sid.encode()
