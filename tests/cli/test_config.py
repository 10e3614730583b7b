"""`proffer config` and how commands fail."""

import tomllib

import pytest

from idp.settings.example import example
from tests.cli.conftest import Proffer
from tests.conftest import TEST_SECRETS


def test_settings_are_shown_with_secrets_hidden(proffer: Proffer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROFFER_DATABASE__URL", "postgresql+psycopg://proffer:hunter2@db/proffer")
    monkeypatch.setenv("PROFFER_LIMITS__STORAGE", "redis://:hunter2@cache:6379/0")

    shown = proffer("config", "show")

    table = tomllib.loads(shown.stdout)
    assert table["database"]["url"] == "postgresql+psycopg://proffer:***@db/proffer"
    assert table["limits"]["storage"] == "redis://:***@cache:6379/0"
    assert table["secrets"] == {"key_encryption": "**********", "pepper": "**********"}
    assert not any(secret in shown.output for secret in ("hunter2", *TEST_SECRETS.values()))


def test_a_check_names_what_is_unsafe(proffer: Proffer) -> None:
    checked = proffer("config", "check")

    assert checked.exit_code == 0
    assert "unsafe: issuer: is http" in checked.stdout
    assert "The settings can be used in development." in checked.stdout


def test_the_example_is_printed(proffer: Proffer) -> None:
    assert proffer("config", "example").stdout == example()


def test_settings_that_cannot_be_used_end_a_command_with_the_name_of_the_field(
    proffer: Proffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROFFER_SERVER__PORT", "many")

    failed = proffer("config", "check")

    assert failed.exit_code == 2
    assert failed.stderr.startswith("proffer: These settings cannot be used:\n  server.port: ")
    assert "Traceback" not in failed.output


@pytest.mark.parametrize("command", [("keys", "list"), ("clients", "list"), ("purge",)])
def test_a_database_without_tables_is_told_in_one_line(proffer: Proffer, command: tuple[str, ...]) -> None:
    failed = proffer(*command)

    assert failed.exit_code == 1
    assert failed.stderr == "proffer: the database has not been brought up to date: run `proffer migrate` first\n"


def test_a_database_that_does_not_answer_is_told_in_one_line(proffer: Proffer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROFFER_DATABASE__URL", "postgresql+psycopg://proffer:hunter2@127.0.0.1:1/proffer")

    failed = proffer("keys", "list")

    assert failed.exit_code == 1
    assert failed.stderr.startswith("proffer: the database cannot be used: ")
    assert failed.stderr.count("\n") == 1
    assert "hunter2" not in failed.output


def test_a_folder_that_cannot_be_made_is_told_in_one_line(proffer: Proffer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROFFER_DATABASE__URL", "sqlite:////dev/null/proffer.sqlite")

    failed = proffer("migrate")

    assert failed.exit_code == 1
    assert failed.stderr == "proffer: /dev/null cannot be made: File exists (setting database.url)\n"


def test_help_lists_every_command(proffer: Proffer) -> None:
    said = proffer("--help").stdout

    for command in ("serve", "worker", "migrate", "keys", "clients", "accounts", "import", "purge", "config", "demo"):
        assert f"\n  {command} " in said
