"""`proffer accounts`: citizens made by the operator, for tests, demonstrations and help desks.

No command lists accounts or shows a detail: an operator has no key to them.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from idp.cli.application import opened
from idp.cli.failures import Failure

if TYPE_CHECKING:
    from idp.authentication.values import Imported
    from idp.cli.citizens import Citizen
    from idp.services import Services


@click.group()
def accounts() -> None:
    """Make, suspend and close accounts."""


@accounts.command()
@click.argument("login")
@click.option("--locale", help="Language of this citizen's pages, such as fr.")
def add(login: str, locale: str | None) -> None:
    """Make an account for LOGIN and print its recovery code, once.

    The password is asked for, or read from standard input when that is no terminal; never given as an argument,
    which other users of the machine could read.
    """
    from idp.cli.citizens import Citizen

    password = _password()
    with opened() as services:
        made = _take_in(services, Citizen("account", login, password, locale))
    if not made.created:
        raise Failure("somebody has this sign-in name already")
    click.echo(f"Recovery code: {made.recovery_code}")


@accounts.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    """Make the accounts of a TOML or JSON FILE, with their details. Accounts that exist stay as they are.

    Each account is stored whole or not at all, so after a fault the mended file can be imported again.
    """
    from idp.cli.citizens import read_citizens

    citizens = read_citizens(file)
    with opened() as services:
        take_in(services, citizens)


def take_in(services: "Services", citizens: Iterable["Citizen"]) -> None:
    """Make these accounts, saying of each whether it existed.

    :raises Failure: one of them has a fault; those before it are made.
    """
    for citizen in citizens:
        made = _take_in(services, citizen)
        click.echo(f"{'made' if made.created else 'exists':<8} {citizen.login}")


@accounts.command()
@click.argument("login")
@click.confirmation_option("--yes", prompt="Sign this citizen out everywhere, and keep them out?")
def suspend(login: str) -> None:
    """Keep LOGIN out until `resume`. Every session ends and services are told; what is shared stays as it is."""
    with opened() as services, _state_told():
        services.logout.suspend_account(login)
    click.echo("Suspended.")


@accounts.command()
@click.argument("login")
@click.confirmation_option("--yes", prompt="Let this citizen sign in again?")
def resume(login: str) -> None:
    """Let LOGIN sign in again."""
    with opened() as services, _state_told():
        services.logout.resume_account(login)
    click.echo("Resumed.")


@accounts.command()
@click.argument("login")
@click.confirmation_option("--yes", prompt="Delete everything that this citizen keeps here? It cannot be undone.")
def close(login: str) -> None:
    """Close LOGIN's account for good.

    Sharing stops and services are told; password, recovery code and every detail are deleted. The sign-in name is
    not given to anybody else, and the record of what was shared with whom stays, without values.
    """
    with opened() as services, _state_told():
        services.logout.close_account(login)
    click.echo("Closed.")


@contextmanager
def _state_told() -> Iterator[None]:
    from idp.logout.errors import AccountClosedError, NoAccountError

    try:
        yield
    except NoAccountError:
        raise Failure("there is no account with this sign-in name") from None
    except AccountClosedError:
        raise Failure("the account is closed; nothing is left to suspend, resume or close") from None


def _password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    password = sys.stdin.readline().rstrip("\n")
    if not password:
        raise Failure("the password is expected on standard input")
    return password


def _take_in(services: "Services", citizen: "Citizen") -> "Imported":
    with _faults_told(citizen):
        return services.authentication.import_citizen(
            login=citizen.login,
            password=citizen.password,
            details=citizen.details,
            recovery_code_text=citizen.recovery_code,
            locale=citizen.locale,
        )


@contextmanager
def _faults_told(citizen: "Citizen") -> Iterator[None]:
    """Name the place of a fault, and never the value."""
    from idp.accounts.errors import InvalidLoginError
    from idp.authentication.errors import PasswordRefusedError
    from idp.claims.errors import InvalidDetailError, UnknownClaimError
    from idp.vault.errors import DetailHeldError, TooManyDetailsError, UnknownLanguageError

    try:
        yield
    except (InvalidLoginError, PasswordRefusedError) as error:
        name = "login" if isinstance(error, InvalidLoginError) else "password"
        raise Failure(f"{citizen.place}.{name}: {error.code.replace('_', ' ')}") from None
    except InvalidDetailError as error:
        part = f".{error.part}" if error.part else ""
        raise Failure(f"{citizen.place}.details.{error.claim}{part}: {error.code.replace('_', ' ')}") from None
    except UnknownClaimError as error:
        raise Failure(f"{citizen.place}.details.{error.name}: there is no such detail in the catalogue") from None
    except DetailHeldError as error:
        raise Failure(f"{citizen.place}.details.{error.claim}: given twice, or takes one value only") from None
    except UnknownLanguageError:
        raise Failure(f"{citizen.place}.details: a detail in a language in which it cannot be held") from None
    except TooManyDetailsError:
        raise Failure(f"{citizen.place}.details: too many") from None
    except ValueError:
        raise Failure(f"{citizen.place}.recovery_code: is not a recovery code") from None
