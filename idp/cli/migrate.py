"""`proffer migrate`: the database brought up to date."""

import click

from idp.cli.application import opened, require_database_folder


@click.command()
def migrate() -> None:
    """Bring the database up to date and make the keys that are missing. Safe to repeat."""
    from idp.settings import load_settings
    from idp.storage.migrate import upgrade

    settings = load_settings()
    require_database_folder(settings.database)
    upgrade(settings.database.url)
    with opened() as services:
        services.keys.ensure()
    click.echo("The database is up to date.")
