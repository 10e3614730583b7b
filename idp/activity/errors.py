"""What the ledger refuses."""


class ActivityError(Exception):
    """Base of this room's errors."""


class UndeclaredFactError(ActivityError):
    """An entry carries a fact that its kind does not declare, or more than a short word for it."""


class LedgerBusyError(ActivityError):
    """Other entries of the same citizen kept coming first; trying again later will do."""
