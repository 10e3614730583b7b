"""A relying party and what it registered to ask for, as immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from idp.clients.texts import Texts, Wording


class ClientState(StrEnum):
    """Where a service stands with the operator. Only an approved one may send requests."""

    DRAFT = "draft"
    APPROVED = "approved"
    SUSPENDED = "suspended"
    #: Took its own registration back (RFC 7592 §2.3). For good; what citizens shared with it stays in their record.
    DELETED = "deleted"


class UseState(StrEnum):
    """Where one version of a registered use stands. Only approved ones shape what may be asked."""

    DRAFT = "draft"
    APPROVED = "approved"
    SUSPENDED = "suspended"


class Profile(StrEnum):
    """Which security profile the protocol holds a service to; stricter ones come with what enforces them."""

    OIDC = "oidc"


class ApplicationType(StrEnum):
    """Web application or installed one (OpenID Connect Registration §2); decides the redirect rules."""

    WEB = "web"
    NATIVE = "native"


class AuthMethod(StrEnum):
    """How a service proves itself at the token endpoint (OIDC Core §9)."""

    NONE = "none"
    SECRET_BASIC = "client_secret_basic"  # noqa: S105 - the name of a method, not a secret
    SECRET_POST = "client_secret_post"  # noqa: S105 - the name of a method, not a secret
    PRIVATE_KEY_JWT = "private_key_jwt"


SECRET_METHODS: Final = frozenset({AuthMethod.SECRET_BASIC, AuthMethod.SECRET_POST})


class SubjectType(StrEnum):
    """Whether `sub` differs from service to service (OIDC Core §8)."""

    PAIRWISE = "pairwise"
    PUBLIC = "public"


#: RFC 8628 §3.4.
DEVICE_CODE: Final = "urn:ietf:params:oauth:grant-type:device_code"


class LawfulBasis(StrEnum):
    """Why processing is lawful (GDPR Article 6(1), points a to f)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who runs a service."""

    legal_name: str
    public_body: bool = False
    register_number: str | None = None
    #: Where a citizen turns who would rather not, or cannot, use the service online.
    help: Texts = Texts()


@dataclass(frozen=True, slots=True)
class RegisteredDetail:
    """One claim that a registered use needs, with the reason given to citizens."""

    claim: str
    reason: Texts
    essential: bool
    retention: Texts
    #: Smaller forms that serve the purpose too, smallest first.
    smaller: tuple[str, ...] = ()
    #: What leaving this one out means; the use's own text applies when empty.
    without_it: Texts = Texts()


@dataclass(frozen=True, slots=True)
class RegisteredUse:
    """One approved (or waiting) version of what a service needs details for."""

    client_id: str
    key: str
    version: int
    state: UseState
    purpose: Texts
    lawful_basis: LawfulBasis
    details: tuple[RegisteredDetail, ...]
    without_it: Texts = Texts()
    created_at: datetime | None = None
    approved_at: datetime | None = None

    def detail(self, claim: str) -> RegisteredDetail | None:
        """Return the entry for this claim, or the one that accepts it as a smaller form."""
        for entry in self.details:
            if entry.claim == claim:
                return entry
        return next((entry for entry in self.details if claim in entry.smaller), None)


@dataclass(frozen=True, slots=True)
class Register:
    """What one service may ask for: its approved uses, and whether it has an entry at all.

    A suspended use still counts as an entry: otherwise suspending it would let the service ask for anything.
    """

    registered: bool = False
    uses: tuple[RegisteredUse, ...] = ()
    #: What `idp.consent.policy.basis` made of it: the same for every citizen, until the register changes.
    bases: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def detail(self, claim: str) -> RegisteredDetail | None:
        """Return the entry that covers this claim; an exact entry wins over one that lists a smaller form."""
        found = [entry for use in self.uses if (entry := use.detail(claim))]
        exact = [entry for entry in found if entry.claim == claim]
        essential = [entry for entry in exact or found if entry.essential]
        return next(iter(essential or exact or found), None)

    def use_of(self, claim: str) -> RegisteredUse | None:
        """Return the use whose entry `detail` returns."""
        entry = self.detail(claim)
        return next((use for use in self.uses if entry is not None and entry in use.details), None)


@dataclass(frozen=True, slots=True)
class Encryption:
    """How an answer is encrypted for one service (RFC 7516 §4.1.1 and §4.1.2)."""

    #: `RSA-OAEP-256`, `ECDH-ES` or `ECDH-ES+A256KW`.
    alg: str
    #: `A128GCM` or `A256GCM`.
    enc: str


def place_of(redirect_uri: str) -> str:
    """Return where an answer goes: the host, or the scheme of an installed application."""
    parts = urlsplit(redirect_uri)
    return parts.hostname or parts.scheme


@dataclass(frozen=True, slots=True)
class Client:
    """A relying party as every other room sees it (OIDC Registration §2, RFC 7591 §2)."""

    client_id: str
    state: ClientState
    profile: Profile
    application_type: ApplicationType
    names: Texts
    organisation: Organisation
    redirect_uris: tuple[str, ...]
    response_types: tuple[str, ...]
    grant_types: tuple[str, ...]
    scopes: tuple[str, ...]
    auth_method: AuthMethod
    auth_signing_alg: str | None
    #: SHA-256 of every secret that is accepted, so that one can be replaced without an outage.
    secret_digests: tuple[bytes, ...] = field(repr=False)
    jwks: Mapping[str, Any] | None = field(hash=False)
    jwks_uri: str | None
    #: The sector that pairwise identifiers are made for (OIDC Core §8.1).
    sector: str
    subject_type: SubjectType
    id_token_alg: str
    userinfo_alg: str | None
    require_pkce: bool
    require_par: bool
    default_max_age: int | None
    require_auth_time: bool
    default_acr_values: tuple[str, ...]
    initiate_login_uri: str | None
    logo_uri: str | None
    policy_uri: str | None
    tos_uri: str | None
    post_logout_redirect_uris: tuple[str, ...]
    #: May ask the introspection endpoint about tokens (RFC 7662 §2.1).
    resource_server: bool
    audiences: tuple[str, ...]
    register: Register = Register()
    #: Registered itself (RFC 7591): no operator looked at what it says of itself, and it has no register entry.
    dynamic: bool = False
    contacts: tuple[str, ...] = ()
    #: Seconds since 1970 at which the secrets end; 0 when they do not (RFC 7591 §3.2.1).
    secret_expires_at: int = 0
    sector_identifier_uri: str | None = None
    #: Answers encrypted for this service, each as key management and content encryption (OIDC Registration §2).
    id_token_encryption: Encryption | None = None
    userinfo_encryption: Encryption | None = None
    #: Introspection answers as JWT (RFC 9701 §6).
    introspection_alg: str | None = None
    introspection_encryption: Encryption | None = None
    #: The one algorithm that its request objects are signed with; any that is offered when None.
    request_object_alg: str | None = None
    request_object_encryption: Encryption | None = None
    #: Only signed request objects count (RFC 9101 §10.5).
    require_signed_request_object: bool = False
    #: Where its request objects may be fetched from, each with its fragment as registered (OIDC Registration §2).
    request_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    #: Where it is told of choices that citizens changed (RFC 8935); None when it does not want to hear.
    security_event_endpoint: str | None = None
    #: Origins of its pages that call the token endpoint from a browser, beside those of its redirect URIs.
    web_origins: tuple[str, ...] = ()
    #: Audiences of resource servers that it may ask access tokens for (RFC 8707).
    resources: tuple[str, ...] = ()
    #: What access tokens for its audiences are signed with (RFC 9068 §2.1); for resource servers.
    access_token_alg: str = "RS256"  # noqa: S105 - an algorithm
    client_uri: str | None = None
    #: Addresses for readers of one language, by member and tag as registered: `policy_uri#fr`.
    tagged: tuple[tuple[str, str], ...] = ()
    software_id: str | None = None
    software_version: str | None = None
    #: The signed statement that it registered with (RFC 7591 §2.3), as it was sent.
    software_statement: str | None = field(default=None, repr=False)
    #: Its citizens cannot come for one time only (`docs/decisions/0024`). For the operator to say.
    lasting_subject: bool = False
    #: Names what we serve as its logo, and changes with it; None when there is none.
    logo: str | None = None

    def name(self, language: str) -> Wording:
        """Return what pages call the service: its name, or where it is when it gave none.

        Where answers may go to several places, one of them would be a name that the service chose from other people's.
        """
        somewhere = self.hosts[0] if len(self.hosts) == 1 else self.client_id
        return self.names.read(language) or Wording(somewhere, "")

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return where its answers go: host names or the scheme of an installed application.

        Its identifier where they may go to devices, which are nowhere on the web whatever addresses it registered.
        """
        if DEVICE_CODE in self.grant_types or not self.redirect_uris:
            return (self.client_id,)
        return tuple(dict.fromkeys(place_of(uri) for uri in self.redirect_uris))

    def address(self, member: str, language: str) -> str | None:
        """Return one of its published addresses for a reader: `policy_uri`, `tos_uri`, `client_uri`, `logo_uri`."""
        plain: str | None = getattr(self, member)
        texts = {name.partition("#")[2]: uri for name, uri in self.tagged if name.startswith(f"{member}#")}
        if not texts:
            return plain
        return Texts.of(texts | ({} if plain is None else {"": plain})).text(language) or None

    @property
    def approved(self) -> bool:
        """Tell whether the service may send requests at all."""
        return self.state is ClientState.APPROVED

    @property
    def public(self) -> bool:
        """Tell whether the service cannot keep a secret (RFC 6749 §2.1)."""
        return self.auth_method is AuthMethod.NONE

    @property
    def hears_logouts(self) -> bool:
        """Tell whether the service wants to hear when a session at it ends."""
        return self.backchannel_logout_uri is not None or self.frontchannel_logout_uri is not None

    @property
    def uses(self) -> tuple[RegisteredUse, ...]:
        """Return the approved uses."""
        return self.register.uses
