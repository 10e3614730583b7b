"""What accounts refuse."""


class AccountsError(Exception):
    """Base of everything this room raises."""


class LoginTakenError(AccountsError):
    """Somebody has this sign-in name already."""


class InvalidLoginError(AccountsError):
    """This cannot be a sign-in name; `code` is the message key: missing, too_short, too_long, characters."""

    def __init__(self, code: str) -> None:
        """Keep the message key."""
        super().__init__(code)
        self.code = code


class UnknownAccountError(AccountsError):
    """No account has this id."""
