"""What signing in refuses. No error says whether an account exists, except that a name to sign up with is taken."""

from collections.abc import Sequence


class AuthenticationError(Exception):
    """Base of everything this room raises."""


class SignInRefusedError(AuthenticationError):
    """Wrong name, wrong password, wrong recovery code or a suspended account: deliberately not said which."""


class SlowDownError(AuthenticationError):
    """Too many tries, or the server is too busy to check a password now."""

    def __init__(self, retry_after_seconds: int) -> None:
        """Say when to try again, in whole seconds, at least one."""
        super().__init__(f"retry after {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class PasswordRefusedError(AuthenticationError):
    """A new password that is not accepted (NIST SP 800-63B §3.1.1.2).

    `code` is the message key: too_short, too_long, too_easy or forbidden_characters. `hints` are the keys of
    :class:`idp.authentication.values.Hint` that say how to make a better one.
    """

    def __init__(self, code: str, hints: Sequence[str] = ()) -> None:
        """Keep the message keys."""
        super().__init__(code)
        self.code = code
        self.hints = tuple(hints)


class RecoveryCodeMismatchError(AuthenticationError):
    """The recovery code typed to confirm is not the one that was shown."""


class SameLoginError(AuthenticationError):
    """The new sign-in name is the one that the account has."""


class SessionEndedError(AuthenticationError):
    """The session is over, or its vault cannot be opened."""


class CodeNeededError(AuthenticationError):
    """The password is right, and a code of the citizen's application is wanted before anything opens."""

    def __init__(self, half_secret: str) -> None:
        """Carry what belongs in the browser's cookie; never shown, nor part of the text."""
        super().__init__("a code is needed")
        self.half_secret = half_secret


class CodeRefusedError(AuthenticationError):
    """Not the application's code of this moment, or one that was used before."""


class StartAgainError(AuthenticationError):
    """What was begun with a password has ended: too long ago, too many codes, or in another browser."""


class CodeAppError(AuthenticationError):
    """The code application is not in the state that this needs: it is set up already, or not at all."""
