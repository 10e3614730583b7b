"""What cannot be ended."""


class LogoutError(Exception):
    """Base of this room's errors."""


class AccountClosedError(LogoutError):
    """The account is closed: what it held is gone, so that nothing can be suspended or resumed."""


class NoAccountError(LogoutError):
    """There is no account with this sign-in name."""
