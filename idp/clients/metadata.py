"""What can be said about a service: strict models of the members that the standards define, and of an import file.

:class:`Metadata` is what every registration is made of, whoever sends it; names are those of OIDC Registration §2,
RFC 7591 §2 and the specifications that add to them. `rules` checks what a type cannot say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from idp.clients.values import (
    ApplicationType,
    AuthMethod,
    ClientState,
    LawfulBasis,
    Profile,
    SubjectType,
    UseState,
)

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
#: A tag after `#` may be spelled in any case (BCP 47 §2.1.1).
_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_MAX_TAG: Final = 35
#: Where members with a tag are put; a name that neither a file nor a service has a reason for.
TAGGED: Final = "#"
_TEXT_CHARACTERS: Final = 600
_SECRET: Final = re.compile(r"[\x21-\x7E]{24,256}")
_SECRET_VARIETY: Final = 8
#: RFC 6749 §3.3.
SCOPE_TOKEN: Final = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")

SigningAlgorithm = Literal["RS256", "PS256", "ES256", "EdDSA"]
#: How the key of an encrypted answer or request object is agreed on or sent (RFC 7518 §4.1).
KeyEncryption = Literal["RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW"]
ContentEncryption = Literal["A128GCM", "A256GCM"]
#: With the words in alphabetical order, which is how they are kept and compared.
ResponseType = Annotated[
    Literal["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"],
    BeforeValidator(lambda words: " ".join(sorted(words.split(" "))) if isinstance(words, str) else words),
]
GrantType = Literal[
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "implicit",
    "urn:ietf:params:oauth:grant-type:device_code",
]


def _plain_texts(texts: object) -> object:
    """Take a bare string as English, so that a small file stays small."""
    return {"en": texts} if isinstance(texts, str) else texts


def text_problem(text: str) -> str | None:
    """Say what is wrong with a text that pages show, or None."""
    if not text.strip() or len(text) > _TEXT_CHARACTERS:
        return f"needs 1 to {_TEXT_CHARACTERS} characters"
    # Cf holds the bidirectional overrides, which make a page read otherwise than it is written.
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} for character in text):
        return "has an invisible or control character"
    return None


def _checked_texts(texts: dict[str, str]) -> dict[str, str]:
    for language, text in texts.items():
        if not _LANGUAGE.fullmatch(language):
            raise ValueError("is not per language: use tags such as en or fr")
        if (problem := text_problem(text)) is not None:
            raise ValueError(f"{problem} in {language}")
    return texts


def _checked_words(text: str) -> str:
    if (problem := text_problem(text)) is not None:
        raise ValueError(problem)
    return text


PerLanguage = Annotated[dict[str, str], BeforeValidator(_plain_texts), AfterValidator(_checked_texts)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$")]
Words = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_checked_words)]
Strings = Annotated[tuple[str, ...], Field(max_length=50)]


def _strong_secret(secret: SecretStr) -> SecretStr:
    """Only a digest is kept, without the slow hash that a guessable secret would need: so it must not be guessable."""
    text = secret.get_secret_value()
    if not _SECRET.fullmatch(text) or len(set(text)) < _SECRET_VARIETY:
        raise ValueError("must be 24 to 256 printable ASCII characters, and random")
    return secret


Secret = Annotated[SecretStr, AfterValidator(_strong_secret)]


class Entry(BaseModel):
    """One table of the file. An unknown key is a fault: a typo must not switch a protection off."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class OrganisationEntry(Entry):
    """Who runs services."""

    legal_name: Words
    public_body: bool = False
    register_number: Words | None = None
    help: PerLanguage = Field(default_factory=dict)


class Metadata(Entry):
    """The members of a registration that the standards define. `rules` says what goes together."""

    #: Members that may be given for readers of one language, as `policy_uri#fr` (OIDC Registration §2.1).
    LOCALISED: ClassVar[tuple[str, ...]] = ("logo_uri", "policy_uri", "tos_uri", "client_uri")

    application_type: ApplicationType = ApplicationType.WEB
    redirect_uris: Strings = ()
    response_types: Annotated[tuple[ResponseType, ...], Field(max_length=20)] = ("code",)
    grant_types: Annotated[tuple[GrantType, ...], Field(max_length=20)] = ("authorization_code",)
    scope: Annotated[str, Field(max_length=2000)] = "openid"
    token_endpoint_auth_method: AuthMethod = AuthMethod.SECRET_BASIC
    token_endpoint_auth_signing_alg: SigningAlgorithm | None = None
    jwks: dict[str, object] | None = None
    jwks_uri: str | None = None
    sector_identifier_uri: str | None = None
    subject_type: SubjectType = SubjectType.PAIRWISE
    id_token_signed_response_alg: SigningAlgorithm = "RS256"  # noqa: S105 - an algorithm
    id_token_encrypted_response_alg: KeyEncryption | None = None
    id_token_encrypted_response_enc: ContentEncryption | None = None
    userinfo_signed_response_alg: SigningAlgorithm | None = None
    userinfo_encrypted_response_alg: KeyEncryption | None = None
    userinfo_encrypted_response_enc: ContentEncryption | None = None
    introspection_signed_response_alg: SigningAlgorithm | None = None
    introspection_encrypted_response_alg: KeyEncryption | None = None
    introspection_encrypted_response_enc: ContentEncryption | None = None
    request_object_signing_alg: SigningAlgorithm | None = None
    request_object_encryption_alg: KeyEncryption | None = None
    request_object_encryption_enc: ContentEncryption | None = None
    require_signed_request_object: bool = False
    request_uris: Strings = ()
    contacts: Annotated[tuple[Words, ...], Field(max_length=20)] = ()
    require_pushed_authorization_requests: bool = False
    default_max_age: int | None = Field(default=None, ge=0, le=10**9)
    require_auth_time: bool = False
    default_acr_values: Strings = ()
    initiate_login_uri: str | None = None
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    post_logout_redirect_uris: Strings = ()
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    security_event_endpoint: str | None = None
    software_id: Words | None = None
    software_version: Words | None = None
    #: By member and tag, as they were spelled: collected from the members themselves.
    tagged: Annotated[dict[str, str], Field(max_length=50)] = Field(default_factory=dict, alias=TAGGED)


def with_tagged(members: Mapping[str, object], model: type[Metadata]) -> dict[str, object]:
    """Put the members that have a language tag where the model keeps them, before it checks types."""
    tagged = {name: value for name, value in members.items() if _is_tagged(name, model.LOCALISED)}
    rest = {name: value for name, value in members.items() if name not in tagged}
    return rest | {TAGGED: tagged}


def _is_tagged(name: str, localised: tuple[str, ...]) -> bool:
    member, separator, tag = name.partition("#")
    return bool(separator) and member in localised and len(tag) <= _MAX_TAG and _TAG.fullmatch(tag) is not None


class ClientEntry(Metadata):
    """One service of an import file: what the standards define, and what only the operator decides."""

    client_id: Key
    organisation: str
    name: PerLanguage
    state: ClientState = ClientState.APPROVED
    profile: Profile = Profile.OIDC
    #: Given for a set-up that must repeat itself; otherwise one is made and shown once.
    secret: Secret | None = None
    require_pkce: bool = False
    #: Citizens cannot come under a one-time identifier, because what it is for takes knowing them again.
    lasting_subject: bool = False
    web_origins: Strings = ()
    resource_server: bool = False
    audiences: Strings = ()
    resources: Strings = ()
    access_token_signed_response_alg: SigningAlgorithm = "RS256"  # noqa: S105 - an algorithm


class SelfRegistration(Metadata):
    """What a service says of itself when it registers (RFC 7591 §2). Members that are not known are ignored there."""

    model_config = ConfigDict(extra="ignore")
    LOCALISED: ClassVar[tuple[str, ...]] = (*Metadata.LOCALISED, "client_name")

    client_name: Words | None = None


class DetailEntry(Entry):
    """One detail of a registered use."""

    claim: str
    reason: PerLanguage
    essential: bool = False
    retention: PerLanguage
    smaller: Strings = ()
    without_it: PerLanguage = Field(default_factory=dict)


class UseEntry(Entry):
    """What a service needs details for."""

    client: str
    key: Key
    state: UseState = UseState.DRAFT
    purpose: PerLanguage
    lawful_basis: LawfulBasis
    without_it: PerLanguage = Field(default_factory=dict)
    details: Annotated[tuple[DetailEntry, ...], Field(min_length=1, max_length=100)]


class ImportFile(Entry):
    """The whole file."""

    organisations: dict[str, OrganisationEntry] = Field(default_factory=dict)
    clients: tuple[ClientEntry, ...] = ()
    uses: tuple[UseEntry, ...] = ()
