"""What an import file may say: strict models, one per table.

Names are those of OIDC Registration §2 and RFC 7591 §2 where these have one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Final, Literal

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


def _checked_texts(texts: dict[str, str]) -> dict[str, str]:
    for language, text in texts.items():
        if not _LANGUAGE.fullmatch(language):
            raise ValueError("is not per language: use tags such as en or fr")
        if not text.strip() or len(text) > _TEXT_CHARACTERS:
            raise ValueError(f"needs 1 to {_TEXT_CHARACTERS} characters in {language}")
        # Cf holds the bidirectional overrides, which make a page read otherwise than it is written.
        if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} for character in text):
            raise ValueError(f"has an invisible or control character in {language}")
    return texts


PerLanguage = Annotated[dict[str, str], BeforeValidator(_plain_texts), AfterValidator(_checked_texts)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$")]
Words = Annotated[
    str, Field(min_length=1, max_length=200), AfterValidator(lambda text: _checked_texts({"en": text})["en"])
]
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


class ClientEntry(Entry):
    """One service."""

    client_id: Key
    organisation: str
    name: PerLanguage
    state: ClientState = ClientState.APPROVED
    profile: Profile = Profile.OIDC
    application_type: ApplicationType = ApplicationType.WEB
    redirect_uris: Strings = ()
    response_types: tuple[ResponseType, ...] = ("code",)
    grant_types: tuple[GrantType, ...] = ("authorization_code",)
    scope: str = "openid"
    token_endpoint_auth_method: AuthMethod = AuthMethod.SECRET_BASIC
    token_endpoint_auth_signing_alg: SigningAlgorithm | None = None
    #: Given for a set-up that must repeat itself; otherwise one is made and shown once.
    secret: Secret | None = None
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
    contacts: Strings = ()
    require_pkce: bool = False
    require_pushed_authorization_requests: bool = False
    default_max_age: int | None = Field(default=None, ge=0, le=10**9)
    require_auth_time: bool = False
    default_acr_values: Strings = ()
    initiate_login_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    post_logout_redirect_uris: Strings = ()
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    web_origins: Strings = ()
    resource_server: bool = False
    audiences: Strings = ()
    resources: Strings = ()
    access_token_signed_response_alg: SigningAlgorithm = "RS256"  # noqa: S105 - an algorithm


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
