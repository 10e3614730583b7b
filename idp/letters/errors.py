"""What this room refuses."""


class LettersError(Exception):
    """Base of everything this room raises."""


class UndeclaredFactError(LettersError):
    """A letter is to say something that it does not declare, or more than a short word for it."""


class InvalidAddressError(LettersError):
    """This is no email address; `code` is the message key: missing, too_long, form."""

    def __init__(self, code: str) -> None:
        """Keep the message key."""
        super().__init__(code)
        self.code = code


class SameAddressError(LettersError):
    """This is the contact address already."""


class LinkGoneError(LettersError):
    """The link was used, is too old, or was never made."""


class MailOffError(LettersError):
    """This deployment sends no letters."""
