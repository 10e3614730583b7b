"""The set-up that docs/conformance.md shows, as it stands there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[3] / "docs" / "conformance.md"
#: Where the document has the judge answer. Nothing in these tests reaches it.
JUDGE = "https://localhost.emobix.co.uk:8443/test/a/proffer"
CALLBACK = f"{JUDGE}/callback"
SCOPE = "openid profile email address phone offline_access"
SECRETS = {
    "first": "first-secret-0123456789-abcdefghijklmnop",
    "second": "second-secret-0123456789-abcdefghijklmno",
    "posting": "posting-secret-0123456789-abcdefghijklmn",
}
#: The other half of the key that the document registers for the service with a key.
PRIVATE_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "kid": "judge-1",
    "use": "sig",
    "alg": "ES256",
    "x": "BAlyW3aXdncJO7-lW4HvIQR83bOVO7GRmZ5bJ-mWYqE",
    "y": "PP1vEuUtRiuRToc31UuawqEoDiVi3wnzewvi4vaOVts",
    "d": "seWk4AduUnjY8NWp4tLuQb7Z8h-FuMZM8vuhtKjMNQc",
}

#: OIDC Core §5.4.
CLAIMS_OF_SCOPE = {
    "profile": {
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    },
    "email": {"email", "email_verified"},
    "address": {"address"},
    "phone": {"phone_number", "phone_number_verified"},
}


def _blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def settings() -> str:
    """The settings file, as text."""
    return _blocks("toml")[0]


def import_file() -> dict[str, Any]:
    """The import file."""
    return tomllib.loads(_blocks("toml")[1])


def citizen(login: str) -> dict[str, Any]:
    """A citizen of the import file."""
    return next(account for account in import_file()["accounts"] if account["login"] == login)
