"""What the discovery document says: exactly what works.

Each enabled specification contributes its own members (`assembly` is the table); this module only
puts them together. The same document serves OpenID Connect Discovery and RFC 8414.

https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata, https://www.rfc-editor.org/rfc/rfc8414#section-2
"""

import json
from collections.abc import Iterable, Mapping

#: The value of one member, as JSON has it.
Member = str | bool | tuple[str, ...]


def discovery(*, issuer: str, contributions: Iterable[Mapping[str, Member]]) -> dict[str, Member]:
    """Return the provider's metadata. Lists add up in order and without repetition.

    A member that begins with `/` is a path below the issuer.

    :raises ValueError: two specifications disagree about a member; a mistake in the table.
    """
    document: dict[str, Member] = {"issuer": issuer}
    for contribution in contributions:
        for name, member in contribution.items():
            known = document.get(name)
            if isinstance(member, str) and member.startswith("/"):
                member = issuer.rstrip("/") + member  # noqa: PLW2901 - the member as it is published
            if isinstance(known, tuple) and isinstance(member, tuple):
                document[name] = tuple(dict.fromkeys(known + member))
            elif known is None or known == member:
                document[name] = member
            else:
                raise ValueError(f"two specifications disagree about {name}")
    return document


def as_json(document: Mapping[str, Member]) -> bytes:
    """Return the bytes to publish."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
