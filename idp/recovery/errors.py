"""What this room refuses."""


class RecoveryError(Exception):
    """Base of everything this room raises."""


class RecoveryOverError(RecoveryError):
    """There is no recovery that this could act on: cancelled, done, too early, too late, or never begun."""
