"""Why a browser is not signed in from another one."""


class HandoverError(Exception):
    """Base of everything this room raises."""


class UnknownHandoverError(HandoverError):
    """No browser asks under this address or code, or not any more."""


class HandoverExpiredError(HandoverError):
    """It was asked too long ago."""


class HandoverSettledError(HandoverError):
    """Somebody has answered already, or it was used: it works once."""


class WrongNumberError(HandoverError):
    """Not the number that the asking browser shows. It has to begin again."""


class HandoverPendingError(HandoverError):
    """Nobody has answered yet."""


class HandoverRefusedError(HandoverError):
    """The citizen said no, or the number was wrong, or who approved has signed out since."""


class IndirectApprovalError(HandoverError):
    """Whoever approves was signed in from another browser themselves, and proved nothing here."""
