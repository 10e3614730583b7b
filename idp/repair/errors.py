"""What this room refuses."""


class RepairError(Exception):
    """Base of everything this room raises."""


class NotLockedError(RepairError):
    """The account is not locked, so there is nothing to put right."""


class NotProvedError(RepairError):
    """Nothing but a proof that may have been stolen was given."""


class NotFinishedError(RepairError):
    """A step is left."""


class NoSuchRowError(RepairError):
    """The citizen's ledger has no such row."""
