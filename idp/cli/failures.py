"""Errors that an operator can mend, told in one clear line."""

import click

_MISSING_TABLE = ("no such table", "no such column", "undefinedtable", "undefinedcolumn", "does not exist")


class Failure(click.ClickException):
    """A command that could not be done. The message says what to change."""

    def show(self, file: object = None) -> None:
        """Print the message on standard error, without click's usage lines."""
        del file
        click.echo(f"proffer: {self.message}", err=True)


class SettingsFailure(Failure):
    """Settings that cannot be used."""

    exit_code = 2


def explained(error: Exception) -> Failure | None:
    """Return what to tell the operator, or None for a fault of the program, which deserves its traceback."""
    from sqlalchemy import exc

    from idp.keys.errors import KeysLockedError
    from idp.places import PlacesUnreadableError
    from idp.settings import SettingsError

    if isinstance(error, SettingsError | PlacesUnreadableError):
        return SettingsFailure(str(error))
    if isinstance(error, KeysLockedError):
        return Failure(
            "the keys in the database do not open: secrets.key_encryption is not the one that they were made with"
        )
    if isinstance(error, exc.OperationalError | exc.ProgrammingError):
        return Failure(_of_database(error))
    if isinstance(error, OSError) and error.filename is not None:
        return Failure(f"{error.filename}: {error.strerror}")
    return None


def _of_database(error: Exception) -> str:
    # Only the driver's own first line: SQLAlchemy adds the statement and its parameters.
    cause = getattr(error, "orig", None)
    text = str(cause).strip().split("\n")[0]
    if any(sign in f"{type(cause).__name__} {text}".lower() for sign in _MISSING_TABLE):
        return "the database has not been brought up to date: run `proffer migrate` first"
    return f"the database cannot be used: {text} (setting database.url)"
