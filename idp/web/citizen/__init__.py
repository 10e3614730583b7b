"""The pages for citizens. Each module holds one page and its blueprint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.web.citizen import (
    accounts,
    activity,
    authenticator,
    choose_account,
    consent,
    details,
    device,
    home,
    language,
    logo,
    recovery,
    recovery_code,
    security,
    sharing,
    sign_in,
    sign_in_code,
    sign_out,
    sign_up,
    step_up,
)

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
            step_up,
            authenticator,
            sign_up,
            recovery_code,
            recovery,
            sign_out,
            choose_account,
            accounts,
            security,
            language,
            logo,
            consent,
            details,
            device,
            sharing,
            activity,
        )
    )
