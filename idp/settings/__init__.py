"""What a deployment decides: a frozen tree, read once at start from the environment over a TOML file.

A feature takes the section that it needs, never the whole tree. Secrets hide themselves from `repr` and from logs.
"""

from idp.settings.leaving import LeavingSettings
from idp.settings.loading import SettingsError, load_settings
from idp.settings.mail import MailSettings
from idp.settings.organisations import OrganisationSettings
from idp.settings.recovery import RecoverySettings
from idp.settings.safety import unsafe_settings
from idp.settings.secret import SecretSettings
from idp.settings.sections import (
    AuthenticationSettings,
    CacheSettings,
    ConsentSettings,
    DatabaseSettings,
    InteractionSettings,
    LevelSettings,
    LimitSettings,
    LoggingSettings,
    OutboundSettings,
    PasswordSettings,
    PurgeSettings,
    Requirement,
    ServerSettings,
    SessionSettings,
    TokenSettings,
)
from idp.settings.services import (
    DeviceSettings,
    KeySettings,
    LogoutSettings,
    NoticeSettings,
    ProtocolSettings,
    RegistrationSettings,
    UserInfoSettings,
)
from idp.settings.tree import Settings

__all__ = [
    "AuthenticationSettings",
    "CacheSettings",
    "ConsentSettings",
    "DatabaseSettings",
    "DeviceSettings",
    "InteractionSettings",
    "KeySettings",
    "LeavingSettings",
    "LevelSettings",
    "LimitSettings",
    "LoggingSettings",
    "LogoutSettings",
    "MailSettings",
    "NoticeSettings",
    "OrganisationSettings",
    "OutboundSettings",
    "PasswordSettings",
    "ProtocolSettings",
    "PurgeSettings",
    "RecoverySettings",
    "RegistrationSettings",
    "Requirement",
    "SecretSettings",
    "ServerSettings",
    "SessionSettings",
    "Settings",
    "SettingsError",
    "TokenSettings",
    "UserInfoSettings",
    "load_settings",
    "unsafe_settings",
]
