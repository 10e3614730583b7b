"""Relying parties of npm's libraries: a Node process steered line by line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Self

NODE_FOLDER = Path(__file__).parent / "node"


class RelyingPartyError(Exception):
    """The library refused or was refused; `code` is the OAuth error code where there is one."""

    def __init__(self, code: str, message: str, status: int | None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.status = status


def unavailable(library: str) -> str | None:
    """Why a library cannot run here, or None."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (NODE_FOLDER / "node_modules" / library).is_dir():
        return f"{library} is not installed: run `npm ci` in tests/clients/node"
    return None


class NodeClient:
    """One relying party; use as a context manager.

    :param script: in the folder `node`; what it answers to is listed there.
    :param trust: an authority to believe beside the public ones, in PEM.
    """

    def __init__(self, script: str, *, trust: Path | None = None) -> None:
        self._process = subprocess.Popen(
            ["node", str(NODE_FOLDER / script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=NODE_FOLDER,
            env={**os.environ, **({"NODE_EXTRA_CA_CERTS": str(trust)} if trust else {})},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)

    def call(self, command: str, **parameters: Any) -> Any:
        """Run a command of the script.

        :raises RelyingPartyError: the library threw.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"command": command, **parameters}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the Node process ended"
        answer = json.loads(line)
        if "error" in answer:
            raise RelyingPartyError(answer["error"], answer["message"], answer["status"])
        return answer["result"]
