"""`proffer serve`: the provider behind granian.

Workers are processes that each build the application once. On SQLite, which has one writer, a worker runs one
thread: more of them mean tails of half a second while they wait for each other. Connections beyond what the threads
answer wait in granian; its backpressure counts open connections and not requests, so it stays at its generous default:
a low one would let idle keep-alive connections shut others out.
"""

import errno
import importlib
import os
import signal
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import click

from idp.cli.failures import Failure

if TYPE_CHECKING:
    from flask import Flask
    from granian.server import MPServer

    from idp.settings import ServerSettings, Settings

FACTORY = "idp.app:create_app_from_environment"
POSTGRESQL_THREADS = 3
PEM = click.Path(dir_okay=False, path_type=Path)
#: Seconds that a worker gets to finish what it is answering before it is ended.
STOP_SECONDS = 10


@click.command()
@click.option("--certificate", type=PEM, help="Certificate chain in PEM, to speak https (server.tls_certificate).")
@click.option("--key", type=PEM, help="Private key of that certificate, in PEM (server.tls_key).")
def serve(certificate: Path | None, key: Path | None) -> None:
    """Answer requests until told to stop (SIGINT or SIGTERM)."""
    from idp.cli.application import require_database_folder, require_migrated
    from idp.settings import load_settings, unsafe_settings

    if (certificate is None) != (key is None):
        raise click.UsageError("--certificate and --key belong together")
    settings = load_settings()
    if certificate is not None:
        told = {"tls_certificate": certificate, "tls_key": key}
        settings = settings.model_copy(update={"server": settings.server.model_copy(update=told)})
    require_database_folder(settings.database)
    _require_certificate(settings.server)
    address = _free_address(settings.server)
    if settings.mode == "production":
        for warning in unsafe_settings(settings):
            click.echo(f"proffer: warning: {warning}", err=True)
    require_migrated(settings.database)
    # Workers are forked: what is imported here is read once and shared, and each of them starts at once.
    importlib.import_module(FACTORY.partition(":")[0])
    server = _server(settings, address)
    if settings.logging.level in {"debug", "info"}:
        click.echo(f"proffer: serving {settings.issuer} on {address}:{settings.server.port}", err=True)
    server.serve(target_loader=_application)
    if settings.logging.level in {"debug", "info"}:
        click.echo("proffer: stopped", err=True)


def workers_of(settings: "Settings") -> int:
    """Return how many processes answer: as set, or one for each core that this process may use."""
    return settings.server.workers or len(os.sched_getaffinity(0))


def threads_of(settings: "Settings") -> int:
    """Return how many threads a worker answers with: as set, or what suits the database."""
    return settings.server.threads or (1 if settings.database.is_sqlite else POSTGRESQL_THREADS)


def _application(factory: str) -> "Flask":
    """Build the application inside a worker."""
    # The handlers that a worker inherits belong to its parent and do nothing here: told to stop before granian has set
    # its own, the worker would be waited for in vain.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    module, _, name = factory.partition(":")
    application: Flask = getattr(importlib.import_module(module), name)()
    return application


def _server(settings: "Settings", address: str) -> "MPServer":
    from granian.constants import Interfaces, SSLProtocols
    from granian.log import LogLevels
    from granian.server import MPServer

    from idp.cli.logs import configuration
    from idp.cli.memory import give_back_large_blocks

    give_back_large_blocks()
    # Granian tells at info each worker that it spawns and stops; one line of ours says as much.
    level = settings.logging.level if settings.logging.level != "info" else "warning"
    return MPServer(
        FACTORY,
        interface=Interfaces.WSGI,
        address=address,
        port=settings.server.port,
        workers=workers_of(settings),
        blocking_threads=threads_of(settings),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels(level),
        log_dictconfig=configuration(settings.logging),
        ssl_cert=settings.server.tls_certificate,
        ssl_key=settings.server.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
    )


def _free_address(server: "ServerSettings") -> str:
    """Return the numeric address to listen on, which granian wants.

    Granian shares its port between its workers, and by that with any other process of the same user: a second server
    would start without a word and get half of the requests. So the port is tried first without sharing.
    """
    try:
        found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror:
        raise Failure(f"{server.host} is not an address of this machine (setting server.host)") from None
    # Where a name stands for both, IPv4 is what every client still tries.
    family, kind, protocol, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise Failure(_why_not(error, server)) from None
    return str(address[0])


def _why_not(error: OSError, server: "ServerSettings") -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {server.port} on {server.host} is taken by another program (setting server.port)"
    if error.errno == errno.EACCES:
        return f"port {server.port} needs rights that this user lacks (setting server.port)"
    return f"cannot listen on {server.host}:{server.port}: {error.strerror} (setting server.host)"


def _require_certificate(server: "ServerSettings") -> None:
    if server.tls_certificate is None or server.tls_key is None:
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            server.tls_certificate, server.tls_key, password=_no_passphrase
        )
    except FileNotFoundError:
        raise Failure("there is no file at server.tls_certificate or server.tls_key") from None
    except (OSError, ssl.SSLError, ValueError):
        raise Failure(
            "server.tls_certificate and server.tls_key are not a certificate and its key in PEM without passphrase"
        ) from None


def _no_passphrase() -> str:
    raise ValueError
