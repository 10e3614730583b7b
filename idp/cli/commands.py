"""The list of commands."""

from typing import Any

import click

from idp.cli.accounts import accounts
from idp.cli.clients import clients
from idp.cli.config import config
from idp.cli.demo import demo
from idp.cli.failures import explained
from idp.cli.importing import import_
from idp.cli.keys import keys
from idp.cli.migrate import migrate
from idp.cli.notices import notices
from idp.cli.serve import serve
from idp.cli.worker import purge, worker


class Commands(click.Group):
    """A group whose commands end in one clear line when an operator can mend the cause."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click declares it
        """Run the command; turn known errors into a message and an exit code."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            failure = explained(error)
            if failure is None:
                raise
            raise failure from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="proffer", message="%(prog)s %(version)s")
def main() -> None:
    """Run an identity provider whose citizens choose, detail by detail, what each service learns.

    Settings come from PROFFER_... variables and from the file that PROFFER_CONFIG names; `proffer config show`
    prints those in force.
    """


for command in (serve, worker, migrate, keys, clients, accounts, notices, import_, purge, config, demo):
    main.add_command(command)
