"""`proffer worker` takes private mail in, as a process, between a real client and a real server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from idp.app import create_app
from idp.authentication.values import Origin
from idp.settings import Settings
from tests.cli.conftest import Proffer
from tests.mail import mail_settings, post_office
from tests.relay.conftest import DOMAIN, HOME, SENDER, Door

pytestmark = pytest.mark.slow

TAKING_IN = "taking in private mail"
NOT_HERE = "private mail is not taken in here"


@contextmanager
def _worker(**settings: object) -> Iterator[Iterator[dict[str, Any]]]:
    """Run one; gives the lines that it logs."""
    named = {f"PROFFER_{name.upper()}": str(value) for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "idp.cli", "worker"],
        env={**os.environ, "PROFFER_LOGGING__FORMAT": "json", **named},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        yield (json.loads(line) for line in process.stderr)
    finally:
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
        assert process.wait(timeout=20) == 0
        for hidden in (HOME, SENDER, DOMAIN):
            assert hidden not in rest


def _first(lines: Iterator[dict[str, Any]], words: str) -> dict[str, Any]:
    return next(line for line in lines if words in str(line))


def test_a_worker_forwards_and_a_second_one_leaves_it_to_the_first(
    migrated: Proffer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with post_office() as post:
        for name, value in (mail_settings(post)).items():
            monkeypatch.setenv(f"PROFFER_MAIL__{name.upper()}", str(value))
        monkeypatch.setenv("PROFFER_RELAY__DOMAIN", DOMAIN)
        services = create_app(Settings()).extensions["proffer"]
        citizen = services.authentication.sign_up(
            login="amina", password="harbour-lantern-quietly-42", origin=Origin("192.0.2.1")
        )
        offer = services.relay.offer(citizen.account_id, "shop", "main", seed=b"s" * 32)
        services.relay.make(citizen.account_id, "shop", "main", offer=offer, attribute_id="home", target=HOME)

        with _worker(relay__port=0) as lines:
            port = int(_first(lines, TAKING_IN)["message"].rpartition(" ")[2])
            Door(port).send(offer.address)
            with _worker(relay__port=port) as second:
                _first(second, NOT_HERE)

        assert post.take().recipient == HOME
        assert services.relay.addresses(citizen.account_id)[0].forwarded == 1
        services.close()


def test_a_domain_without_a_server_to_send_through_is_refused_at_start(
    proffer: Proffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROFFER_RELAY__DOMAIN", DOMAIN)

    refused = proffer("config", "check")

    assert refused.exit_code == 2
    assert "relay.domain: needs a server that letters leave through: name mail.host" in refused.output


def test_taking_mail_in_from_everywhere_is_said_to_be_unsafe(proffer: Proffer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"MAIL__HOST": "mail.example", "MAIL__FROM_ADDRESS": "a@b.example"}.items():
        monkeypatch.setenv(f"PROFFER_{name}", value)
    monkeypatch.setenv("PROFFER_RELAY__DOMAIN", DOMAIN)
    monkeypatch.setenv("PROFFER_RELAY__HOST", "0.0.0.0")

    assert "unsafe: relay.host: takes mail from beyond this machine" in proffer("config", "check").output


@pytest.mark.parametrize(
    "domain", ["Post.Example", "post", "post example.org", "-a.example", "a..example", "a@b.example"]
)
def test_what_is_no_domain_is_refused(proffer: Proffer, monkeypatch: pytest.MonkeyPatch, domain: str) -> None:
    monkeypatch.setenv("PROFFER_RELAY__DOMAIN", domain)

    assert "relay.domain" in proffer("config", "check").output
