"""A small file of places in MaxMind's format, made for the test that wants one."""

from __future__ import annotations

from pathlib import Path

from mmdb_writer import MMDBWriter
from netaddr import IPSet

#: Addresses for documentation (RFC 5737, RFC 3849): one in a city, one in a country, one that the file does not know.
LYON = "198.51.100.7"
SOMEWHERE_IN_TUNISIA = "2001:db8::7"
NOWHERE = "192.0.2.7"


def a_file_of_places(folder: Path) -> Path:
    """Write the file and give its path."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Test-City")
    lyon = {"country": {"iso_code": "FR"}, "city": {"names": {"en": "Lyon", "ar": "ليون"}}}
    writer.insert_network(IPSet(["198.51.100.0/24"]), lyon)
    writer.insert_network(IPSet(["2001:db8::/32"]), {"country": {"iso_code": "TN"}})
    writer.insert_network(IPSet(["203.0.113.0/24"]), {"country": "nonsense", "city": ["nonsense"]})
    path = folder / "places.mmdb"
    writer.to_db_file(str(path))
    return path
