"""The application, opened for one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from idp.cli.failures import Failure

if TYPE_CHECKING:
    from idp.services import Services
    from idp.settings import DatabaseSettings


@contextmanager
def opened() -> Iterator["Services"]:
    """Give the services of the settings in force, inside an application context."""
    from idp.app import create_app
    from idp.settings import load_settings

    settings = load_settings()
    require_database_folder(settings.database)
    app = create_app(settings)
    services: Services = app.extensions["proffer"]
    with app.app_context():
        try:
            yield services
        finally:
            services.close()


def require_database_folder(settings: "DatabaseSettings") -> None:
    """Make the folder of a SQLite file.

    :raises Failure: the folder cannot be made or written.
    """
    if not settings.is_sqlite or settings.in_memory:
        return
    folder = Path(settings.url.removeprefix("sqlite:///").partition("?")[0]).parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"{folder} cannot be made: {error.strerror} (setting database.url)") from None
    probe = folder / ".proffer-probe"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Failure(f"{folder} cannot be written: {error.strerror} (setting database.url)") from None


def require_migrated(settings: "DatabaseSettings") -> None:
    """Stop before anybody meets a table that is not there.

    :raises Failure: `proffer migrate` has not been run.
    """
    from idp.storage.revision import is_current

    if not is_current(settings.url):
        raise Failure("the database has not been brought up to date: run `proffer migrate` first")
