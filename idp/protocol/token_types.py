"""Telling tokens of one kind from those of another by their header (RFC 8725 §3.11).

One key signs ID tokens, logout tokens and more, and a client's key signs its proofs and its requests: without a look at
`typ`, one that is shown around could be taken for one that is guarded.
"""

from collections.abc import Mapping
from typing import Any


def is_of_type(header: Mapping[str, Any], *types: str) -> bool:
    """Tell whether a token is of one of these kinds, or says nothing more of itself than that it is a JWT.

    Media types compare without case, and `application/` may be left out (RFC 7515 §4.1.9).
    """
    typ = header.get("typ", "jwt")
    return isinstance(typ, str) and typ.lower().removeprefix("application/") in {"jwt", *types}
