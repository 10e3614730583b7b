"""The pages for citizens: a room for each part of the site, a module and its blueprint for each page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.web.citizen import device, home, language, logo, staying
from idp.web.citizen.activity import checking, deleting, earlier, export
from idp.web.citizen.activity import pages as activity
from idp.web.citizen.consent import pages as consent
from idp.web.citizen.details import pages as details
from idp.web.citizen.entrance import (
    accounts,
    choose_account,
    recovery,
    recovery_code,
    sign_in,
    sign_in_code,
    sign_out,
    sign_up,
    step_up,
)
from idp.web.citizen.entrance import passkey as passkey_sign_in
from idp.web.citizen.handover import approving, asking
from idp.web.citizen.leaving import bringing, closing
from idp.web.citizen.leaving import pages as leaving
from idp.web.citizen.letters import contact
from idp.web.citizen.organisations import arrivals
from idp.web.citizen.organisations import pages as organisations
from idp.web.citizen.passkeys import proof
from idp.web.citizen.personas import pages as personas
from idp.web.citizen.regaining import opening, vault
from idp.web.citizen.regaining import pages as recovery_mail
from idp.web.citizen.repair import not_me
from idp.web.citizen.repair import pages as repair
from idp.web.citizen.repair import steps as repair_steps
from idp.web.citizen.security import authenticator, devices, name, passkey, passkeys, trusted
from idp.web.citizen.security import pages as security
from idp.web.citizen.sharing import addresses, standing
from idp.web.citizen.sharing import pages as sharing

if TYPE_CHECKING:
    from flask import Blueprint


def blueprints() -> tuple[Blueprint, ...]:
    """List every page of this audience."""
    return tuple(
        module.bp
        for module in (
            home,
            sign_in,
            sign_in_code,
            passkey_sign_in,
            proof,
            asking,
            approving,
            step_up,
            authenticator,
            sign_up,
            recovery_code,
            recovery,
            sign_out,
            staying,
            choose_account,
            accounts,
            security,
            contact,
            recovery_mail,
            vault,
            opening,
            not_me,
            repair,
            repair_steps,
            devices,
            trusted,
            passkeys,
            passkey,
            name,
            language,
            logo,
            consent,
            details,
            organisations,
            arrivals,
            device,
            sharing,
            standing,
            addresses,
            personas,
            activity,
            checking,
            deleting,
            export,
            earlier,
            leaving,
            bringing,
            closing,
        )
    )
