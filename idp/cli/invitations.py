"""`proffer clients invite` and its relatives: who may register services of their own."""

import click

from idp.cli.application import opened
from idp.cli.failures import Failure


@click.command()
@click.option("--label", default="", help="What you call it; never shown outside.")
@click.option(
    "--uses", type=click.IntRange(1, 100_000), help="Services that it may register; any number when left out."
)
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="Ends after so many days.")
def invite(label: str, uses: int | None, days: int) -> None:
    """Make an initial access token and show it.

    Only this once. Whoever holds it may register services when registration.mode is token.
    """
    with opened() as services:
        click.echo(services.invitations.invite(label=label, uses=uses, days=days))


@click.command()
def invitations() -> None:
    """List initial access tokens.

    Each line: identifier, uses left, end and label.
    """
    with opened() as services:
        now = services.clock.now()
        for each in services.invitations.list():
            uses = "any number" if each.uses_left is None else f"{each.uses_left} left"
            end = "ended" if each.expires_at <= now else f"until {each.expires_at:%Y-%m-%d}"
            click.echo(f"{each.id}  {uses:<12} {end:<16} {each.label}".rstrip())


@click.command()
@click.argument("invitation_id")
def uninvite(invitation_id: str) -> None:
    """End the initial access token INVITATION_ID.

    Services that it has registered stay.
    """
    from idp.clients.errors import UnknownInvitationError

    with opened() as services:
        try:
            services.invitations.revoke(invitation_id)
        except UnknownInvitationError:
            raise Failure("there is no such initial access token; `proffer clients invitations` lists them") from None
    click.echo(f"Ended {invitation_id}.")
