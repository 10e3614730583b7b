"""Why a request in flight cannot go on."""


class InteractionError(Exception):
    """Base of every error of this feature."""


class InteractionGoneError(InteractionError):
    """Unknown, ended, used, or begun in another browser: deliberately not told apart."""
