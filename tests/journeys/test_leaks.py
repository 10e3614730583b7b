"""The search itself finds what is hidden, or its silence would mean nothing."""

from __future__ import annotations

import base64
import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.journeys.leaks import leaks

if TYPE_CHECKING:
    from pathlib import Path

VALUE = "Amina Haddad é"


@pytest.mark.parametrize(
    "hidden",
    [
        VALUE.encode(),
        b"before " + VALUE.encode() + b" after",
        base64.b64encode(VALUE.encode()),
        base64.b64encode(b"x" + VALUE.encode() + b"yz"),
        base64.urlsafe_b64encode(b"xy" + VALUE.encode() + b"z"),
        VALUE.encode().hex().encode(),
        json.dumps({"name": VALUE}).encode(),
        b"name=Amina+Haddad+%C3%A9",
    ],
)
def test_a_value_is_found_in_a_row_however_it_is_encoded(hidden: bytes, tmp_path: Path) -> None:
    database = tmp_path / "rows.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE kept (cell BLOB)")
        connection.execute("INSERT INTO kept VALUES (?)", (hidden,))
    connection.close()

    found = leaks({"name": VALUE}, f"sqlite:///{database}")

    assert "name in kept.cell" in found


def test_a_value_in_a_log_is_found(tmp_path: Path) -> None:
    database = tmp_path / "rows.sqlite"
    sqlite3.connect(database).close()
    log = tmp_path / "a.log"
    log.write_text(f"signed in {VALUE}\n")

    assert leaks({"name": VALUE}, f"sqlite:///{database}", log) == ["name in a.log"]


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    database = tmp_path / "rows.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE kept (cell BLOB)")
        connection.execute("INSERT INTO kept VALUES (?)", (b"\x00\x01 sealed",))
    connection.close()

    assert leaks({"name": VALUE}, f"sqlite:///{database}") == []
