"""`proffer notices`: what services are told, for the operator's eyes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from idp.app import create_app
from idp.notices.values import Kind, NewNotice
from idp.services import Services
from idp.settings import load_settings
from tests.cli.conftest import Proffer


def write(*client_ids: str) -> None:
    """Notices that no thread of the process that wrote them got to."""
    app = create_app(load_settings())
    services: Services = app.extensions["proffer"]
    with app.app_context():
        services.notices.close()
        services.notices.add([NewNotice(Kind.BACKCHANNEL_LOGOUT, one, {"sid": "session"}) for one in client_ids])
    services.close()


def tell() -> None:
    app = create_app(load_settings())
    services: Services = app.extensions["proffer"]
    with app.app_context():
        while services.notices.tell_due():
            pass
    services.close()


def test_notices_are_listed_by_state_with_what_went_wrong(migrated: Proffer) -> None:
    write("gone")
    assert "waiting   backchannel_logout  gone  tries 0  next " in migrated("notices", "list").stdout

    tell()

    (line,) = migrated("notices", "list", "--state", "given_up").stdout.splitlines()
    assert "given_up  backchannel_logout  gone  tries 1  ended " in line
    assert line.endswith("  service_gone")
    assert migrated("notices", "list", "--state", "waiting").stdout == ""


def test_a_notice_is_tried_again_by_identifier_or_all_are(migrated: Proffer) -> None:
    write("gone", "lost")
    tell()
    first = migrated("notices", "list").stdout.split()[0]

    assert migrated("notices", "retry", first).stdout == f"{first} will be tried again.\n"
    assert len(migrated("notices", "list", "--state", "waiting").stdout.splitlines()) == 1
    assert migrated("notices", "retry", "--all").stdout == "2 notices will be tried again.\n"
    assert len(migrated("notices", "list", "--state", "waiting").stdout.splitlines()) == 2


def test_what_to_try_again_must_be_said_in_one_way(migrated: Proffer) -> None:
    assert migrated("notices", "retry").exit_code == 2
    assert migrated("notices", "retry", "x", "--all").exit_code == 2
    assert migrated("notices", "retry", "x").stderr == "proffer: there is no such notice that was not told\n"


@pytest.mark.slow
def test_the_worker_tells_what_is_due_and_ends_when_told_to(migrated: Proffer, environment: Path) -> None:
    write("gone")
    worker = subprocess.Popen(
        [sys.executable, "-m", "idp.cli", "worker"], env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and "given_up" not in migrated("notices", "list").stdout:
            time.sleep(0.2)
        assert "service_gone" in migrated("notices", "list").stdout
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0
    finally:
        worker.kill()
