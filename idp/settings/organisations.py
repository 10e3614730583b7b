"""Organisations from which citizens may bring details: other OpenID Connect providers, one table each."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator

from idp.settings.kinds import Algorithms, UpstreamIssuer
from idp.settings.sections import Acr, Section

#: What `scope` can carry (RFC 6749 Appendix A.4).
Scope = Annotated[str, Field(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,80}$")]
ClaimName = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,80}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class OrganisationSettings(Section):
    """One organisation: an OpenID Connect provider at which this provider is registered as a client."""

    id: str = Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$")
    """Short name; part of the redirect URI to register there: `<issuer>/organisations/<id>/back`."""
    issuer: UpstreamIssuer
    """Its issuer identifier, letter by letter. Everything else about it comes from its discovery document."""
    name: dict[str, Name] = Field(min_length=1)
    """What citizens call it, by language; shown in English, or the first one, where theirs is missing."""
    client_id: str = Field(min_length=1, max_length=255)
    """Ours, as it registered us."""
    authentication: Literal["client_secret_basic", "client_secret_post", "private_key_jwt"] = "client_secret_basic"
    """How we prove who we are at its token endpoint. `private_key_jwt` signs with the keys that we publish."""
    authentication_algorithm: Literal["ES256", "RS256", "PS256", "EdDSA"] = "ES256"
    """What `private_key_jwt` signs with."""
    client_secret: SecretStr | None = None
    """The secret that it gave us."""
    client_secret_file: Path | None = None
    """File that holds `client_secret`."""
    scopes: tuple[Scope, ...] = ("openid", "profile")
    """What to ask for; `openid` is always among them."""
    details: dict[str, ClaimName] = Field(min_length=1)
    """Which details it can tell: our name of the detail, and the name of its claim."""
    checked_acr: tuple[Acr, ...] = ()
    """Its levels (`acr`) at which what it says counts as checked; they are asked for as well."""
    trust_frameworks: tuple[str, ...] = ()
    """Trust frameworks of `verified_claims` (OpenID Connect for Identity Assurance) whose details count as checked."""
    algorithms: Algorithms = ("ES256", "PS256", "EdDSA", "RS256")
    """What it may sign with."""

    @model_validator(mode="before")
    @classmethod
    def _read_file(cls, given: Any) -> Any:  # noqa: ANN401 - whatever the sources hold, checked after this
        if not isinstance(given, dict) or given.get("client_secret_file") in {None, ""}:
            return given
        if given.get("client_secret") is not None:
            raise ValueError("client_secret and client_secret_file are both given: keep one")
        path = given["client_secret_file"]
        try:
            return given | {"client_secret": Path(str(path)).read_text(encoding="utf-8").strip()}
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not text"
            raise ValueError(f"client_secret_file cannot be read: {path}: {reason}") from None

    @field_validator("scopes")
    @classmethod
    def _openid(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        return scopes if "openid" in scopes else ("openid", *scopes)

    @model_validator(mode="after")
    def _whole(self) -> "OrganisationSettings":
        has_secret = self.client_secret is not None and bool(self.client_secret.get_secret_value())
        if self.authentication == "private_key_jwt":
            if self.client_secret is not None:
                raise ValueError("client_secret has no use with private_key_jwt: take it away")
        elif not has_secret:
            raise ValueError(f"{self.authentication} needs client_secret or client_secret_file")
        return self


def distinct(organisations: tuple[OrganisationSettings, ...]) -> tuple[OrganisationSettings, ...]:
    """Refuse two tables for one organisation: a person there would be two people here."""
    for member in ("id", "issuer"):
        found = [getattr(each, member) for each in organisations]
        if len(set(found)) != len(found):
            raise ValueError(f"two organisations have the same {member}")
    return organisations
