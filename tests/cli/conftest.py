"""Commands, run as an operator runs them, against a database of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from idp.cli import main
from idp.settings.loading import field_names, variable
from tests.conftest import TEST_SECRETS

Proffer = Callable[..., Result]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Settings of a provider in an empty folder, and none of the caller's."""
    for path in field_names():
        monkeypatch.delenv(variable(path), raising=False)
    monkeypatch.delenv("PROFFER_CONFIG", raising=False)
    monkeypatch.setenv("PROFFER_DATABASE__URL", f"sqlite:///{tmp_path}/data/proffer.sqlite")
    monkeypatch.setenv("PROFFER_SECRETS__KEY_ENCRYPTION", TEST_SECRETS["key_encryption"])
    monkeypatch.setenv("PROFFER_SECRETS__PEPPER", TEST_SECRETS["pepper"])
    monkeypatch.setenv("PROFFER_PASSWORDS__MEMORY_KIB", "8192")
    monkeypatch.setenv("PROFFER_PASSWORDS__ITERATIONS", "1")
    return tmp_path


@pytest.fixture
def proffer(environment: Path) -> Proffer:
    """Run one command; what it printed and its exit code."""

    def run(*arguments: str, typed: str | None = None) -> Result:
        result = CliRunner().invoke(main, arguments, input=typed, prog_name="proffer")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def migrated(proffer: Proffer) -> Proffer:
    """The same, with the database brought up to date."""
    done = proffer("migrate")
    assert done.exit_code == 0, done.output
    return proffer
