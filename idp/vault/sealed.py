"""How a document and a key are sealed, and what each box is bound to.

A document's box is bound to its account, persona and version, a slot's to its account, id and kind. A box moved to
another row, or an older one put back under the present version, does not open.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import derive, seal, unseal, unwrap, wrap
from idp.crypto.secrets import b64url, unb64url
from idp.vault.errors import VaultBrokenError
from idp.vault.values import Attribute, Document, Face, Source, SourceKind, VaultKey


def seal_document(key: VaultKey, document: Document, *, account_id: str, persona: str) -> bytes:
    """Seal a document as its own version."""
    plain = json.dumps(_document(document), ensure_ascii=False, separators=(",", ":")).encode()
    return seal(key.secret, plain, context=_document_context(account_id, persona, document.version))


def open_document(key: VaultKey, box: bytes, *, account_id: str, persona: str, version: int) -> Document:
    """Open the box that a row holds.

    :raises VaultBrokenError: it is not the box that was sealed for this account, persona and version.
    """
    try:
        plain = unseal(key.secret, box, context=_document_context(account_id, persona, version))
    except SealBrokenError:
        raise VaultBrokenError from None
    content = json.loads(plain)
    return Document(
        version=version,
        seed=unb64url(content["seed"]),
        login=content["login"],
        attributes=tuple(_read_attribute(attribute) for attribute in content["attributes"]),
        face=_read_face(content["face"]) if "face" in content else None,
    )


def wrap_key(key: VaultKey, *, secret: bytes, salt: bytes, account_id: str, slot_id: str, kind: str) -> bytes:
    """Wrap the vault key for one slot."""
    return wrap(_wrapping_key(secret, salt), key.secret, context=_slot_context(account_id, slot_id, kind))


def unwrap_key(box: bytes, *, secret: bytes, salt: bytes, account_id: str, slot_id: str, kind: str) -> VaultKey | None:
    """Give the vault key, or None when this secret does not open this slot."""
    try:
        return VaultKey(unwrap(_wrapping_key(secret, salt), box, context=_slot_context(account_id, slot_id, kind)))
    except SealBrokenError:
        return None


def _wrapping_key(secret: bytes, salt: bytes) -> bytes:
    return derive(secret, purpose="key slot", salt=salt)


def _document_context(account_id: str, persona: str, version: int) -> bytes:
    return b"\0".join((b"vault_document", account_id.encode(), persona.encode(), str(version).encode()))


def _slot_context(account_id: str, slot_id: str, kind: str) -> bytes:
    return b"\0".join((b"key_slot", account_id.encode(), slot_id.encode(), kind.encode()))


def _document(document: Document) -> dict[str, Any]:
    attributes = [_attribute(attribute) for attribute in document.attributes]
    content = {"seed": b64url(document.seed), "login": document.login, "attributes": attributes}
    return content if document.face is None else {**content, "face": _face(document.face)}


def _face(face: Face) -> dict[str, Any]:
    return {"name": face.name, "colour": face.colour, "created_at": face.created_at.isoformat()}


def _read_face(content: Mapping[str, Any]) -> Face:
    return Face(content["name"], content["colour"], datetime.fromisoformat(content["created_at"]))


def _attribute(attribute: Attribute) -> dict[str, Any]:
    """Write one attribute; what it does not have is left out."""
    content = {
        "id": attribute.id,
        "claim": attribute.claim,
        "value": attribute.value,
        "source": attribute.source.kind.value,
        "source_name": attribute.source.name or None,
        "source_issuer": attribute.source.issuer or None,
        "source_subject": attribute.source.subject or None,
        "added_at": attribute.added_at.isoformat(),
        "changed_at": attribute.changed_at.isoformat(),
        "assurer": attribute.assurer,
        "checked_at": attribute.checked_at.isoformat() if attribute.checked_at else None,
        "valid_until": attribute.valid_until.isoformat() if attribute.valid_until else None,
        "assurance": attribute.assurance or None,
        "label": attribute.label or None,
        "language": attribute.language or None,
        "follows": attribute.follows or None,
    }
    return {member: value for member, value in content.items() if value is not None}


def _read_attribute(content: Mapping[str, Any]) -> Attribute:
    return Attribute(
        id=content["id"],
        claim=content["claim"],
        value=content["value"],
        source=Source(
            SourceKind(content["source"]),
            content.get("source_name", ""),
            content.get("source_issuer", ""),
            content.get("source_subject", ""),
        ),
        added_at=datetime.fromisoformat(content["added_at"]),
        changed_at=datetime.fromisoformat(content["changed_at"]),
        assurer=content.get("assurer"),
        checked_at=_moment(content.get("checked_at")),
        valid_until=_moment(content.get("valid_until")),
        assurance=content.get("assurance", ""),
        label=content.get("label", ""),
        language=content.get("language", ""),
        follows=content.get("follows", False),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
