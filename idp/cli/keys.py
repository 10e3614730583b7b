"""`proffer keys`: the keys that sign, that others encrypt to, and that seal tokens."""

from typing import TYPE_CHECKING, Final

import click

from idp.cli.application import opened
from idp.cli.failures import Failure

if TYPE_CHECKING:
    from datetime import datetime

    from idp.keys.values import Key

#: What becomes of a retired key, by its use.
_AFTERWARDS: Final = {
    "sign": "stays published for now",
    "encrypt": "still opens what was encrypted to it",
    "seal": "still opens what it sealed",
}


@click.group()
def keys() -> None:
    """List or rotate keys."""


@keys.command("list")
def list_() -> None:
    """List every key: state, age, when it is replaced."""
    with opened() as services:
        due = services.keys.due()
        for key in services.keys.list():
            since = key.retired_at or key.activated_at or key.created_at
            age = (services.clock.now() - since).days
            line = f"{key.kid:<43}  {key.use:<7} {key.algorithm:<12} {key.state:<8} since {since:%Y-%m-%d %H:%M}"
            click.echo(f"{line}, {age} days{_then(key, due.get(key.kid))}")


@keys.command()
@click.argument("algorithm", required=False)
def rotate(algorithm: str | None) -> None:
    """Use the next key from now on: ALGORITHM's, or all.

    Running servers follow by themselves. Old tokens stay verifiable.
    """
    from idp.keys.errors import KeyMissingError, RotationRacedError

    with opened() as services:
        try:
            rotations = services.keys.rotate(algorithm)
        except KeyMissingError:
            asked = algorithm or "one of the algorithms"
            raise Failure(f"there is no key for {asked}; `proffer keys list` shows those there are") from None
        except RotationRacedError:
            raise Failure("another process rotated at this very moment; nothing is left to do") from None
    for rotation in rotations:
        click.echo(
            f"{rotation.algorithm:<12} {rotation.activated} is in use; {rotation.retired} {_AFTERWARDS[rotation.use]}"
        )
        # Nobody else has to know the key that seals tokens, and nobody encrypts to one that they do not know.
        if rotation.early and rotation.use == "sign":
            click.echo(f"{'':<12} a service that keeps our keys for long may not know it yet")


def _then(key: "Key", due: "datetime | None") -> str:
    if key.publish_until is not None:
        return f", over {key.publish_until:%Y-%m-%d %H:%M}"
    return "" if due is None else f", due {due:%Y-%m-%d}"
