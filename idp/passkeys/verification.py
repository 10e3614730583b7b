"""The ceremonies themselves: what browsers are asked, and whether their answers prove it. WebAuthn §7.1, §7.2.

The only module that knows the WebAuthn library. Nothing that a browser can send makes it fail in any other way than by
a refusal.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import webauthn
from webauthn.helpers import parse_attestation_object, parse_authentication_credential_json, parse_client_data_json
from webauthn.helpers import parse_registration_credential_json as parse_registration
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AttestationFormat,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from idp.crypto.secrets import b64url, same, unb64url
from idp.passkeys.errors import CeremonyRefusedError
from idp.passkeys.policy import CEREMONY_LIFETIME
from idp.passkeys.values import Assertion, NewCredential, Passkey, RelyingParty

#: Best first. Each has 128 bits of strength or nearly so, and every authenticator has one of them.
_ALGORITHMS: Final = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
#: What was asked for, and the one that browsers pass on nevertheless: the passkey's own signature (WebAuthn §8.2).
_ATTESTATIONS: Final = frozenset({AttestationFormat.NONE, AttestationFormat.PACKED})
_TIMEOUT_MS: Final = int(CEREMONY_LIFETIME.total_seconds() * 1000)
#: No answer without an attestation is longer, not one with an RSA key of 8192 bits.
_LONGEST_ANSWER: Final = 8192
_LONGEST_CREDENTIAL_ID: Final = 1023

_Result = TypeVar("_Result")


def creation_options(
    *,
    challenge: bytes,
    user_handle: bytes,
    login: str,
    held: Sequence[Passkey],
    rp: RelyingParty,
    prf_salt: bytes,
) -> str:
    """Give what `navigator.credentials.create()` is asked, as JSON: discoverable, with the person verified (§5.4).

    :param login: shown by the authenticator when it asks which passkey to use; it never comes back to us.
    :param held: passkeys that must not be made a second time on their authenticator.
    """
    options = webauthn.generate_registration_options(
        rp_id=rp.id,
        rp_name=rp.id,
        user_id=user_handle,
        user_name=login,
        user_display_name=login,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(held),
        supported_pub_key_algs=_ALGORITHMS,
    )
    return _json(options_to_json_dict(options), prf_salt)


def request_options(*, challenge: bytes, rp: RelyingParty, prf_salt: bytes, allowed: Sequence[Passkey] = ()) -> str:
    """Give what `navigator.credentials.get()` is asked, as JSON (§5.5).

    :param allowed: the passkeys of a citizen who is known; none, and any passkey of this provider will do.
    """
    options = webauthn.generate_authentication_options(
        rp_id=rp.id,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        allow_credentials=_descriptors(allowed),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _json(options_to_json_dict(options), prf_salt)


def verify_creation(*, unverified: str, challenge: bytes, rp: RelyingParty) -> NewCredential:
    """Give the credential that was made in answer to a challenge (§7.1).

    :raises CeremonyRefusedError: it was not made here, now, with the person verified, or is nothing of the kind.
    """
    return _guarded(lambda: _verified_creation(_bounded(unverified), challenge, rp))


def verify_assertion(*, unverified: str, challenge: bytes, rp: RelyingParty, passkey: Passkey) -> Assertion:
    """Give what a passkey signed in answer to a challenge (§7.2). Its counter is for the caller to look at.

    :raises CeremonyRefusedError: it was not signed here, now, by this passkey, with the person verified.
    """
    return _guarded(lambda: _verified_assertion(_bounded(unverified), challenge, rp, passkey))


def unverified_claim(unverified: str) -> tuple[bytes, bytes | None]:
    """Read which credential, and which user handle, an answer names. Nobody has signed that it is true.

    :raises CeremonyRefusedError: it is no such answer.
    """

    def read() -> tuple[bytes, bytes | None]:
        credential = parse_authentication_credential_json(_bounded(unverified))
        return credential.raw_id, credential.response.user_handle

    return _guarded(read)


def _verified_creation(answer: dict[str, Any], challenge: bytes, rp: RelyingParty) -> NewCredential:
    parsed = parse_registration(answer)
    _require_same_origin(parsed.response.client_data_json)
    if parse_attestation_object(parsed.response.attestation_object).fmt not in _ATTESTATIONS:
        raise CeremonyRefusedError
    made = webauthn.verify_registration_response(
        credential=parsed,
        expected_challenge=challenge,
        expected_rp_id=rp.id,
        expected_origin=rp.origin,
        require_user_verification=True,
        supported_pub_key_algs=_ALGORITHMS,
    )
    if len(made.credential_id) > _LONGEST_CREDENTIAL_ID or not same(made.credential_id, parsed.raw_id):
        raise CeremonyRefusedError
    extensions = answer.get("clientExtensionResults")
    prf = extensions.get("prf") if isinstance(extensions, dict) else None
    return NewCredential(
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        backup_eligible=made.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        backed_up=made.credential_backed_up,
        transports=tuple(sorted({each.value for each in parsed.response.transports or ()})),
        has_prf=isinstance(prf, dict) and prf.get("enabled") is True,
    )


def _verified_assertion(answer: dict[str, Any], challenge: bytes, rp: RelyingParty, passkey: Passkey) -> Assertion:
    parsed = parse_authentication_credential_json(answer)
    _require_same_origin(parsed.response.client_data_json)
    if not same(parsed.raw_id, passkey.credential_id):
        raise CeremonyRefusedError
    signed = webauthn.verify_authentication_response(
        credential=parsed,
        expected_challenge=challenge,
        expected_rp_id=rp.id,
        expected_origin=rp.origin,
        credential_public_key=passkey.public_key,
        # The library looks at counters before it looks at the signature, so that whoever signs nothing could make a
        # passkey look like a copy. They are compared where they are kept, after this.
        credential_current_sign_count=0,
        require_user_verification=True,
    )
    # §7.2 step 18: whether it can be backed up never changes in the life of a credential.
    if (signed.credential_device_type is CredentialDeviceType.MULTI_DEVICE) is not passkey.backup_eligible:
        raise CeremonyRefusedError
    return Assertion(sign_count=signed.new_sign_count, backed_up=signed.credential_backed_up)


def _require_same_origin(client_data: bytes) -> None:
    """Refuse what was made in a frame of somebody else's page, where no page of ours may be (§7.1 step 10)."""
    parse_client_data_json(client_data)
    said = json.loads(client_data)
    if said.get("crossOrigin", False) is not False or "topOrigin" in said:
        raise CeremonyRefusedError


def _bounded(unverified: str) -> dict[str, Any]:
    if len(unverified) > _LONGEST_ANSWER:
        raise CeremonyRefusedError
    answer = json.loads(unverified)
    if not isinstance(answer, dict) or not isinstance(answer.get("id"), str):
        raise CeremonyRefusedError
    unb64url(answer["id"])
    return answer


def _guarded(read: Callable[[], _Result]) -> _Result:
    try:
        return read()
    except Exception:  # noqa: BLE001 - parsers of three formats meet whatever strangers send; each failure is a refusal
        raise CeremonyRefusedError from None


def _descriptors(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential_id,
            transports=[AuthenticatorTransport(each) for each in passkey.transports] or None,
        )
        for passkey in passkeys
    ]


def _json(options: dict[str, Any], prf_salt: bytes) -> str:
    """Add the PRF extension (§10.1.4), of which the library knows nothing."""
    options["extensions"] = {"prf": {"eval": {"first": b64url(prf_salt)}}}
    return json.dumps(options, separators=(",", ":"))
