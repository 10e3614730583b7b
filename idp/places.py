"""Roughly where an address is, from a file in MaxMind's format that the deployment keeps; nobody else is asked.

Gives a country and a city at most. The address goes in and nothing of it comes out, so whoever keeps a place keeps no
address. https://maxmind.github.io/MaxMind-DB/
"""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import maxminddb

_COUNTRY: Final = re.compile(r"[A-Z]{2}")
#: Longer names are no city's.
_LONGEST_CITY: Final = 80
_LANGUAGE: Final = "en"


class PlacesUnreadableError(Exception):
    """The file of places cannot be read; the text names the setting and no path."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody roughly is."""

    #: ISO 3166-1 alpha-2, in capitals.
    country: str
    #: As the file names it in English; empty where it names none.
    city: str = ""


class Places:
    """What the deployment knows of places; nothing without a file."""

    def __init__(self, file: Path | None = None) -> None:
        """Open the file, which stays open.

        :raises PlacesUnreadableError: it is not there, or in another format.
        """
        self._reader = None
        if file is not None:
            try:
                self._reader = maxminddb.open_database(file)
            except (OSError, ValueError, maxminddb.InvalidDatabaseError):
                message = "places.database: is no file in MaxMind's format that can be read"
                raise PlacesUnreadableError(message) from None

    @property
    def known(self) -> bool:
        """Whether there is a file at all."""
        return self._reader is not None

    def find(self, address: str) -> Place | None:
        """Give where an address is; None for one that the file does not know, and for what is no address."""
        if self._reader is None:
            return None
        try:
            record = self._reader.get(ipaddress.ip_address(address))
        except (ValueError, maxminddb.InvalidDatabaseError):
            # No address, one of a kind that the file does not hold, or a damaged file: nobody is kept out for it.
            return None
        return _place(record)


def _place(record: object) -> Place | None:
    country = _text(record, "country", "iso_code")
    if _COUNTRY.fullmatch(country) is None:
        return None
    city = _text(record, "city", "names", _LANGUAGE)
    return Place(country, city if len(city) <= _LONGEST_CITY and city.isprintable() else "")


def _text(record: object, *path: str) -> str:
    for name in path:
        record = record.get(name) if isinstance(record, dict) else None
    return record if isinstance(record, str) else ""
