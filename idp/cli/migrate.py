"""`proffer migrate`: the database brought up to date."""

import click

from idp.cli.application import opened, require_database_folder


@click.command()
@click.option("--draft", metavar="MESSAGE", help="For developers: write a new migration from what the models changed.")
def migrate(draft: str | None) -> None:
    """Bring the database up to date. Safe to repeat.

    Makes the keys that are missing, too.
    """
    from idp.settings import load_settings
    from idp.storage.migrate import revise, upgrade

    settings = load_settings()
    require_database_folder(settings.database)
    upgrade(settings.database.url)
    with opened() as services:
        services.keys.ensure()
        if draft:
            # The application is open, so every model has been imported.
            revise(settings.database.url, draft)
    click.echo("The database is up to date." if not draft else "Written to idp/storage/migrations/versions: read it.")
