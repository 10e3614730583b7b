"""What leaving refuses."""


class PortabilityError(Exception):
    """Base of everything this room raises."""


class VaultLockedError(PortabilityError):
    """This sign-in cannot open the vault."""


class SignInPasswordError(PortabilityError):
    """The password for the file is the one that signs in."""


class NotEmptyError(PortabilityError):
    """The account holds details, or shares already: two people's, or two lives of one, are not mixed."""


class NothingBroughtError(PortabilityError):
    """No file waits to be brought in: there never was one, or it waited too long."""


class IdentifiersTakenError(PortabilityError):
    """Another account here has the identifiers of the file."""


class FileRefusedError(PortabilityError):
    """A file that cannot be brought in, and why: a :class:`idp.crypto.password_jwe.FileFault` or one of these words.

    `newer`: made by a version that knows more. `unreadable`: what is inside is not what it should be.
    """

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


class NotLeavingError(PortabilityError):
    """The account does not end, or its end has come."""


class AlreadyLeavingError(PortabilityError):
    """The account ends already, or is not active."""
