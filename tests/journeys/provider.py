"""The provider as an operator starts it: commands and a server of its own, on a free port."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.conftest import TEST_SECRETS
from tests.tls import Authority


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class StartedProvider:
    """A provider process with its database and its log file.

    :param program: the command that starts it.
    :param tls: speak https with this authority's certificate, and trust the authority when fetching.
    """

    def __init__(
        self,
        folder: Path,
        *,
        database_url: str | None = None,
        workers: int = 2,
        program: tuple[str, ...] = (sys.executable, "-m", "idp.cli"),
        tls: Authority | None = None,
        **settings: str,
    ) -> None:
        self.folder = folder
        self.program = program
        self.port = free_port()
        self.tls = tls
        self.issuer = f"{'https' if tls else 'http'}://localhost:{self.port}"
        self.database_url = database_url or f"sqlite:///{folder / 'provider.sqlite'}"
        self.log_path = folder / "provider.log"
        self.environment = {
            "PROFFER_MODE": "development",
            "PROFFER_ISSUER": self.issuer,
            "PROFFER_DATABASE__URL": self.database_url,
            "PROFFER_SECRETS__KEY_ENCRYPTION": TEST_SECRETS["key_encryption"],
            "PROFFER_SECRETS__PEPPER": TEST_SECRETS["pepper"],
            "PROFFER_SERVER__HOST": "localhost",
            "PROFFER_SERVER__PORT": str(self.port),
            "PROFFER_SERVER__WORKERS": str(workers),
            "PROFFER_LOGGING__LEVEL": "debug",
            "PROFFER_LIMITS__SIGN_IN": "off",
            "PROFFER_LIMITS__SIGN_UP": "off",
            **({"PROFFER_OUTBOUND__CA_BUNDLE": str(tls.bundle)} if tls else {}),
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str) -> str:
        """Run `proffer …` and return what it printed."""
        done = subprocess.run(
            [*self.program, *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        with self.log_path.open("a") as log:
            log.write(done.stderr)
        assert done.returncode == 0, f"proffer {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def import_clients(self, described: dict[str, Any]) -> None:
        """`proffer clients import`."""
        self._import("clients", described, "clients", "import")

    def import_accounts(self, described: dict[str, Any]) -> None:
        """`proffer accounts import`."""
        self._import("accounts", described, "accounts", "import")

    def import_all(self, described: dict[str, Any]) -> None:
        """`proffer import`."""
        self._import("set-up", described, "import")

    def _import(self, name: str, described: dict[str, Any], *command: str) -> None:
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(described), encoding="utf-8")
        self.command(*command, str(path))
        # It holds what no file that is left behind may hold.
        path.unlink()

    def start(self) -> None:
        """`proffer serve`, until it answers."""
        certificate = ["--certificate", str(self.tls.certificate), "--key", str(self.tls.key)] if self.tls else []
        trusted = self.tls.for_clients() if self.tls else None
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.program, "serve", *certificate],
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self.log_path.read_text()[-4000:]
            try:
                with urllib.request.urlopen(
                    f"{self.issuer}/.well-known/openid-configuration", timeout=2, context=trusted
                ):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise AssertionError("the provider did not answer")

    @property
    def pid(self) -> int:
        """The server's process; its workers are children."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> int:
        """End it politely; the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=20)

    def crash(self) -> None:
        """End it and its workers without warning, as a power supply would."""
        os.killpg(self.pid, signal.SIGKILL)
        assert self._process is not None
        self._process.wait(timeout=20)
