"""Why nothing was fetched. Messages are for the operator's log; to a stranger they could map a private network."""


class OutboundError(Exception):
    """Base of this room's errors."""


class FetchRefusedError(OutboundError):
    """We do not fetch this: the address, or what answered there, breaks a rule."""


class FetchFailedError(OutboundError):
    """We tried and got no usable answer; another time may work."""
