"""`proffer keys`: what an operator is told, and what the worker does by itself."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Proffer

ALGORITHMS = {"RS256", "PS256", "ES256", "EdDSA", "RSA-OAEP-256", "ECDH-ES", "A256GCM"}


def listed(migrated: Proffer) -> list[list[str]]:
    return [line.split() for line in migrated("keys", "list").stdout.splitlines()]


def test_each_key_is_shown_with_its_age_and_when_it_is_due(migrated: Proffer) -> None:
    lines = migrated("keys", "list").stdout.splitlines()

    active = [line for line in lines if " active " in line]
    assert {line.split()[2] for line in active} == ALGORITHMS
    assert all(re.search(r"since \d{4}-\d\d-\d\d \d\d:\d\d, 0 days, due \d{4}-\d\d-\d\d$", line) for line in active)
    following = [line for line in lines if " next " in line]
    assert len(following) == len(ALGORITHMS)
    assert not any("due" in line for line in following)


def test_a_retired_key_is_shown_with_its_end(migrated: Proffer) -> None:
    migrated("keys", "rotate", "EdDSA")

    (retired,) = (line for line in migrated("keys", "list").stdout.splitlines() if " retired " in line)

    assert re.search(r", over \d{4}-\d\d-\d\d \d\d:\d\d$", retired)


@pytest.mark.slow
def test_the_worker_replaces_what_is_due(migrated: Proffer, environment: Path) -> None:
    with sqlite3.connect(environment / "data" / "proffer.sqlite") as database:
        long_ago = "2020-01-01 00:00:00.000000"
        database.execute(
            "UPDATE signing_key SET created_at = ?, activated_at = ? WHERE algorithm = 'ES256'", (long_ago, long_ago)
        )
    worker = subprocess.Popen(
        [sys.executable, "-m", "idp.cli", "worker"], env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not any("retired" in line for line in listed(migrated)):
            time.sleep(0.2)
        retired = [line[2] for line in listed(migrated) if line[3] == "retired"]
        assert retired == ["ES256"]
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0
    finally:
        worker.kill()


def test_services_are_only_said_not_to_know_keys_that_are_published(migrated: Proffer) -> None:
    told = migrated("keys", "rotate").stdout.splitlines()

    sealing = next(line for line in told if line.startswith("A256GCM"))
    assert sealing.endswith("still opens what it sealed")
    assert sum("may not know it yet" in line for line in told) == 4
