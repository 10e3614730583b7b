"""Child processes of a demo: started together, watched, stopped together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

#: Seconds a child gets to end by itself before it is killed.
STOP_SECONDS = 8
#: Seconds a child gets to answer for the first time.
START_SECONDS = 30


class StartError(Exception):
    """Something could not be started; the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Child:
    """A program to run.

    :ivar name: what the terminal calls it.
    :ivar arguments: `python` arguments, such as `("-m", "idp.cli", "serve")`.
    :ivar environment: variables added to the parent's.
    :ivar ready_url: answers 200 once the program is up; None for one that serves nothing.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    ready_url: str | None = None


class Stopped(BaseException):
    """Somebody asked for the end: Ctrl-C, or a termination signal."""


def require_free_ports(*ports: int) -> None:
    """Check that nobody listens on the ports of the loopback addresses.

    :raises StartError: one is taken; the message names it.
    """
    for port in ports:
        for host in ("127.0.0.1", "::1"):
            with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
                probe.settimeout(0.5)
                if probe.connect_ex((host, port)) == 0:
                    message = f"Port {port} is taken by another program. Stop that program, then try again."
                    raise StartError(message)


class Family:
    """The running children."""

    def __init__(self) -> None:
        self._running: list[tuple[Child, subprocess.Popen[bytes]]] = []

    def start(self, child: Child) -> None:
        """Start a child and wait until it answers, if it serves anything.

        :raises StartError: it ended, or did not answer in time.
        """
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own arguments
            [sys.executable, *child.arguments],
            env={**os.environ, **child.environment},
            # A session of its own: Ctrl-C reaches the parent alone, which then stops the children in order.
            start_new_session=True,
        )
        self._running.append((child, process))
        if child.ready_url is None:
            return
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                message = f"{child.name} ended at once with exit code {process.returncode}."
                raise StartError(message)
            if _answers(child.ready_url):
                return
            time.sleep(0.05)
        message = f"{child.name} did not answer within {START_SECONDS} seconds."
        raise StartError(message)

    def watch(self) -> None:
        """Block until a child ends.

        :raises StartError: a child ended by itself.
        :raises Stopped: the person asked for the end.
        """
        while True:
            for child, process in self._running:
                if process.poll() is not None:
                    message = f"{child.name} ended with exit code {process.returncode}."
                    raise StartError(message)
            time.sleep(0.3)

    def stop(self) -> None:
        """End every child, newest first: politely, then by force."""
        for _child, process in reversed(self._running):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for _child, process in reversed(self._running):
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._running.clear()


def stop_on_signals() -> None:
    """Turn SIGINT and SIGTERM into :class:`Stopped`."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # A second signal must not interrupt the orderly end that the first one began.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Stopped

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - a fixed loopback address
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False
