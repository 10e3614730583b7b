"""`proffer demo`, where it cannot start."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        # Where somebody else has it already, it is taken as well.
        with contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", 8000))
            listener.listen()
        yield 8000


def test_a_taken_port_is_one_clear_line(taken_port: int, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "idp.cli", "demo", "--instance", str(tmp_path / "instance")],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 1
    assert done.stderr == (
        f"proffer demo: Port {taken_port} is taken by another program. Stop that program, then try again.\n"
    )
    assert not (tmp_path / "instance").exists()
