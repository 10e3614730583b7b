"""Roughly where an address is."""

from pathlib import Path

import pytest

from idp.places import Place, Places, PlacesUnreadableError
from tests.places import LYON, NOWHERE, SOMEWHERE_IN_TUNISIA, a_file_of_places


def test_a_city_and_its_country_are_found(tmp_path: Path) -> None:
    assert Places(a_file_of_places(tmp_path)).find(LYON) == Place("FR", "Lyon")


def test_a_country_alone_is_a_place_too(tmp_path: Path) -> None:
    assert Places(a_file_of_places(tmp_path)).find(SOMEWHERE_IN_TUNISIA) == Place("TN", "")


@pytest.mark.parametrize("address", [NOWHERE, "203.0.113.1", "", "unknown", "no address", "fe80::1%eth0"])
def test_what_the_file_does_not_know_is_nowhere(tmp_path: Path, address: str) -> None:
    assert Places(a_file_of_places(tmp_path)).find(address) is None


def test_without_a_file_nothing_is_known() -> None:
    assert not Places().known
    assert Places().find(LYON) is None


def test_a_file_that_is_none_is_refused_at_start_by_the_settings_name(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(b"not a file of places")

    for path in (broken, tmp_path / "missing.mmdb"):
        with pytest.raises(PlacesUnreadableError, match=r"^places\.database:"):
            Places(path)
