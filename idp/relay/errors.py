"""What cannot be done with a private address."""


class RelayError(Exception):
    """Base of everything this room raises."""


class UnknownAddressError(RelayError):
    """This citizen has no such address, or it has ended."""


class NowhereToForwardError(RelayError):
    """Its citizen holds no email address any more that it could forward to."""


class AddressTakenError(RelayError):
    """Another visit got the address that was offered, a moment before. Read what is offered now, and decide again."""
