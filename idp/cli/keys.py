"""`proffer keys`: the keys that sign tokens."""

import click

from idp.cli.application import opened


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
    with opened() as services:
        services.keys.rotate(algorithm)
    click.echo("Rotated. The key before stays published until what it signed has ended.")
