"""`proffer import`: services and citizens from one file."""

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Proffer

PASSWORD = "harbour-lantern-quietly-42"
FILE: dict[str, Any] = {
    "organisations": {"northtown": {"legal_name": "Northtown Council"}},
    "clients": [
        {
            "client_id": "permits",
            "organisation": "northtown",
            "name": "Parking permits",
            "redirect_uris": ["https://permits.example/callback"],
            "secret": "permits-secret-0123456789-abcdefghij",
        }
    ],
    "accounts": [{"login": "amina", "password": PASSWORD, "details": {"given_name": "Amina"}}],
}


def written(folder: Path, **changes: Any) -> str:
    path = folder / "set-up.json"
    path.write_text(json.dumps(FILE | changes))
    return str(path)


def test_one_file_brings_in_services_and_citizens_and_can_be_imported_again(migrated: Proffer, tmp_path: Path) -> None:
    first = migrated("import", written(tmp_path))
    second = migrated("import", written(tmp_path))

    assert (first.exit_code, first.stdout) == (0, "stored     permits\nmade     amina\n"), first.output
    assert second.stdout == "unchanged  permits\nexists   amina\n"


def test_a_file_may_hold_one_of_the_two_only(migrated: Proffer, tmp_path: Path) -> None:
    path = tmp_path / "set-up.toml"
    path.write_text(f'[[accounts]]\nlogin = "amina"\npassword = "{PASSWORD}"\n')

    assert migrated("import", str(path)).stdout == "made     amina\n"


def test_a_fault_among_the_services_stores_nothing(migrated: Proffer, tmp_path: Path) -> None:
    failed = migrated("import", written(tmp_path, clients=[FILE["clients"][0] | {"redirect_uris": ["/callback"]}]))

    assert failed.exit_code == 1
    assert "clients[0].redirect_uris[0]" in failed.stderr
    assert migrated("import", written(tmp_path)).stdout == "stored     permits\nmade     amina\n"


def test_a_fault_in_how_citizens_are_written_stores_nothing(migrated: Proffer, tmp_path: Path) -> None:
    not_a_list = migrated("import", written(tmp_path, accounts={"login": "amina"}))
    misspelt = migrated("import", written(tmp_path, accounts=[FILE["accounts"][0] | {"emial": "x"}]))

    assert not_a_list.stderr == "proffer: accounts: must be a list of tables\n"
    assert misspelt.stderr == "proffer: accounts[0].emial: there is no such name\n"
    assert migrated("clients", "list").stdout == ""


def test_an_unknown_table_is_a_fault(migrated: Proffer, tmp_path: Path) -> None:
    failed = migrated("import", written(tmp_path, citizens=[]))

    assert failed.exit_code == 1
    assert "citizens: is not a known key" in failed.stderr


def test_a_file_that_is_no_table_is_a_fault(migrated: Proffer, tmp_path: Path) -> None:
    path = tmp_path / "set-up.json"
    path.write_text("[]")

    assert migrated("import", str(path)).exit_code == 1
