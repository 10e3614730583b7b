"""`proffer demo`: the provider and two services to try it with."""

from pathlib import Path

import click


@click.command()
@click.option("--reset", is_flag=True, help="Start over with empty data.")
@click.option(
    "--instance",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("instance"),
    show_default=True,
    help="Folder that keeps the demonstration's data and secrets.",
)
@click.pass_context
def demo(ctx: click.Context, *, reset: bool, instance: Path) -> None:
    """Start the provider and two demo services here."""
    from idp.demo.run import run

    ctx.exit(run(reset=reset, instance=instance.absolute()))
