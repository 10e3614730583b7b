"""What works but should not stay: settings that weaken a deployment without breaking it."""

import stat
from collections.abc import Iterator
from urllib.parse import urlsplit

from idp.settings.kinds import is_loopback
from idp.settings.tree import Settings

_LEAST_MEMORY_PASSES = 19456 * 2
_READABLE_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH


def unsafe_settings(settings: Settings) -> tuple[str, ...]:
    """Return one line for each setting in force that weakens this deployment, naming the field and what to change."""
    return (
        *_of_mode(settings),
        *_of_files(settings),
        *_of_network(settings),
        *_of_guessing(settings),
        *_of_registration(settings),
        *_of_mail(settings),
    )


def _of_mode(settings: Settings) -> Iterator[str]:
    if settings.mode == "development":
        yield "mode: development accepts what production refuses; set it to production where citizens sign in"
    for name in settings.secrets.published():
        yield f"secrets.{name}: is the published example; make one with `openssl rand -base64 48`"
    if settings.database.in_memory:
        yield "database.url: is in memory, so everything is lost at each stop"


def _of_files(settings: Settings) -> Iterator[str]:
    files = {
        "secrets.key_encryption_file": settings.secrets.key_encryption_file,
        "secrets.pepper_file": settings.secrets.pepper_file,
        "server.tls_key": settings.server.tls_key,
        **{f"organisations.{each.id}.client_secret_file": each.client_secret_file for each in settings.organisations},
        "mail.password_file": settings.mail.password_file,
    }
    for name, path in files.items():
        if path is not None and path.exists() and path.stat().st_mode & _READABLE_BY_OTHERS:
            yield f"{name}: can be read by other users of this machine; take that away with `chmod 600`"


def _of_network(settings: Settings) -> Iterator[str]:
    server = settings.server
    if not settings.secure:
        yield "issuer: is http, so anyone on the way can read and change what passes"
    elif server.tls_certificate is None and server.trusted_proxies == 0:
        yield (
            "server.trusted_proxies: is 0 and no tls_certificate is set; behind a proxy, "
            "every citizen then seems to come from its address"
        )
    if is_loopback(urlsplit(settings.issuer).hostname) and not is_loopback(server.host):
        yield "server.host: listens beyond this machine while the issuer is a loopback address"
    if settings.relay.on and not is_loopback(settings.relay.host):
        yield "relay.host: takes mail from beyond this machine; let a mail server stand in front, which knows spam"
    if settings.outbound.allowed_hosts:
        yield "outbound.allowed_hosts: lets services make this provider reach hosts of the internal network"


def _of_registration(settings: Settings) -> Iterator[str]:
    if settings.registration.mode == "open":
        yield "registration.mode: open lets anybody register a service; citizens are told that nobody has checked it"
        if settings.limits.registration == "off":
            yield "limits.registration: is off, so one address can fill the list of services"


def _of_mail(settings: Settings) -> Iterator[str]:
    mail = settings.mail
    if not mail.on:
        yield "mail.host: is not set, so citizens hear of a stranger's sign-in only when they look"
    elif mail.security == "none" and not is_loopback(mail.host):
        yield "mail.security: none sends letters unencrypted, and with them links that open accounts"


def _of_guessing(settings: Settings) -> Iterator[str]:
    if settings.limits.storage.startswith("memory:") and settings.server.workers != 1:
        yield "limits.storage: memory:// counts in each worker alone; use redis:// to count together"
    for name in ("sign_in", "sign_up", "recovery", "mail"):
        if getattr(settings.limits, name) == "off":
            yield f"limits.{name}: is off, so guessing is not slowed"
    passwords = settings.passwords
    if passwords.memory_kib * passwords.iterations < _LEAST_MEMORY_PASSES:
        yield "passwords.memory_kib: makes guessing cheap; 19456 KiB with 2 iterations is the least that is advised"
