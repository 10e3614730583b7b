"""`proffer clients`, `keys`, `purge` and `migrate`."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Proffer

SHOP: dict[str, Any] = {
    "organisations": {"shop": {"legal_name": "Corner Books Ltd"}},
    "clients": [
        {
            "client_id": "shop",
            "organisation": "shop",
            "name": "Corner Books",
            "redirect_uris": ["https://shop.example/callback"],
        }
    ],
}


def test_a_service_is_added_and_its_secret_shown_once(migrated: Proffer) -> None:
    added = migrated(
        *("clients", "add", "--id", "shop", "--name", "Corner Books", "--organisation", "Corner Books Ltd"),
        *("--redirect-uri", "https://shop.example/callback"),
    )

    assert added.exit_code == 0, added.output
    assert added.stdout.startswith("stored     shop\nsecret     shop ")
    assert "shop                     approved   Corner Books (Corner Books Ltd)" in migrated("clients", "list").stdout


def test_a_service_is_not_added_over_another(migrated: Proffer) -> None:
    arguments = ("clients", "add", "--id", "shop", "--name", "Books", "--organisation", "Books Ltd", "--machine")
    migrated(*arguments)

    assert "there is a service shop already" in migrated(*arguments).stderr


def test_services_are_imported_from_a_file_and_again(migrated: Proffer, tmp_path: Path) -> None:
    file = tmp_path / "clients.json"
    file.write_text(json.dumps(SHOP))

    first, second = migrated("clients", "import", str(file)), migrated("clients", "import", str(file))

    assert first.stdout.startswith("stored     shop\n"), first.output
    assert second.stdout == "unchanged  shop\n"


def test_every_fault_of_a_file_is_told_and_nothing_is_stored(migrated: Proffer, tmp_path: Path) -> None:
    file = tmp_path / "clients.json"
    broken = {**SHOP, "clients": [{**SHOP["clients"][0], "redirect_uris": ["http://shop.example/#a"]}]}
    file.write_text(json.dumps(broken))

    failed = migrated("clients", "import", str(file))

    assert failed.exit_code == 1
    assert "proffer: nothing was stored:\n  clients[0].redirect_uris[0]: " in failed.stderr
    assert migrated("clients", "list").stdout == ""


def test_a_service_is_suspended_and_approved(migrated: Proffer, tmp_path: Path) -> None:
    file = tmp_path / "clients.json"
    file.write_text(json.dumps(SHOP))
    migrated("clients", "import", str(file))

    assert migrated("clients", "suspend", "shop", "--yes").stdout == "Suspended shop.\n"
    assert "suspended" in migrated("clients", "list").stdout
    assert migrated("clients", "approve", "shop").stdout == "Approved shop.\n"
    assert migrated("clients", "resume", "shop", "--yes").stderr == "proffer: shop is not suspended\n"
    assert migrated("clients", "suspend", "shop", typed="n\n").exit_code == 1
    migrated("clients", "suspend", "shop", "--yes")
    assert migrated("clients", "resume", "shop", "--yes").stdout == "Resumed shop.\n"
    assert "approved" in migrated("clients", "list").stdout


def test_a_new_secret_is_shown(migrated: Proffer, tmp_path: Path) -> None:
    file = tmp_path / "clients.json"
    file.write_text(json.dumps(SHOP))
    migrated("clients", "import", str(file))

    assert len(migrated("clients", "secret", "shop").stdout.strip()) == 43
    assert migrated("clients", "secret", "nobody").stderr == "proffer: there is no such service\n"


def test_keys_are_there_after_migrating_and_rotate(migrated: Proffer) -> None:
    before = migrated("keys", "list").stdout
    rotated = migrated("keys", "rotate", "ES256")
    after = migrated("keys", "list").stdout

    assert rotated.exit_code == 0, rotated.output
    assert [line.split()[2:4] for line in before.splitlines() if "ES256" in line] == [
        ["ES256", "active"],
        ["ES256", "next"],
    ]
    assert sorted(line.split()[3] for line in after.splitlines() if "ES256" in line) == ["active", "next", "retired"]


def test_an_unknown_algorithm_is_told(migrated: Proffer) -> None:
    failed = migrated("keys", "rotate", "HS256")

    assert failed.exit_code == 1
    assert failed.stderr == "proffer: there is no key for HS256; `proffer keys list` shows those there are\n"


def test_a_changed_key_encryption_secret_is_told(migrated: Proffer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROFFER_SECRETS__KEY_ENCRYPTION", "another-secret-of-enough-bytes-" * 2)

    failed = migrated("migrate")

    assert failed.exit_code == 1
    assert "secrets.key_encryption" in failed.stderr


def test_migrating_twice_changes_nothing(migrated: Proffer) -> None:
    before = migrated("keys", "list").stdout

    assert migrated("migrate").exit_code == 0
    assert migrated("keys", "list").stdout == before


def test_purging_tells_how_much_went(migrated: Proffer) -> None:
    assert migrated("purge").stdout == "Removed 0 expired rows.\n"


def test_others_are_invited_to_register_and_uninvited(migrated: Proffer) -> None:
    token = migrated("clients", "invite", "--label", "A fair", "--uses", "2", "--days", "7").stdout.strip()
    [line] = migrated("clients", "invitations").stdout.splitlines()

    assert len(token) == 43
    assert token not in line
    assert line.split("  ")[1:] != []
    assert "2 left" in line
    assert line.endswith("A fair")
    assert migrated("clients", "uninvite", line.split()[0]).stdout == f"Ended {line.split()[0]}.\n"
    assert migrated("clients", "invitations").stdout == ""
    assert "there is no such initial access token" in migrated("clients", "uninvite", "00").stderr


def test_a_service_is_shown_by_the_names_of_the_standards(migrated: Proffer, tmp_path: Path) -> None:
    file = tmp_path / "clients.json"
    file.write_text(json.dumps(SHOP))
    migrated("clients", "import", str(file))

    shown = json.loads(migrated("clients", "show", "shop").stdout)

    assert (shown["state"], shown["run_by"], shown["registered_itself"]) == ("approved", "Corner Books Ltd", False)
    assert shown["redirect_uris"] == ["https://shop.example/callback"]
    assert "client_secret" not in shown
    assert migrated("clients", "show", "nobody").stderr == "proffer: there is no such service\n"
