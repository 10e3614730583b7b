"""What details look like in an answer."""

from collections.abc import Mapping


def without_empty(claims: Mapping[str, object]) -> dict[str, object]:
    """Leave out what has no value: an absent claim is left out, not null or empty (OIDC Core §5.3.2)."""
    return {name: value for name, value in claims.items() if value not in _EMPTY}


_EMPTY: tuple[object, ...] = (None, "", [], {}, ())
