"""Why a token is not accepted. No message holds a token or anything from inside one."""


class TokenError(Exception):
    """Base of everything this room raises."""


class CodeRefusedError(TokenError):
    """The authorization code is unknown, expired, used, another client's, or does not fit this request."""


class CodeReplayedError(CodeRefusedError):
    """The code was used before; everything issued from it has just been revoked (RFC 6749 §4.1.2)."""


class RefreshRefusedError(TokenError):
    """The refresh token is unknown, expired, revoked or another client's, or sharing was stopped."""


class RefreshReplayedError(RefreshRefusedError):
    """A refresh token was used again after its grace; its chain has just been revoked (RFC 9700 §4.14.2)."""


class ScopeTooWideError(TokenError):
    """A refresh asks for a scope that was not granted (RFC 6749 §6)."""


class ResourceNotGrantedError(TokenError):
    """A token is asked for a resource that the sign-on was not for (RFC 8707 §2.2)."""


class AssertionReusedError(TokenError):
    """A client assertion with this `jti` was seen before (RFC 7523 §3)."""


class DeviceCodeRefusedError(TokenError):
    """The device code is unknown, another client's, or used (RFC 8628 §3.5)."""


class DevicePendingError(TokenError):
    """The device's owner has not decided yet."""


class DeviceTooFastError(DevicePendingError):
    """Nor did the device wait as long as it was told to."""


class DeviceDeniedError(TokenError):
    """The device's owner refused it."""


class DeviceExpiredError(TokenError):
    """The device's time is over."""
