"""The folder that a demo keeps between runs: database, secrets and the services' credentials."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: Names of the secret files. Each holds 256 random bits as URL-safe text.
_SECRETS = ("key_encryption", "pepper", "council", "bookshop", "council_cookie", "bookshop_cookie")


class InstanceError(Exception):
    """The folder cannot be used; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Instance:
    """Where a demo keeps its files."""

    folder: Path

    @property
    def database_url(self) -> str:
        """The SQLite address, for settings."""
        return f"sqlite:///{self.folder / 'proffer.sqlite'}"

    def secret_file(self, name: str) -> Path:
        """Where the secret of that name is kept, readable by its owner only."""
        return self.folder / f"{name}.secret"

    def secret(self, name: str) -> str:
        """The secret of that name."""
        return self.secret_file(name).read_text(encoding="ascii").strip()


def open_instance(folder: Path, *, reset: bool) -> Instance:
    """Make the folder ready, with a secret of its own for each purpose.

    :param reset: throw away what an earlier run left. Only a folder that a demo made is removed.
    :raises InstanceError: the folder cannot be written, or is somebody else's.
    """
    marker = folder / "demo.json"
    try:
        if reset and folder.exists():
            if any(folder.iterdir()) and not marker.exists():
                message = (
                    f"{folder} was not made by a demo, so it is not thrown away. Name another folder with --instance."
                )
                raise InstanceError(message)
            shutil.rmtree(folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        marker.write_text(json.dumps({"made_by": "proffer demo"}) + "\n", encoding="utf-8")
        for name in _SECRETS:
            _write_once(folder / f"{name}.secret", secrets.token_urlsafe(32))
    except OSError as error:
        message = (
            f"{folder} cannot be written ({error.strerror}). Make it writable, or name another folder with --instance."
        )
        raise InstanceError(message) from error
    return Instance(folder=folder)


def _write_once(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
