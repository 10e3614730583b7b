"""Between rows and values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from idp.clients.texts import Texts
from idp.clients.values import Client, LawfulBasis, Organisation, Register, RegisteredDetail, RegisteredUse, UseState

#: Fields of `Client` that have a column, or come from other rows.
_APART: Final = frozenset({"client_id", "state", "profile", "names", "organisation", "secret_digests", "register"})


def client_to_row(client: Client) -> dict[str, Any]:
    """Return the columns of a service, but its times."""
    return {
        "client_id": client.client_id,
        "state": client.state.value,
        "profile": client.profile.value,
        "names": client.names.as_dict(),
        "organisation": {
            "legal_name": client.organisation.legal_name,
            "public_body": client.organisation.public_body,
            "register_number": client.organisation.register_number,
            "help": client.organisation.help.as_dict(),
        },
        # Through JSON, so that what was read back can be compared with it: lists where the value has tuples.
        "registration": {
            name: value
            for name, value in msgspec.json.decode(msgspec.json.encode(client)).items()
            if name not in _APART
        },
        "secret_digests": [digest.hex() for digest in client.secret_digests],
    }


def client_from_row(row: Mapping[str, Any], register: Register) -> Client:
    """Return the service that a row stands for."""
    organisation = row["organisation"]
    apart = {
        "client_id": row["client_id"],
        "state": row["state"],
        "profile": row["profile"],
        "names": Texts.of(row["names"]),
        "organisation": Organisation(**{**organisation, "help": Texts.of(organisation["help"])}),
        "secret_digests": tuple(bytes.fromhex(digest) for digest in row["secret_digests"]),
        "register": register,
    }
    return msgspec.convert({**row["registration"], **apart}, Client)


def use_to_row(use: RegisteredUse) -> dict[str, Any]:
    """Return the columns of a registered use, but its times."""
    return {
        "client_id": use.client_id,
        "key": use.key,
        "version": use.version,
        "state": use.state.value,
        "purpose": use.purpose.as_dict(),
        "lawful_basis": use.lawful_basis.value,
        "details": [
            {
                "claim": detail.claim,
                "reason": detail.reason.as_dict(),
                "essential": detail.essential,
                "retention": detail.retention.as_dict(),
                "smaller": list(detail.smaller),
                "without_it": detail.without_it.as_dict(),
            }
            for detail in use.details
        ],
        "without_it": use.without_it.as_dict(),
    }


def use_from_row(row: Mapping[str, Any]) -> RegisteredUse:
    """Return the registered use that a row stands for."""
    return RegisteredUse(
        client_id=row["client_id"],
        key=row["key"],
        version=row["version"],
        state=UseState(row["state"]),
        purpose=Texts.of(row["purpose"]),
        lawful_basis=LawfulBasis(row["lawful_basis"]),
        details=tuple(
            RegisteredDetail(
                claim=detail["claim"],
                reason=Texts.of(detail["reason"]),
                essential=detail["essential"],
                retention=Texts.of(detail["retention"]),
                smaller=tuple(detail["smaller"]),
                without_it=Texts.of(detail["without_it"]),
            )
            for detail in row["details"]
        ),
        without_it=Texts.of(row["without_it"]),
        created_at=row["created_at"],
        approved_at=row["approved_at"],
    )


def register_of(versions: Iterable[RegisteredUse]) -> Register:
    """Return what is in force out of all versions of one service's uses.

    Of each use the newest version that left draft counts: a draft changes nothing until it is approved, and suspending
    a version does not bring the one before it back.
    """
    newest: dict[str, RegisteredUse] = {}
    for use in sorted(versions, key=lambda use: use.version):
        if use.state is not UseState.DRAFT:
            newest[use.key] = use
    approved = tuple(use for _, use in sorted(newest.items()) if use.state is UseState.APPROVED)
    return Register(registered=bool(newest), uses=approved)
