"""`proffer import`: a whole set-up from one file, for tests and demonstrations.

It holds the tables of `proffer clients import` (organisations, clients, uses) and those of `proffer accounts import`.
"""

from pathlib import Path

import click

from idp.cli.accounts import take_in
from idp.cli.application import opened
from idp.cli.clients import faults_told, tell


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    """Import services and citizens from one TOML or JSON FILE.

    Services first, all or nothing; then each account whole or not at all. Safe to repeat: services become what the
    file says, accounts that exist stay as they are.
    """
    from idp.cli.citizens import citizens_of
    from idp.clients.reading import parse, tables_of

    with faults_told():
        tables = tables_of(file)
        entries = tables.pop("accounts", []) if isinstance(tables, dict) else []
        services_part = parse(tables)
    citizens = citizens_of(entries)
    with opened() as services:
        with faults_told():
            tell(services.clients.register(services_part))
        take_in(services, citizens)
