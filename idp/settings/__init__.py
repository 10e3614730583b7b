"""What a deployment decides: a frozen tree, read once at start from the environment over a TOML file.

A feature takes the section that it needs, never the whole tree. Secrets hide themselves from `repr` and from logs.
"""

from idp.settings.loading import SettingsError, load_settings
from idp.settings.safety import unsafe_settings
from idp.settings.secret import SecretSettings
from idp.settings.sections import (
    AuthenticationSettings,
    CacheSettings,
    ConsentSettings,
    DatabaseSettings,
    InteractionSettings,
    LimitSettings,
    LoggingSettings,
    OutboundSettings,
    PasswordSettings,
    PurgeSettings,
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
    "LimitSettings",
    "LoggingSettings",
    "LogoutSettings",
    "NoticeSettings",
    "OutboundSettings",
    "PasswordSettings",
    "ProtocolSettings",
    "PurgeSettings",
    "RegistrationSettings",
    "SecretSettings",
    "ServerSettings",
    "SessionSettings",
    "Settings",
    "SettingsError",
    "TokenSettings",
    "load_settings",
    "unsafe_settings",
]
