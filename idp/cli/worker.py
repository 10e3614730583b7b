"""`proffer worker` and `proffer purge`: what has expired is removed, keys are replaced, services and citizens are told.

Each round works in batches, one short transaction each, so that a server which writes at the same time waits for one
batch at most. Several workers at once do no harm.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from idp.cli.application import opened, require_migrated

if TYPE_CHECKING:
    from idp.relay.intake import Intake
    from idp.services import Services

log = logging.getLogger(__name__)


@click.command()
def purge() -> None:
    """Remove everything that has expired, once."""
    with opened() as services:
        removed = purge_all(services, stopping=threading.Event())
    click.echo(f"Removed {removed} expired rows.")


@click.command()
def worker() -> None:
    """Remove what expires, replace keys, tell services, forward private mail.

    Round after round: keys that are due, and notices that services wait for. Stops when told to (SIGINT or SIGTERM).
    """
    import logging.config

    from idp.cli.logs import configuration

    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopping.set())
    with opened() as services:
        require_migrated(services.settings.database)
        logging.config.dictConfig(configuration(services.settings.logging))
        log.info("worker started")
        taking_in = _take_in(services)
        next_round = time.monotonic()
        while not stopping.is_set():
            if time.monotonic() >= next_round:
                _round(services, stopping)
                next_round = time.monotonic() + services.settings.purge.interval_seconds
            _tell(services, stopping)
            stopping.wait(min(services.settings.notices.interval_seconds, max(0.0, next_round - time.monotonic())))
        if taking_in is not None:
            taking_in.stop()
    log.info("worker stopped")


def _take_in(services: "Services") -> "Intake | None":
    """Begin to take private mail in, where the deployment has any and no other worker here does."""
    from idp.relay.intake import Intake

    settings = services.settings.relay
    if not settings.on:
        return None
    intake = Intake(services.forwarding, settings=settings)
    try:
        intake.start()
    except OSError as error:
        # Another worker of this machine does it, or the port is somebody else's; everything else goes on here.
        log.warning("private mail is not taken in here: port %d: %s", settings.port, error.strerror)
        return None
    log.info("taking in private mail on %s, port %d", settings.host, intake.port)
    return intake


def purge_all(services: "Services", *, stopping: threading.Event) -> int:
    """Remove everything that has expired, batch by batch; return how many rows went.

    :param stopping: once set, no further batch begins.
    """
    return sum(_exhaust(batch, stopping) for batch in batches(services))


def batches(services: "Services") -> tuple[Callable[[], int], ...]:
    """Return what removes at most one batch of each kind of row and says how many rows went."""
    size, now = services.settings.purge.batch_size, services.clock.now
    return (
        lambda: services.tokens.purge(size),
        lambda: services.interactions.purge(now(), size),
        lambda: services.sharing.end_due(size),
        lambda: services.sharing.remind(size),
        lambda: services.consent.purge(now(), size),
        lambda: services.tellings.purge(now(), size),
        lambda: services.authentication.purge(now(), size),
        lambda: services.passkeys.purge(size),
        lambda: services.vault.purge_devices(size),
        lambda: services.handover.purge(now(), size),
        lambda: services.organisations.purge(now(), size),
        lambda: services.invitations.purge(size),
        lambda: services.self_registered.purge(size, in_use=services.consent.services_among),
        lambda: services.notices.purge(now(), size),
        lambda: services.letters.purge(now(), size),
        lambda: services.recovery.purge(size),
        lambda: services.logout.purge(now(), size),
        lambda: services.portability.purge(size),
        services.keys.purge,
    )


def _exhaust(batch: Callable[[], int], stopping: threading.Event) -> int:
    total = 0
    while not stopping.is_set() and (removed := batch()):
        total += removed
    return total


def _tell(services: "Services", stopping: threading.Event) -> None:
    """Tell services what is due, one after another; several workers share what there is."""
    from sqlalchemy.exc import OperationalError

    try:
        while not stopping.is_set() and services.notices.tell_due():
            pass
    except OperationalError:
        log.warning("the database cannot be used; trying again later")


def _round(services: "Services", stopping: threading.Event) -> None:
    """Do what is due; a database that is away for a while must not end the worker."""
    from sqlalchemy.exc import OperationalError

    try:
        rotated = services.keys.rotate_due()
        removed = purge_all(services, stopping=stopping)
    except OperationalError:
        log.warning("the database cannot be used; trying again in the next round")
    else:
        for rotation in rotated:
            log.info("key in use from now on", extra={"algorithm": rotation.algorithm, "kid": rotation.activated})
        if removed:
            log.info("removed %d expired rows", removed)
