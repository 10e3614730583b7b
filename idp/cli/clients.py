"""`proffer clients`: the services that may ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from idp.cli.application import opened
from idp.cli.failures import Failure
from idp.cli.invitations import invitations, invite, uninvite

if TYPE_CHECKING:
    from idp.clients.service import ImportReport


@click.group()
def clients() -> None:
    """Say which services may ask, and for what."""


for command in (invite, invitations, uninvite):
    clients.add_command(command)


@clients.command("list")
def list_() -> None:
    """List every service with its state."""
    with opened() as services:
        for client in services.clients.list():
            name = client.name("en").text
            run_by = client.organisation.legal_name or f"registered itself, {', '.join(client.hosts)}"
            click.echo(f"{client.client_id:<24} {client.state:<10} {name} ({run_by})")


@clients.command()
@click.argument("client_id")
def show(client_id: str) -> None:
    """Show the registration of CLIENT_ID as JSON.

    By the names of the standards, without secrets.
    """
    import json

    from idp.protocol.client_metadata import members_of

    with opened() as services:
        client = services.clients.get(client_id)
        if client is None:
            raise Failure("there is no such service")
        uses = [f"{use.key}, version {use.version}" for use in client.uses]
        ours = {"state": client.state, "run_by": client.organisation.legal_name, "registered_itself": client.dynamic}
        click.echo(json.dumps({**ours, **members_of(client), "uses": uses}, ensure_ascii=False, indent=2))


@clients.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(file: Path) -> None:
    """Import services and what they may ask from FILE.

    TOML or JSON, with the organisations that run them. All or nothing, and safe to repeat. config/services.toml is
    a commented sample.
    """
    with opened() as services, faults_told():
        tell(services.clients.import_file(file))


@clients.command()
@click.option("--id", "client_id", required=True, help="Identifier of the service (client_id).")
@click.option("--name", required=True, help="Name that citizens see.")
@click.option("--organisation", required=True, help="Legal name of whoever runs it.")
@click.option("--public-body", is_flag=True, help="It is run by a public body.")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="Address that answers go to; repeatable.")
@click.option("--scope", default="openid", show_default=True, help="Scopes it may ask for.")
@click.option("--public", is_flag=True, help="It cannot keep a secret (a browser or phone application).")
@click.option("--native", is_flag=True, help="It is installed on a device (RFC 8252).")
@click.option("--refresh", is_flag=True, help="It may stay signed in with refresh tokens.")
@click.option("--machine", is_flag=True, help="It acts for itself, without citizens (client credentials).")
@click.option("--jwks-uri", help="Address of its public keys; it then authenticates by signed assertion.")
@click.option("--algorithm", type=click.Choice(["ES256", "RS256"]), default="ES256", show_default=True)
def add(**options: Any) -> None:  # noqa: ANN401 - what click collects
    """Add one service; its secret, if it has one, is shown once."""
    from idp.clients.reading import parse

    if options["public"] and options["jwks_uri"]:
        raise click.UsageError("--public and --jwks-uri exclude each other")
    with opened() as services, faults_told():
        if services.clients.get(options["client_id"]) is not None:
            raise Failure(f"there is a service {options['client_id']} already; `proffer clients import` changes it")
        tell(services.clients.register(parse(_tables(options))))


@clients.command()
@click.argument("client_id")
def secret(client_id: str) -> None:
    """Make a new secret for CLIENT_ID and show it.

    Only this once. The secret before keeps working until the next one is made.
    """
    with opened() as services, faults_told():
        click.echo(services.clients.new_secret(client_id))


@clients.command()
@click.argument("client_id")
@click.confirmation_option("--yes", prompt="Stop this service at once?")
def suspend(client_id: str) -> None:
    """Stop CLIENT_ID at once: no tokens, no details. It is told that its sessions have ended."""
    with opened() as services, faults_told():
        services.logout.suspend_service(client_id)
    click.echo(f"Suspended {client_id}.")


@clients.command()
@click.argument("client_id")
@click.confirmation_option("--yes", prompt="Let this service send requests again?")
def resume(client_id: str) -> None:
    """Let CLIENT_ID send requests again after `suspend`."""
    with opened() as services, faults_told():
        client = services.clients.get(client_id)
        if client is not None and client.state != "suspended":
            raise Failure(f"{client_id} is not suspended")
        services.clients.approve(client_id)
    click.echo(f"Resumed {client_id}.")


@clients.command()
@click.argument("client_id")
def approve(client_id: str) -> None:
    """Let CLIENT_ID send requests."""
    with opened() as services, faults_told():
        services.clients.approve(client_id)
    click.echo(f"Approved {client_id}.")


def _tables(options: dict[str, Any]) -> dict[str, Any]:
    """Write the options as the tables of an import file, so that both are checked by the same rules."""
    method = "client_secret_basic"
    if options["public"]:
        method = "none"
    elif options["jwks_uri"]:
        method = "private_key_jwt"
    grants = ["client_credentials"] if options["machine"] else ["authorization_code"]
    client = {
        "client_id": options["client_id"],
        "organisation": "operator",
        "name": options["name"],
        "application_type": "native" if options["native"] else "web",
        "redirect_uris": list(options["redirect_uris"]),
        "grant_types": [*grants, *(["refresh_token"] if options["refresh"] else [])],
        "scope": options["scope"],
        "token_endpoint_auth_method": method,
        "id_token_signed_response_alg": options["algorithm"],
        **({"jwks_uri": options["jwks_uri"]} if options["jwks_uri"] else {}),
    }
    organisation = {"legal_name": options["organisation"], "public_body": options["public_body"]}
    return {"organisations": {"operator": organisation}, "clients": [client]}


def tell(report: "ImportReport") -> None:
    """Say what an import stored."""
    for client_id in report.changed:
        click.echo(f"stored     {client_id}")
    for client_id in report.unchanged:
        click.echo(f"unchanged  {client_id}")
    for client_id, key, version in report.uses:
        click.echo(f"use        {client_id} {key}, version {version}")
    for client_id, made in report.secrets:
        click.echo(f"secret     {client_id} {made}   (shown once)")


@contextmanager
def faults_told() -> Iterator[None]:
    """Name the place of each fault."""
    from idp.clients.errors import RegistrationFaultsError, UnknownClientError

    try:
        yield
    except RegistrationFaultsError as error:
        faults = "\n".join(f"  {fault}" for fault in error.faults)
        raise Failure(f"nothing was stored:\n{faults}") from None
    except UnknownClientError:
        raise Failure("there is no such service") from None
