"""Passkeys (WebAuthn): registered, used to sign in and to open the vault, named, removed.

Owns the ceremonies, what is kept of each passkey, and the only door to the WebAuthn library (`verification`). Leaves
sessions to `idp.authentication`, and the key slot that a passkey opens, like every other slot, to `idp.vault`.

https://www.w3.org/TR/webauthn-3/
"""
