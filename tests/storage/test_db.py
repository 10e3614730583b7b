"""What the database says when it fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.storage.databases import BOTH, database_url, open_database


@pytest.mark.parametrize("kind", BOTH)
def test_a_failure_does_not_repeat_what_the_statement_was_given(kind: str, tmp_path: Path) -> None:
    with database_url(kind, tmp_path) as url:
        app, db = open_database(url)
        with (
            app.app_context(),
            pytest.raises(DBAPIError) as failure,
            db.transaction() as session,
        ):
            session.execute(text("SELECT :given FROM nowhere"), {"given": "amina@citizen.example"})
        db.close()

    assert "amina@citizen.example" not in str(failure.value)
