"""Compiles the message catalogues. A build hook, so that a wheel and an editable install carry them; also a script.

The `.po` files are the source and are kept in git; the `.mo` files are made from them and are not.
"""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CHECKOUT = Path(__file__).resolve().parent.parent


class CompileTranslations(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before a wheel is packed and before an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every catalogue of the tree that is being built."""
        del version, build_data
        compile_catalogues(Path(self.root))


def compile_catalogues(root: Path) -> None:
    """Write the `.mo` file next to each `.po` file that is newer than it."""
    for source in sorted((root / "idp" / "translations").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as po, target.open("wb") as mo:
            write_mo(mo, read_po(po, locale=source.parts[-3]))


if __name__ == "__main__":
    compile_catalogues(CHECKOUT)
