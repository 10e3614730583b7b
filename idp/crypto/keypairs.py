"""This provider's own key pairs: made here, kept sealed as PKCS #8, and brought back."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from joserfc.jwk import ECKey, OKPKey, RSAKey

from idp.crypto.errors import CryptoError
from idp.crypto.jwks import AsymmetricKey

_RSA_BITS: Final = 2048


def generate_pair(key_type: str) -> AsymmetricKey:
    """Make a key pair of a type (RFC 7518 §6.1): `RSA`, `EC` on P-256 or `OKP` on Ed25519."""
    if key_type == "RSA":
        return RSAKey.generate_key(_RSA_BITS)
    if key_type == "EC":
        return ECKey.generate_key("P-256")
    return OKPKey.generate_key("Ed25519")


def import_pair(private: bytes) -> AsymmetricKey:
    """Bring back a key pair that this provider made and sealed; nothing that comes from anybody else.

    :raises CryptoError: it is not a private key of such a type.
    """
    try:
        # The key is one that we made, and its seal tells that nobody changed it: checking its primes again would only
        # make every worker start later.
        native = load_der_private_key(private, password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError):
        message = "not a private key"
        raise CryptoError(message) from None
    if isinstance(native, RSAPrivateKey):
        return RSAKey.import_key(native)
    if isinstance(native, EllipticCurvePrivateKey):
        return ECKey.import_key(native)
    if isinstance(native, Ed25519PrivateKey):
        return OKPKey.import_key(native)
    message = "not a kind of key that is used here"
    raise CryptoError(message)
