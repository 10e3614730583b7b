"""From the bytes of an import file to checked tables, or to every fault with its place."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from idp.clients.errors import Fault, RegistrationFaultsError
from idp.clients.metadata import TAGGED, ClientEntry, ImportFile, with_tagged

MAX_FILE_BYTES: Final = 8 * 1024 * 1024


def read(path: Path) -> ImportFile:
    """Read a TOML or, by its ending, a JSON file.

    :raises RegistrationFaultsError: not readable, not well-formed, an unknown key, a wrong type or value.
    """
    return parse(tables_of(path))


def tables_of(path: Path) -> Any:  # noqa: ANN401 - unchecked TOML or JSON
    """Read what a file holds, unchecked.

    :raises RegistrationFaultsError: not readable, or not well-formed.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _one_fault(str(path), error.strerror or "cannot be read") from None
    if len(content) > MAX_FILE_BYTES:
        raise _one_fault(str(path), "is too large")
    try:
        text = content.decode("utf-8")
        return _json(text) if path.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _one_fault(str(path), _how_malformed(error)) from None


def parse(tables: object) -> ImportFile:
    """Check the tables of an import file.

    :raises RegistrationFaultsError: naming the place of each fault.
    """
    try:
        # Through JSON, whose strict reading takes lists and names of enumerations, and still no "yes" for true.
        return ImportFile.model_validate_json(json.dumps(_with_tagged(tables)))
    except (TypeError, RecursionError):
        raise _one_fault("file", "may hold texts, numbers, true, false, lists and tables") from None
    except ValidationError as error:
        raise RegistrationFaultsError(faults_told(error)) from None


def _with_tagged(tables: object) -> object:
    """Do for each service of a file what :func:`with_tagged` does, whatever else the file may be."""
    clients = tables.get("clients") if isinstance(tables, dict) else None
    if not isinstance(tables, dict) or not isinstance(clients, list):
        return tables
    sorted_out = [with_tagged(each, ClientEntry) if isinstance(each, dict) else each for each in clients]
    return {**tables, "clients": sorted_out}


def faults_told(error: ValidationError) -> tuple[Fault, ...]:
    """Return each fault that a model found, with its place and without what was given."""
    return tuple(
        Fault(place(each["loc"]), _plain(each["type"], each["msg"]))
        for each in error.errors(include_input=False, include_url=False, include_context=False)
    )


def place(location: Sequence[int | str]) -> str:
    """Write a place as it reads in the file: `clients[2].redirect_uris[0]`."""
    named = [step for step in location if step != TAGGED]
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in named]
    return "".join(steps).removeprefix(".") or "file"


def _json(text: str) -> Any:  # noqa: ANN401 - unchecked JSON
    return json.loads(text, object_pairs_hook=_without_duplicates)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a key appears twice in one object")
    return dict(pairs)


def _one_fault(where: str, problem: str) -> RegistrationFaultsError:
    return RegistrationFaultsError((Fault(where, problem),))


def _how_malformed(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is not JSON: line {error.lineno}, column {error.colno}"
    if isinstance(error, tomllib.TOMLDecodeError):
        return f"is not TOML: {error}"
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8"
    return "is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _plain(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "is not a known key"
    if kind == "missing":
        return "is missing"
    return message.removeprefix("Value error, ")
