"""The whole tree of settings, and what it refuses in production."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from idp import resources
from idp.settings import sections, services
from idp.settings.kinds import Issuer, Languages, is_loopback
from idp.settings.leaving import LeavingSettings
from idp.settings.mail import MailSettings
from idp.settings.organisations import OrganisationSettings, distinct
from idp.settings.places import PlacesSettings
from idp.settings.recovery import RecoverySettings
from idp.settings.relay import RelaySettings
from idp.settings.secret import SecretSettings

PREFIX = "PROFFER_"
DELIMITER = "__"
#: Names the configuration file; the one variable with the prefix that is no setting.
CONFIG_VARIABLE = "PROFFER_CONFIG"


def _catalogue() -> Path:
    return resources.config("claims.toml")


class Settings(BaseSettings):
    """Everything that a deployment may decide. Environment variables win over the file that PROFFER_CONFIG names."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )

    mode: Literal["development", "production"] = "development"
    """`production` refuses to start with what only development can afford."""
    issuer: Issuer = "http://localhost:8000"
    """Address of this provider as browsers and services see it; part of every token, so never change it."""
    languages: Languages = ("en", "fr", "ar")
    """Languages of the pages, the default one first."""
    claims_catalogue: Path = Field(default_factory=_catalogue)
    """The catalogue of details that citizens may hold."""
    organisations: Annotated[tuple[OrganisationSettings, ...], AfterValidator(distinct)] = ()
    """Organisations from which citizens may bring details: OpenID Connect providers, a table each. See
    docs/operating.md."""

    database: sections.DatabaseSettings = Field(default_factory=sections.DatabaseSettings)
    server: sections.ServerSettings = Field(default_factory=sections.ServerSettings)
    secrets: SecretSettings = Field(default_factory=SecretSettings)
    sessions: sections.SessionSettings = Field(default_factory=sections.SessionSettings)
    interactions: sections.InteractionSettings = Field(default_factory=sections.InteractionSettings)
    tokens: sections.TokenSettings = Field(default_factory=sections.TokenSettings)
    passwords: sections.PasswordSettings = Field(default_factory=sections.PasswordSettings)
    limits: sections.LimitSettings = Field(default_factory=sections.LimitSettings)
    outbound: sections.OutboundSettings = Field(default_factory=sections.OutboundSettings)
    consent: sections.ConsentSettings = Field(default_factory=sections.ConsentSettings)
    authentication: sections.AuthenticationSettings = Field(default_factory=sections.AuthenticationSettings)
    protocol: services.ProtocolSettings = Field(default_factory=services.ProtocolSettings)
    registration: services.RegistrationSettings = Field(default_factory=services.RegistrationSettings)
    keys: services.KeySettings = Field(default_factory=services.KeySettings)
    logout: services.LogoutSettings = Field(default_factory=services.LogoutSettings)
    notices: services.NoticeSettings = Field(default_factory=services.NoticeSettings)
    recovery: RecoverySettings = Field(default_factory=RecoverySettings)
    mail: MailSettings = Field(default_factory=MailSettings)
    device: services.DeviceSettings = Field(default_factory=services.DeviceSettings)
    userinfo: services.UserInfoSettings = Field(default_factory=services.UserInfoSettings)
    places: PlacesSettings = Field(default_factory=PlacesSettings)
    relay: RelaySettings = Field(default_factory=RelaySettings)
    leaving: LeavingSettings = Field(default_factory=LeavingSettings)
    cache: sections.CacheSettings = Field(default_factory=sections.CacheSettings)
    logging: sections.LoggingSettings = Field(default_factory=sections.LoggingSettings)
    purge: sections.PurgeSettings = Field(default_factory=sections.PurgeSettings)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read what the caller gives, then the environment, then the file; nothing hidden in the working directory."""
        del dotenv_settings, file_secret_settings
        path = os.environ.get(CONFIG_VARIABLE)
        file = (TomlConfigSettingsSource(settings_cls, toml_file=path),) if path else ()
        return (init_settings, env_settings, *file)

    @property
    def secure(self) -> bool:
        """Whether browsers reach this provider over https, so that cookies may insist on it."""
        return self.issuer.startswith("https://")

    @model_validator(mode="after")
    def _consistent(self) -> "Settings":
        if self.sessions.idle_seconds > self.sessions.absolute_seconds:
            raise ValueError("sessions.idle_seconds: must not exceed sessions.absolute_seconds")
        if self.relay.on and not self.mail.on:
            raise ValueError("relay.domain: needs a server that letters leave through: name mail.host")
        levels = {acr for level in self.authentication.levels for acr in level.acr}
        if self.userinfo.minimum_acr is not None and self.userinfo.minimum_acr not in levels:
            raise ValueError("userinfo.minimum_acr: is no acr value of authentication.levels")
        return self

    @model_validator(mode="after")
    def _fit_for_production(self) -> "Settings":
        if self.mode != "production":
            return self
        faults = [
            f"secrets.{name}: is missing or is the published example; make one with `openssl rand -base64 48`"
            for name in self.secrets.published()
        ]
        if not self.secure:
            faults.append("issuer: must be https in production")
        if self.database.in_memory:
            faults.append("database.url: names a database in memory, which is lost at each stop")
        faults += [
            f"organisations: {organisation.id} must have an https issuer in production"
            for organisation in self.organisations
            if not organisation.issuer.startswith("https://")
        ]
        if self.mail.on and self.mail.security == "none" and not is_loopback(self.mail.host):
            faults.append("mail.security: letters hold links that open accounts, so they may not travel unencrypted")
        if self.secrets.key_encryption == self.secrets.pepper:
            faults.append("secrets.pepper: must differ from secrets.key_encryption")
        if faults:
            raise ValueError("\n".join(faults))
        return self
