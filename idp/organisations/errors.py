"""What goes wrong on the way to an organisation and back. Nothing here repeats what an organisation sent."""

from enum import StrEnum


class OrganisationError(Exception):
    """Base of everything this room raises."""


class UnknownOrganisationError(OrganisationError):
    """No organisation has this id."""


class Trouble(StrEnum):
    """What an organisation did wrong, or did not do: the key of the message that the page shows."""

    #: It cannot be reached, takes too long, or answers with an error of its own.
    SILENT = "silent"
    #: What it sent is not what the standard says, or is not about this very request.
    UNSOUND = "unsound"
    #: It refused the request itself.
    REFUSED = "refused"


class UpstreamError(OrganisationError):
    """The organisation did not do its part. Nothing of what it sent is kept."""

    def __init__(self, trouble: Trouble, reason: str) -> None:
        """Say what kind of trouble, and which rule was broken: in our words, for the operator's log."""
        super().__init__(f"{trouble}: {reason}")
        self.trouble = trouble
        self.reason = reason


class TripGoneError(OrganisationError):
    """The way there has ended: too long ago, used already, or begun in another browser or session."""


class CancelledError(OrganisationError):
    """The citizen said no at the organisation."""


class SubjectChangedError(OrganisationError):
    """Another account at the organisation came back than the one that details were brought from before."""


class ArrivalGoneError(OrganisationError):
    """What came is not there any more: kept or thrown away before, too old, or of another session."""
