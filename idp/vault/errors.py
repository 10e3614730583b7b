"""What the vault refuses. No message carries a value."""


class VaultError(Exception):
    """Base of everything this room raises."""


class VaultChangedError(VaultError):
    """The document was changed by somebody else in the meantime. Read it again."""


class VaultNotReadyError(VaultError):
    """The vault takes no details before two ways to unlock it are confirmed."""


class VaultBrokenError(VaultError):
    """The document does not open: wrong key, moved from another account, rolled back, or damaged."""


class UnknownDetailError(VaultError):
    """The document holds no such attribute."""


class DetailHeldError(VaultError):
    """The document holds a value already, and this claim takes one only; or holds this very value."""

    def __init__(self, claim: str) -> None:
        """Name the claim."""
        super().__init__(claim)
        self.claim = claim


class TooManyDetailsError(VaultError):
    """The document is full, or holds as many values of this claim as it may."""


class UnknownSlotError(VaultError):
    """The account has no such key slot."""


class UnknownPersonaError(VaultError):
    """The citizen has no such persona."""


class PersonaNameError(VaultError):
    """The name is missing, too long, holds characters that hide or reorder, or is another persona's.

    `code` is one of :class:`idp.claims.values.Fault`, or `taken`.
    """

    def __init__(self, code: str) -> None:
        """Keep why, never the name."""
        super().__init__(code)
        self.code = code


class TooManyPersonasError(VaultError):
    """There are as many personas as there may be."""


class UnknownLanguageError(VaultError):
    """The claim is not held in this language, or there is no plain value yet that it could stand beside."""
