"""`proffer keys`: the keys that sign and seal tokens."""

import click

from idp.cli.application import opened
from idp.cli.failures import Failure


@click.group()
def keys() -> None:
    """List or rotate signing keys."""


@keys.command("list")
def list_() -> None:
    """List every key with its state and age."""
    with opened() as services:
        for key in services.keys.list():
            since = key.activated_at or key.created_at
            click.echo(f"{key.kid}  {key.use:<5} {key.algorithm or '':<6} {key.state:<8} since {since:%Y-%m-%d %H:%M}")


@keys.command()
@click.option("--algorithm", help="Rotate only the keys of this algorithm, such as ES256.")
def rotate(algorithm: str | None) -> None:
    """Sign with the next key from now on. Running servers follow by themselves; old tokens stay verifiable."""
    from idp.keys.errors import KeyMissingError, RotationRacedError
    from idp.keys.values import TOKEN_ALGORITHM

    with opened() as services:
        try:
            rotations = services.keys.rotate(algorithm)
        except KeyMissingError:
            asked = algorithm or "one of the algorithms"
            raise Failure(f"there is no key for {asked}; `proffer keys list` shows those there are") from None
        except RotationRacedError:
            raise Failure("another process rotated at this very moment; nothing is left to do") from None
    for rotation in rotations:
        # The key that seals tokens is ours alone: nobody else has to know it.
        published = rotation.algorithm != TOKEN_ALGORITHM
        stays = "stays published for now" if published else "still opens what it sealed"
        click.echo(f"{rotation.algorithm:<8} {rotation.activated} is in use; {rotation.retired} {stays}")
        if rotation.early and published:
            click.echo(f"{'':<8} a service that keeps our keys for long may not know it yet")
