"""What a new demo holds: two citizens and two services."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from idp.demo.processes import StartError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idp.demo.instance import Instance


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person of the demo; the password is printed at the terminal."""

    login: str
    password: str
    about: str
    details: Mapping[str, Any] = field(default_factory=dict)


CITIZENS = (
    Citizen(
        login="amina",
        password="harbour-lantern-quietly-42",  # noqa: S106 - a demo citizen's, printed at the terminal
        about="has filled in her details",
        details={
            "given_name": "Amina",
            "family_name": "Haddad",
            "birthdate": "1988-02-29",
            "email": ["amina.haddad@mail.example", "a.haddad@work.example"],
            "phone_number": "+442079460018",
            "address": {
                "street_address": "14 Quay Lane",
                "locality": "Northtown",
                "postal_code": "SW1A 1AA",
                "country": "GB",
            },
        },
    ),
    Citizen(
        login="bram",
        password="copper-meadow-seldom-17",  # noqa: S106 - a demo citizen's, printed at the terminal
        about="has told almost nothing yet",
        details={"given_name": "Bram"},
    ),
)


def prepare(instance: Instance, environment: Mapping[str, str], *, services: Mapping[str, str]) -> None:
    """Bring the database up to date and import the seed; what an earlier run left stays.

    Uses the same commands as an operator would.

    :param services: home address of each service by key.
    :raises StartError: a command failed; the message is its own.
    """
    _proffer(environment, "migrate")
    with tempfile.TemporaryDirectory(prefix="proffer-demo-") as folder:
        clients = Path(folder) / "clients.json"
        clients.write_text(json.dumps(_clients(instance, services)), encoding="utf-8")
        _proffer(environment, "clients", "import", str(clients))
        accounts = Path(folder) / "accounts.json"
        accounts.write_text(json.dumps(_accounts()), encoding="utf-8")
        _proffer(environment, "accounts", "import", str(accounts))


def _proffer(environment: Mapping[str, str], *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter, our own arguments
        [sys.executable, "-m", "idp.cli", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"`proffer {' '.join(arguments[:2])}` failed:\n{(done.stderr or done.stdout).strip()}"
        raise StartError(message)


def _accounts() -> dict[str, Any]:
    return {
        "accounts": [
            {"login": each.login, "password": each.password, "details": dict(each.details)} for each in CITIZENS
        ]
    }


def _clients(instance: Instance, services: Mapping[str, str]) -> dict[str, Any]:
    text = (Path(__file__).parent / "services.json").read_text(encoding="utf-8")
    described: dict[str, Any] = json.loads(text)
    for client in described["clients"]:
        key = client["client_id"]
        if key not in services:
            # A device, which has no address.
            continue
        client["secret"] = instance.secret(key)
        client["redirect_uris"] = [f"{services[key]}/callback"]
        client["initiate_login_uri"] = f"{services[key]}/login"
        client["post_logout_redirect_uris"] = [f"{services[key]}/"]
        client["backchannel_logout_uri"] = f"{services[key]}/signed-out-elsewhere"
        client["backchannel_logout_session_required"] = True
    return described
