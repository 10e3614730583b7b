"""`proffer config`: the settings in force."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from idp.settings import Settings


@click.group()
def config() -> None:
    """Check or show the settings in force."""


@config.command()
def check() -> None:
    """Say whether the settings are usable and safe."""
    from idp.settings import load_settings, unsafe_settings

    settings = load_settings()
    for warning in unsafe_settings(settings):
        click.echo(f"unsafe: {warning}")
    click.echo(f"The settings can be used in {settings.mode}.")


@config.command()
def show() -> None:
    """Print the settings in force as TOML, with secrets hidden."""
    from idp.settings import load_settings

    click.echo("\n".join(_lines(load_settings())))


@config.command()
def example() -> None:
    """Print every setting with its default, as in config/example.toml."""
    from idp.settings.example import example as text

    click.echo(text(), nl=False)


def _lines(settings: "Settings") -> Iterator[str]:
    tree = settings.model_dump(mode="json")
    yield from _values(tree)
    for section, values in tree.items():
        if isinstance(values, dict):
            yield f"\n[{section}]"
            yield from _values(values)


def _values(table: dict[str, Any]) -> Iterator[str]:
    from idp.settings.toml import written

    for name, value in table.items():
        if value is None:
            yield f"# {name} is not set"
        elif not isinstance(value, dict):
            yield f"{name} = {written(_masked(name, value))}"


def _masked(name: str, value: object) -> object:
    """Hide the password inside an address; secrets hide themselves."""
    from sqlalchemy.engine import make_url

    if name not in {"url", "storage"}:
        return value
    return make_url(str(value)).render_as_string(hide_password=True) if "@" in str(value) else value
