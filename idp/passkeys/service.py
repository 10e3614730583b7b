"""Every use case of passkeys; a module for each kind."""

from idp.passkeys.keeping import Keeping
from idp.passkeys.registering import Registering
from idp.passkeys.signing_in import SigningIn


class PasskeyService(Registering, SigningIn, Keeping):
    """Passkeys: registered, used, kept."""
