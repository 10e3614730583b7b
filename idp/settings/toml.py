"""Writing one setting's value as TOML, for the example file and for `proffer config show`."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel


def written(value: Any) -> str:  # noqa: ANN401 - settings are of every kind that TOML knows
    """Return a value as it stands behind its name; lists of tables one to a line."""
    if isinstance(value, BaseModel):
        value = dict(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {written(one)}" for name, one in value.items() if one is not None) + " }"
    if isinstance(value, tuple | list):
        parts = [written(one) for one in value]
        if value and isinstance(value[0], BaseModel | Mapping):
            return "\n".join(["[", *(f"    {part}," for part in parts), "]"])
        return f"[{', '.join(parts)}]"
    # The strings, numbers and truth values of JSON are TOML's as well.
    return json.dumps(value, ensure_ascii=False)
