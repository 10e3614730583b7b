"""What citizens call their passkeys: kept under the vault key only, because people name things after people."""

from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import derive, seal, unseal
from idp.passkeys.values import Passkey
from idp.vault.values import VaultKey


def seal_name(name: str, *, key: VaultKey, account_id: str, passkey_id: str) -> bytes:
    """Seal a name for one passkey."""
    return seal(_key(key), name.encode(), context=_context(account_id, passkey_id))


def open_name(passkey: Passkey, *, key: VaultKey | None) -> str:
    """Give a passkey's name; empty where it has none or the vault is locked."""
    if passkey.sealed_name is None or key is None:
        return ""
    try:
        context = _context(passkey.account_id, passkey.id)
        return unseal(_key(key), passkey.sealed_name, context=context).decode()
    except SealBrokenError:
        return ""


def _key(key: VaultKey) -> bytes:
    return derive(key.secret, purpose="names of passkeys")


def _context(account_id: str, passkey_id: str) -> bytes:
    return b"passkey_name\0" + account_id.encode() + b"\0" + passkey_id.encode()
