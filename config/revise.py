"""Draft a migration from the models: `python config/revise.py What changes`.

Works on a fresh SQLite database that is brought up to date first, so no server is needed and nothing of yours is
touched. Read what comes out; `tests/storage/test_migrations.py` then tries it up and down on both databases.
"""

import importlib
import sys
import tempfile
from pathlib import Path

import idp
from idp.storage import migrate


def import_models() -> None:
    """Import every room's tables, so that the metadata is complete. The storage room itself must not know them."""
    for models in sorted(Path(idp.__file__).parent.glob("*/models.py")):
        importlib.import_module(f"idp.{models.parent.name}.models")
    importlib.import_module("idp.storage.versions")


if __name__ == "__main__":
    import_models()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'draft.sqlite'}"
        if migrate.newest() is not None:
            migrate.upgrade(url)
        migrate.revise(url, " ".join(sys.argv[1:]))
