"""`proffer accounts`: citizens made by the operator."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Proffer

PASSWORD = "harbour-lantern-quietly-42"
FAULTS: list[tuple[object, str]] = [
    ([], "must hold a list named accounts"),
    ({"accounts": [], "more": 1}, "must hold a list named accounts and nothing else"),
    ({"accounts": ["amina"]}, "accounts[0]: must be a table"),
    ({"accounts": [{"login": "amina"}]}, "accounts[0].password: is missing"),
    ({"accounts": [{"login": "amina", "password": PASSWORD, "emial": 1}]}, "accounts[0].emial: there is no such name"),
    ({"accounts": [{"login": "amina", "password": "short"}]}, "accounts[0].password: too short"),
    (
        {"accounts": [{"login": "amina", "password": PASSWORD, "recovery_code": "xyz"}]},
        "accounts[0].recovery_code: is not a recovery code",
    ),
    (
        {"accounts": [{"login": "amina", "password": PASSWORD, "details": {"nickname_of_cat": "Tom"}}]},
        "accounts[0].details.nickname_of_cat: there is no such detail",
    ),
    (
        {"accounts": [{"login": "amina", "password": PASSWORD, "details": {"birthdate": "last spring"}}]},
        "accounts[0].details.birthdate: ",
    ),
    (
        {"accounts": [{"login": "amina", "password": PASSWORD, "details": {"given_name#ar": "أمينة"}}]},
        "accounts[0].details: a detail in a language in which it cannot be held",
    ),
]


def test_an_account_is_added_with_its_password_from_standard_input(migrated: Proffer) -> None:
    added = migrated("accounts", "add", "amina", typed=f"{PASSWORD}\n")

    assert added.exit_code == 0, added.output
    assert added.stdout.startswith("Recovery code: ")
    assert PASSWORD not in added.output


def test_a_sign_in_name_is_added_once(migrated: Proffer) -> None:
    migrated("accounts", "add", "amina", typed=f"{PASSWORD}\n")

    again = migrated("accounts", "add", "amina", typed=f"{PASSWORD}\n")

    assert (again.exit_code, again.stderr) == (1, "proffer: somebody has this sign-in name already\n")


def test_no_password_is_told(migrated: Proffer) -> None:
    assert migrated("accounts", "add", "amina", typed="").stderr == (
        "proffer: the password is expected on standard input\n"
    )


def test_a_file_of_citizens_is_imported_and_can_be_imported_again(migrated: Proffer, tmp_path: Path) -> None:
    file = tmp_path / "citizens.toml"
    file.write_text(
        f'[[accounts]]\nlogin = "amina"\npassword = "{PASSWORD}"\nlocale = "fr"\n'
        '[accounts.details]\n"given_name#ar" = "أمينة"\ngiven_name = "Amina"\n'
        'email = ["a@mail.example", "a@work.example"]\n'
        'nationalities = ["GB", "LB"]\n'
    )

    first = migrated("accounts", "import", str(file))
    second = migrated("accounts", "import", str(file))

    assert (first.exit_code, first.stdout) == (0, "made     amina\n"), first.output
    assert second.stdout == "exists   amina\n"


@pytest.mark.parametrize(("content", "said"), FAULTS)
def test_a_fault_in_the_file_is_told_by_its_place_and_never_with_its_value(
    migrated: Proffer, tmp_path: Path, content: object, said: str
) -> None:
    file = tmp_path / "citizens.json"
    file.write_text(json.dumps(content))

    failed = migrated("accounts", "import", str(file))

    assert failed.exit_code == 1
    assert said in failed.stderr
    assert not any(value in failed.output for value in (PASSWORD, "last spring", "xyz"))


def test_a_file_that_is_not_well_formed_is_told(migrated: Proffer, tmp_path: Path) -> None:
    file = tmp_path / "citizens.toml"
    file.write_bytes(b"\xff")

    assert "is not well-formed TOML" in migrated("accounts", "import", str(file)).stderr


def test_an_account_is_suspended_resumed_and_closed_after_asking(migrated: Proffer) -> None:
    migrated("accounts", "add", "amina", typed=f"{PASSWORD}\n")

    assert migrated("accounts", "suspend", "amina", typed="n\n").exit_code == 1
    assert migrated("accounts", "suspend", "amina", typed="y\n").stdout.endswith("Suspended.\n")
    assert migrated("accounts", "resume", "amina", "--yes").stdout == "Resumed.\n"
    assert migrated("accounts", "close", "amina", "--yes").stdout == "Closed.\n"
    assert "the account is closed" in migrated("accounts", "resume", "amina", "--yes").stderr
    assert migrated("accounts", "add", "amina", typed=f"{PASSWORD}\n").stderr == (
        "proffer: somebody has this sign-in name already\n"
    )


def test_an_account_that_is_not_there_is_said_so(migrated: Proffer) -> None:
    for command in ("suspend", "resume", "close"):
        answer = migrated("accounts", command, "nobody", "--yes")
        assert (answer.exit_code, answer.stderr) == (1, "proffer: there is no account with this sign-in name\n")
