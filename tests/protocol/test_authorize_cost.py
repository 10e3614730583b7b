"""What a sign-on costs the database, as one process that has warmed up meets it."""

from pathlib import Path

import pytest
from sqlalchemy import text

from idp.services import Services
from idp.settings import Settings
from tests.conftest import make_settings
from tests.doubles import FrozenClock
from tests.protocol.sign_on import Browser, answer_of
from tests.tokens.rig import counted


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path, cache={"seconds": 60})


def rows(services: Services, table: str) -> int:
    with services.db.reading() as connection:
        return int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())


def test_a_returning_citizen_is_answered_at_once_and_nothing_is_stored_but_code_and_activity(
    citizen: Browser, services: Services, clock: FrozenClock
) -> None:
    citizen.agree("given_name")
    clock.advance(seconds=30)
    interactions = rows(services, "interaction")

    with counted(services.db.engine) as statements:
        answer = answer_of(citizen.authorize(state="again"))

    assert answer.keys() == {"code", "state", "iss", "session_state"}
    assert rows(services, "interaction") == interactions
    assert [statement.split()[0].upper() for statement in statements.texts] == [
        "SELECT",  # the session
        "SELECT",  # the grant
        "INSERT",  # the code
        "SELECT",  # the citizen's last activity
        "INSERT",  # this one
    ]
    assert statements.commits == 1
