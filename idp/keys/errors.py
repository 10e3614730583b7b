"""What can go wrong with the provider's own keys."""


class KeysError(Exception):
    """Base of this room's errors."""


class KeysLockedError(KeysError):
    """The stored keys do not open: `secrets.key_encryption` is not the one that sealed them."""


class KeyMissingError(KeysError):
    """There is no such key: the database has not been prepared (`proffer migrate`), or the algorithm is not offered."""


class RotationRacedError(KeysError):
    """Another process rotated the same keys at this very moment. Its rotation stands; nothing is left to do."""
