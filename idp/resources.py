"""Where templates, static files, configuration and translations live.

In a checkout they are the top-level folders of the repository; a wheel carries the same folders under
`idp/_resources`. Every other module asks here, so that neither case shows anywhere else.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CARRIED = _PACKAGE / "_resources"


def root() -> Path:
    """Return the folder that holds `templates`, `static` and `config`."""
    return _CARRIED if _CARRIED.is_dir() else _PACKAGE.parent


def templates() -> Path:
    """Return the folder of page templates."""
    return root() / "templates"


def static() -> Path:
    """Return the folder of files that are served as they are."""
    return root() / "static"


def config(name: str) -> Path:
    """Return the path of one file in the configuration folder, `claims.toml` for example."""
    return root() / "config" / name


def translations() -> Path:
    """Return the folder of message catalogues, laid out as `<language>/LC_MESSAGES/messages.mo`."""
    return _PACKAGE / "translations"


def migrations() -> Path:
    """Return the folder of Alembic migrations."""
    return _PACKAGE / "storage" / "migrations"
