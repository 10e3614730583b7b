"""The section about places."""

from pathlib import Path

from idp.settings.sections import Section


class PlacesSettings(Section):
    """Telling citizens roughly where a browser is that signs in as them."""

    database: Path | None = None
    """A file in MaxMind's format with countries or cities, kept on this machine and read at start. Unset: pages name
    no places. Addresses are looked up and not kept; country and city are kept sealed under the citizen's own key."""
