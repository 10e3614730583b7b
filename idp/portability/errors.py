"""What leaving refuses."""


class PortabilityError(Exception):
    """Base of everything this room raises."""


class VaultLockedError(PortabilityError):
    """This sign-in cannot open the vault."""


class SignInPasswordError(PortabilityError):
    """The password for the file is the one that signs in."""


class NotLeavingError(PortabilityError):
    """The account does not end, or its end has come."""


class AlreadyLeavingError(PortabilityError):
    """The account ends already, or is not active."""
