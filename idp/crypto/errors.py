"""What cryptography refuses. Messages name the rule that was broken, never the value that broke it."""


class CryptoError(Exception):
    """Base of everything this room raises."""


class SealBrokenError(CryptoError):
    """A box does not open: wrong key, wrong context, cut short or changed."""


class JwksError(CryptoError):
    """A JWK Set holds a key that must not be in it, or is not a JWK Set (RFC 7517 §5)."""


class JwtError(CryptoError):
    """A JSON Web Token is malformed, not allowed here, or not signed by the expected party (RFC 7519 §7.2)."""


class JwtKeyUnknownError(JwtError):
    """No single key fits the token's header. The signer may have rotated: worth one fresh look at its keys."""


class JweError(JwtError):
    """An encrypted JSON Web Token is malformed, not allowed here, or not encrypted to one of our keys (RFC 7516 §5.2).

    Why exactly is never told apart: each answer would teach something about the key (RFC 7516 §11.5).
    """


class NoEncryptionKeyError(CryptoError):
    """A party has no public key that answers can be encrypted with; `missing` says what would be one."""

    def __init__(self, missing: str) -> None:
        """Say it in names of algorithms and members only."""
        super().__init__(missing)
        self.missing = missing
