"""What the catalogue refuses. Errors carry a claim's name and a message key, never the value that was typed."""


class ClaimsError(Exception):
    """Base of everything this room raises."""


class CatalogueError(ClaimsError):
    """The catalogue's file is wrong; the message names the place."""


class UnknownClaimError(ClaimsError, KeyError):
    """The catalogue has no such claim."""

    def __init__(self, name: str) -> None:
        """Name the claim that was asked for."""
        super().__init__(name)
        self.name = name


class InvalidDetailError(ClaimsError):
    """What was typed cannot be a value of this claim."""

    def __init__(self, claim: str, code: str, *, part: str | None = None) -> None:
        """Say why.

        :param claim: the claim's name.
        :param code: message key, one of :class:`idp.claims.values.Fault`.
        :param part: for an address or a place, the member at fault.
        """
        super().__init__(f"{claim}: {code}")
        self.claim = claim
        self.code = code
        self.part = part
