"""What passkeys refuse. No error says more about an account than its owner's own passkey proves."""


class PasskeyError(Exception):
    """Base of everything this room raises."""


class CeremonyGoneError(PasskeyError):
    """The challenge was used before, is too old, or was given to another browser or citizen."""


class CeremonyRefusedError(PasskeyError):
    """What the browser sent proves nothing here: malformed, from another site, tampered with, or not this citizen's."""


class UnknownCredentialError(CeremonyRefusedError):
    """No passkey that signs in here; removed, never registered, or its account is not open: not said which."""


class CopiedPasskeyError(PasskeyError):
    """The passkey's counter did not rise, as if two copies of it were in use (WebAuthn §6.1.1)."""


class PasskeyHeldError(PasskeyError):
    """This passkey is registered already."""


class TooManyPasskeysError(PasskeyError):
    """The citizen has as many passkeys as there may be."""


class UnknownPasskeyError(PasskeyError):
    """The citizen has no such passkey."""


class LastWayInError(PasskeyError):
    """Nothing would be left to sign in with."""


class TooFewWaysError(PasskeyError):
    """Fewer than two ways to open a vault that holds details would be left."""


class NameRefusedError(PasskeyError):
    """Not a name for a passkey. `code` is the message key: missing, too_long or characters."""

    def __init__(self, code: str) -> None:
        """Keep the message key."""
        super().__init__(code)
        self.code = code
