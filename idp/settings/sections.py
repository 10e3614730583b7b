"""The sections of the settings tree, one class each.

The docstring under a field is its documentation: `config/example.toml` and error messages are made from it.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from idp.settings.kinds import Hosts, Limit


class Section(BaseModel):
    """One table of the configuration file. Frozen; an unknown name is an error; a refused value is never repeated."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)


class DatabaseSettings(Section):
    """Where everything is kept."""

    url: str = Field(default="sqlite:///instance/proffer.sqlite3", repr=False, validate_default=True)
    """`sqlite:///path/to/file` or `postgresql+psycopg://user:password@host/name`."""
    pool_size: int = Field(default=5, ge=1, le=100)
    """Connections that one worker keeps open (PostgreSQL)."""
    sqlite_synchronous: Literal["full", "normal"] = "full"
    """SQLite: `full` keeps an acknowledged write through a power cut; `normal` is faster and keeps it through a crash
    of the server alone."""

    @field_validator("url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url in {"sqlite://", "sqlite:///:memory:"} or url.startswith("postgresql+psycopg://"):
            return url
        if url.startswith("sqlite:///"):
            # Each tool has its own idea of what a relative path is relative to; here it is the working directory.
            return f"sqlite:///{Path(url.removeprefix('sqlite:///')).absolute()}"
        raise ValueError("must start with sqlite:/// or postgresql+psycopg://")

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite, which has one writer at a time."""
        return self.url.startswith("sqlite:")

    @property
    def in_memory(self) -> bool:
        """Whether everything is lost when the process ends."""
        return self.url in {"sqlite://", "sqlite:///:memory:"}


class ServerSettings(Section):
    """How `proffer serve` listens."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(default=8000, ge=1, le=65535)
    """Port to listen on."""
    workers: int = Field(default=0, ge=0, le=256)
    """Processes; 0 means one for each core."""
    threads: int = Field(default=0, ge=0, le=64)
    """Threads in each worker; 0 means 1 on SQLite, which has one writer, and 3 on PostgreSQL."""
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    """Reverse proxies in front, whose X-Forwarded headers are believed. 0 believes none."""
    tls_certificate: Path | None = None
    """Certificate chain in PEM, when no proxy in front speaks TLS."""
    tls_key: Path | None = None
    """Private key of that certificate, in PEM."""
    max_body_bytes: int = Field(default=65536, ge=4096, le=16 * 1024 * 1024)
    """The largest request body that is read."""

    @model_validator(mode="after")
    def _whole_pair(self) -> "ServerSettings":
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key belong together: give both or neither")
        return self


class SessionSettings(Section):
    """How long a browser stays signed in."""

    idle_seconds: int = Field(default=1800, ge=60)
    """A session ends after this long without a request."""
    absolute_seconds: int = Field(default=43200, ge=60)
    """A session ends after this long whatever happens."""


class InteractionSettings(Section):
    """How long an authorization request waits for its citizen."""

    lifetime_seconds: int = Field(default=1800, ge=60, le=86400)
    """Time to sign in and choose."""
    pushed_seconds: int = Field(default=60, ge=5, le=599)
    """Time to use a pushed request (RFC 9126 §2.2)."""


class TokenSettings(Section):
    """How long what is issued lives."""

    code_seconds: int = Field(default=60, ge=1, le=600)
    """Authorization codes (RFC 6749 §4.1.2 allows ten minutes at most)."""
    access_seconds: int = Field(default=600, ge=1, le=86400)
    """Access tokens."""
    refresh_idle_seconds: int = Field(default=2592000, ge=60)
    """A refresh token that is not used for this long ends."""
    refresh_grace_seconds: int = Field(default=30, ge=0, le=300)
    """A rotated refresh token still answers for this long, since answers get lost on the way."""
    id_token_seconds: int = Field(default=600, ge=1, le=86400)
    """ID tokens."""


class PasswordSettings(Section):
    """What a password must be, and what checking one costs."""

    minimum_length: int = Field(default=10, ge=8, le=64)
    """Fewest characters."""
    memory_kib: int = Field(default=19456, ge=8192, le=4194304)
    """Argon2id memory."""
    iterations: int = Field(default=2, ge=1, le=100)
    """Argon2id passes."""
    parallelism: int = Field(default=1, ge=1, le=16)
    """Argon2id lanes."""
    concurrent: int = Field(default=2, ge=1, le=64)
    """Passwords that one worker checks at the same time; more wait, so that sign-ins cannot exhaust memory."""


class LimitSettings(Section):
    """How often one address may try: `<number>/second`, `/minute`, `/hour` or `/day`, or `off`."""

    storage: str = Field(default="memory://", repr=False, pattern=r"^(memory|redis|rediss)://")
    """Where counts are kept: `memory://` counts in each worker alone, `redis://host:6379/0` for all of them."""
    sign_in: Limit = "20/minute"
    """Tries to sign in, and the same proofs given by somebody who is signed in: password, codes."""
    passkey: Limit = "120/minute"
    """Challenges for passkeys; each visit of the sign-in page asks for one."""
    sign_up: Limit = "10/hour"
    """New accounts."""
    recovery: Limit = "10/hour"
    """Tries to get back in with a recovery code."""
    mail: Limit = "10/hour"
    """Letters that somebody has us write, counted for the address and for the citizen alike."""
    authorize: Limit = "120/minute"
    """Authorization requests that have to be stored."""
    token: Limit = "6000/minute"  # noqa: S105 - a rate
    """Requests for tokens."""
    par: Limit = "1200/minute"
    """Pushed authorization requests."""
    device: Limit = "60/minute"
    """Devices that begin to sign in."""
    user_code: Limit = "10/minute"
    """Tries to type the code of a device or of a browser that asks to be signed in, counted for the address and for
    the citizen's session alike."""
    handover: Limit = "30/minute"
    """Browsers that ask to be signed in by another device."""
    registration: Limit = "60/hour"
    """Services that register themselves, and changes to their registrations."""
    organisations: Limit = "30/minute"
    """Ways to an organisation and back."""
    leaving: Limit = "20/hour"
    """Downloads of everything, files brought in, and accounts closed."""
    introspection: Limit = "off"
    """Questions about a token from resource servers, which have authenticated."""


class OutboundSettings(Section):
    """Fetching what others publish: keys and sector documents of services."""

    allowed_hosts: Hosts = ()
    """Host names that may be reached at a private or loopback address and without TLS. Meant for development."""
    timeout_seconds: float = Field(default=5.0, gt=0, le=60)
    """Time for one whole fetch."""
    max_bytes: int = Field(default=262144, ge=1024)
    """The largest answer that is read."""
    ca_bundle: Path | None = None
    """Certificate authorities to trust beside the public ones, in PEM."""


class ConsentSettings(Section):
    """The citizen's choices."""

    reconfirm_months: int = Field(default=12, ge=1, le=120)
    """A standing choice is asked again after this long."""


class Requirement(StrEnum):
    """What a level of authentication takes."""

    PASSWORD = "password"  # noqa: S105 - the name of a requirement
    SECOND_FACTOR = "second-factor"
    PHISHING_RESISTANT = "phishing-resistant"


#: What `acr_values` can carry (RFC 6749 Appendix A.4: no space), in the length that a session keeps.
Acr = Annotated[str, Field(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,80}$")]


class LevelSettings(Section):
    """One level of authentication."""

    acr: tuple[Acr, ...] = Field(min_length=1)
    """What services call it. ID tokens say the first one unless another was asked for."""
    requires: Requirement
    """`password`, `second-factor` (a password and a code) or `phishing-resistant`."""


class AuthenticationSettings(Section):
    """How strongly a citizen signed in, as services ask for it and ID tokens say it."""

    levels: tuple[LevelSettings, ...] = tuple(
        LevelSettings(acr=(f"urn:proffer:acr:{requirement}",), requires=requirement) for requirement in Requirement
    )
    """The levels, the weakest first. A higher one meets a request for a lower one; one that no way of signing in
    reaches is not offered."""

    @field_validator("levels")
    @classmethod
    def _ascending(cls, levels: tuple[LevelSettings, ...]) -> tuple[LevelSettings, ...]:
        order = [tuple(Requirement).index(level.requires) for level in levels]
        if not levels or levels[0].requires is not Requirement.PASSWORD or order != sorted(order):
            raise ValueError("must begin with a level that requires a password, and none may require less than before")
        names = [acr for level in levels for acr in level.acr]
        if len(set(names)) != len(names):
            raise ValueError("must not name an acr value twice")
        return levels


class CacheSettings(Section):
    """What workers remember."""

    seconds: float = Field(default=1.0, ge=0, le=300)
    """How soon a worker notices that a client or a key changed. 0 looks each time."""


class LoggingSettings(Section):
    """What the server writes to its standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is written."""
    format: Literal["json", "text"] = "text"
    """One JSON object per line for machines, or text for people."""


class PurgeSettings(Section):
    """Removing what has expired."""

    batch_size: int = Field(default=500, ge=1, le=100000)
    """Rows removed by one statement, so that none holds the database for long."""
    interval_seconds: float = Field(default=60.0, gt=0)
    """Time between two rounds of `proffer worker`."""
