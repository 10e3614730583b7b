"""What can stop a choice or a release."""

from __future__ import annotations

from collections.abc import Mapping


class ConsentError(Exception):
    """Base of every error of this feature."""


class ClaimsParameterError(ConsentError):
    """The `claims` parameter is malformed (OIDC Core §5.5).

    `description` is fit for `error_description` (RFC 6749 §4.1.2.1): ASCII without quotes and backslashes,
    and never a piece of the input.
    """

    def __init__(self, description: str) -> None:
        """Keep the description."""
        super().__init__(description)
        self.description = description


class EssentialRefusedError(ConsentError):
    """A detail that the service cannot do without was refused: answer access_denied, and nothing else.

    Deliberately silent about which detail, and about whether it was refused, missing or another than asked for.
    """


class ChoiceInvalidError(ConsentError):
    """The form needs another look; `faults` maps a claim to the message key that says why."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        """Keep the message keys, never the typed values."""
        super().__init__("the choice needs correcting")
        self.faults = dict(faults)


class UnrequestedClaimError(ConsentError):
    """A choice names a claim that the page did not offer; the form was made up or is out of date."""


class GrantGoneError(ConsentError):
    """There is no such grant, or it was stopped, ended or replaced."""


class VaultLockedError(ConsentError):
    """The session cannot open the vault; the citizen has to sign in again."""


class GrantTakenError(ConsentError):
    """Another window decided for the same service in the meantime; decide again on what it left."""
