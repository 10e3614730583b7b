"""`make bench ARGS=activity`: how long the activity pages of a citizen with 100,000 entries take, on SQLite.

python -m tests.benchmarks activity [--entries 100000]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import insert

from idp.activity import policy
from idp.activity.models import ActivityRow
from idp.activity.values import Kind, Row
from idp.app import create_app
from idp.authentication.values import Origin
from idp.services import Services
from idp.storage.db import Base
from tests.conftest import make_settings

#: What a page may take, in milliseconds.
TARGET = 100.0
_REPEATS = 5
_BATCH = 2_000
#: As often as a citizen does them.
_KINDS = (
    *[Kind.RELEASED] * 50,
    *[Kind.SIGNED_IN] * 30,
    *[Kind.SIGNED_OUT] * 8,
    *[Kind.REFUSED] * 5,
    *[Kind.DETAIL_CHANGED] * 4,
    *[Kind.STOPPED] * 2,
    Kind.SIGN_IN_REFUSED,
)
_OF_SERVICES = frozenset({Kind.RELEASED, Kind.REFUSED, Kind.STOPPED})
_OF_BROWSERS = frozenset({Kind.SIGNED_IN, Kind.SIGN_IN_REFUSED})
_BROWSERS = ("Firefox on Linux", "Safari on iPhone", "Chrome on Android")
_DETAILS = (("given_name", "family_name"), ("email",), ("birthdate", "address"), ("phone_number",))

PAGES = {
    "latest page, with the plot": "/activity",
    "a page in the middle": "/activity?before={middle}",
    "the page newer than it": "/activity?after={middle}",
    "one group": "/activity?kind=signing_in",
    "one service": "/activity?service=service-7",
    "a detail": "/activity?detail=birthdate",
    "a browser": "/activity?browser=Safari+on+iPhone",
    "a month": "/activity?from=2026-03-01&to=2026-03-31",
    "words": "/activity?q=stopped+service-3",
    "nothing that fits": "/activity?service=nobody&detail=birthdate",
    "the last page": "/activity?before=20",
}


def main(arguments: list[str]) -> int:
    """Print what each page takes; the median of a few requests in this process."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=activity", description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    entries: int = parser.parse_args(arguments).entries
    with tempfile.TemporaryDirectory(prefix="proffer-bench-") as folder:
        app = create_app(make_settings(Path(folder)))
        services: Services = app.extensions["proffer"]
        with app.app_context():
            Base.metadata.create_all(services.db.engine)
            signed = services.authentication.sign_up(
                login="amina", password="harbour-lantern-quietly-42", origin=Origin("192.0.2.1")
            )
            make(services, signed.account_id, entries)
            browser = app.test_client()
            browser.set_cookie("proffer_session", signed.session_secret, domain="localhost")
            for name, address in PAGES.items():
                took = _median(browser, address.format(middle=entries // 2))
                print(f"{name:<30}{took:>8.1f} ms   (to reach: {TARGET:.0f}{', reached' if took < TARGET else ''})")
            start = time.perf_counter()
            assert services.activity.verify(signed.account_id) is None
            print(f"{'following the whole chain':<30}{(time.perf_counter() - start) * 1000:>8.0f} ms")
        services.close()
    return 0


def make(services: Services, account_id: str, number: int) -> None:
    """Write that many entries, linked as the service links them, one every five minutes up to now."""
    first, previous = 0, policy.BEGINNING
    for held in services.activity.chain(account_id):
        first, previous = held.sequence, held.hash
    batch: list[dict[str, object]] = []
    for row in _rows(account_id, first, number):
        linked = policy.linked(row, previous=previous)
        previous = linked.hash
        batch.append(
            {
                "account_id": account_id,
                "sequence": row.sequence,
                "at": row.at,
                "kind": row.kind.value,
                "client_id": row.client_id,
                "claims": list(row.claims),
                "facts": dict(row.facts),
                "content": linked.content,
                "previous": linked.previous,
                "hash": linked.hash,
            }
        )
        if len(batch) == _BATCH or row.sequence == first + number:
            with services.db.transaction() as connection:
                connection.execute(insert(ActivityRow), batch)
            batch = []


def _rows(account_id: str, first: int, number: int) -> Iterator[Row]:
    chance = random.Random(number)
    now = datetime.now(UTC)
    for place in range(1, number + 1):
        kind = chance.choice(_KINDS)
        yield Row(
            account_id=account_id,
            sequence=first + place,
            at=now - timedelta(minutes=5 * (number - place)),
            kind=kind,
            client_id=f"service-{chance.randrange(30)}" if kind in _OF_SERVICES else None,
            claims=chance.choice(_DETAILS) if kind in (Kind.RELEASED, Kind.DETAIL_CHANGED) else (),
            facts={"browser": chance.choice(_BROWSERS)} if kind in _OF_BROWSERS else {},
        )


def _median(browser: FlaskClient, address: str) -> float:
    took = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        answer = browser.get(address)
        took.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200, address
    return sorted(took)[_REPEATS // 2]
