"""`proffer demo`: provider and services together, until Ctrl-C."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from idp.demo import mailbox
from idp.demo.instance import Instance, InstanceError, open_instance
from idp.demo.processes import Child, Family, StartError, Stopped, require_free_ports, stop_on_signals
from idp.demo.seed import CITIZENS, prepare

if TYPE_CHECKING:
    from pathlib import Path

PROVIDER_PORT = 8000
#: Another host name than the services', so that cookies and cross-site rules are the real ones.
ISSUER = f"http://localhost:{PROVIDER_PORT}"
SERVICES = {"council": 8001, "bookshop": 8002}
#: Where letters to citizens go: to the terminal.
MAILBOX_PORT = 8025


def run(*, reset: bool, instance: Path) -> int:
    """Start everything, print where it is, and stop it all on Ctrl-C.

    :param reset: start over with an empty folder.
    :param instance: folder that keeps the database and the secrets between runs.
    :returns: the exit code of the command.
    """
    family = Family()
    stop_on_signals()
    try:
        require_free_ports(PROVIDER_PORT, MAILBOX_PORT, *SERVICES.values())
        opened = open_instance(instance, reset=reset)
        environment = _environment(opened)
        prepare(opened, environment, services={key: _home(port) for key, port in SERVICES.items()})
        printing = ("-m", "idp.demo.mailbox", str(MAILBOX_PORT))
        family.start(Child(name="The mailbox", arguments=printing, environment={}))
        family.start(_provider(environment))
        family.start(Child(name="The worker", arguments=("-m", "idp.cli", "worker"), environment=environment))
        for key, port in SERVICES.items():
            family.start(_service(key, port, opened))
        _greet(opened)
        family.watch()
    except (InstanceError, StartError) as error:
        print(f"proffer demo: {error}", file=sys.stderr)
        return 1
    except Stopped:
        print("\nStopping.")
    finally:
        family.stop()
    return 0


def _home(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _environment(instance: Instance) -> dict[str, str]:
    """Return the provider's settings as variables; what the caller's environment sets wins nowhere."""
    return {
        "PROFFER_MODE": "development",
        "PROFFER_ISSUER": ISSUER,
        "PROFFER_DATABASE__URL": instance.database_url,
        "PROFFER_SECRETS__KEY_ENCRYPTION_FILE": str(instance.secret_file("key_encryption")),
        "PROFFER_SECRETS__PEPPER_FILE": str(instance.secret_file("pepper")),
        # The services are on this machine, and want to hear when somebody signs out.
        "PROFFER_OUTBOUND__ALLOWED_HOSTS": ",".join(urlsplit(_home(port)).netloc for port in SERVICES.values()),
        "PROFFER_MAIL__HOST": mailbox.HOST,
        "PROFFER_MAIL__PORT": str(MAILBOX_PORT),
        "PROFFER_MAIL__SECURITY": "none",
        "PROFFER_MAIL__FROM_ADDRESS": "no-reply@proffer.example",
        "PROFFER_SERVER__HOST": "localhost",
        "PROFFER_SERVER__PORT": str(PROVIDER_PORT),
        "PROFFER_SERVER__WORKERS": "1",
        "PROFFER_LOGGING__LEVEL": "warning",
    }


def _provider(environment: dict[str, str]) -> Child:
    return Child(
        name="The provider",
        arguments=("-m", "idp.cli", "serve"),
        environment=environment,
        ready_url=f"{ISSUER}/.well-known/openid-configuration",
    )


def _service(key: str, port: int, instance: Instance) -> Child:
    return Child(
        name=f"The {key}",
        arguments=("-m", "idp.demo.service", key),
        environment={
            "PORT": str(port),
            "ISSUER": ISSUER,
            "CLIENT_ID": key,
            "CLIENT_SECRET": instance.secret(key),
            "SECRET_KEY": instance.secret(f"{key}_cookie"),
        },
        ready_url=f"{_home(port)}/health",
    )


def _greet(instance: Instance) -> None:
    rows = [
        ("Proffer", ISSUER, "your details, sharing and activity"),
        ("Northtown Council", _home(SERVICES["council"]), "parking permits, a public body"),
        ("Corner Bookshop", _home(SERVICES["bookshop"]), "asks for more than it is registered to need"),
    ]
    print("\nProffer is running.\n")
    for name, address, what in rows:
        print(f"  {name:<19} {address:<24} {what}")
    print("\n  Sign-in name        Password")
    for citizen in CITIZENS:
        print(f"  {citizen.login:<19} {citizen.password:<32} {citizen.about}")
    print(
        "\nTry first: open the council, apply for a permit, sign in as amina and choose what to share."
        "\nLetters to citizens are printed here: give a contact address under Security, any address will do."
        f"\nA device without a browser: {sys.executable} -m idp.demo.device {ISSUER} library"
        f"\nWhat you do is kept in {instance.folder}; `make run RESET=1` starts over. Ctrl-C stops everything.\n",
        flush=True,
    )
