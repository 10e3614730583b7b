"""The sections about services: what they may use, how they come in, and what they are told."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from idp.settings.kinds import Algorithms
from idp.settings.sections import Section


class ProtocolSettings(Section):
    """What of OpenID Connect this deployment offers."""

    implicit_and_hybrid: bool = True
    """Response types that answer without a call to the token endpoint, for services that register for them."""
    request_objects: bool = True
    """Requests that services sign (RFC 9101), sent along or pushed."""
    request_uris: bool = True
    """Signed requests that are fetched from addresses which services registered, while `request_objects` is on."""


class RegistrationSettings(Section):
    """Services that register themselves (RFC 7591, RFC 7592)."""

    mode: Literal["open", "token", "off"] = "off"
    """`open` lets anybody register a service, `token` those who hold an initial access token from
    `proffer clients invite`, `off` nobody."""
    unused_days: int = Field(default=30, ge=1, le=3650)
    """A service that registered itself and that no citizen has used after this many days is removed."""
    max_unused: int = Field(default=1000, ge=1, le=1000000)
    """With `open`: while so many services wait for their first citizen, no further one can register."""
    software_issuer: str | None = None
    """Whose software statements are believed (RFC 7591 §2.3), by their `iss`. Unset: none are taken."""
    software_keys: Path | None = None
    """JWK Set that those statements are signed with, as a file."""
    software_keys_uri: str | None = None
    """The same as an address, fetched when a statement arrives."""
    software_algorithms: Algorithms = ("ES256", "PS256", "EdDSA", "RS256")
    """What those statements may be signed with."""

    @model_validator(mode="after")
    def _whole_issuer(self) -> "RegistrationSettings":
        keys = (self.software_keys is not None) + (self.software_keys_uri is not None)
        if keys != (self.software_issuer is not None):
            raise ValueError("software_issuer needs one of software_keys and software_keys_uri, and they need it")
        return self


class KeySettings(Section):
    """When keys change by themselves, while `proffer worker` runs."""

    signing_days: int = Field(default=90, ge=0, le=3650)
    """A signing or decryption key is replaced after this many days; 0 leaves it to `proffer keys rotate`."""
    token_days: int = Field(default=30, ge=0, le=3650)
    """The same for the key that tokens are sealed with."""


class LogoutSettings(Section):
    """Signing out of services."""

    front_channel_seconds: float = Field(default=4.0, ge=0.5, le=30)
    """The page that signs a browser out of services goes on after this long, also when one of them does not answer."""


class NoticeSettings(Section):
    """Telling services what they asked to be told, such as that a session has ended."""

    attempts: int = Field(default=12, ge=1, le=50)
    """Tries before a notice is given up."""
    first_pause_seconds: int = Field(default=30, ge=1, le=3600)
    """Time to the second try; each further pause is twice as long."""
    longest_pause_seconds: int = Field(default=21600, ge=60, le=604800)
    """No pause is longer."""
    interval_seconds: float = Field(default=5.0, gt=0, le=3600)
    """Time between two looks of `proffer worker` for what is due."""
    keep_days: int = Field(default=30, ge=1, le=3650)
    """What was told or given up stays in the list this long."""


class DeviceSettings(Section):
    """Signing in a device that has no browser of its own (RFC 8628)."""

    lifetime_seconds: int = Field(default=600, ge=60, le=1800)
    """Time to type the code."""
    interval_seconds: int = Field(default=5, ge=1, le=60)
    """The least time between two questions of the device."""


class UserInfoSettings(Section):
    """What UserInfo asks of the sign-on behind a token; a service whose token falls short learns what to ask for."""

    minimum_acr: str | None = None
    """The least level, as one of the `acr` values of `authentication.levels`."""
    max_age_seconds: int | None = Field(default=None, ge=1)
    """The oldest sign-in."""
