"""What services and their libraries call: OpenID Connect and OAuth over HTTP.

Views translate; `idp.protocol` decides. Discovery and keys are answered in front of Flask, by `idp.web.front`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from idp.notices.values import Kind
from idp.protocol import assembly, front_channel
from idp.protocol.specifications import KEYS_PATH
from idp.web import front
from idp.web.oidc import (
    authorize,
    check_session,
    device,
    discovery,
    end_session,
    exchange,
    introspection,
    par,
    registration,
    revocation,
    token,
    userinfo,
    webfinger,
)
from idp.web.oidc.channel import KEY

if TYPE_CHECKING:
    from flask import Blueprint, Flask

    from idp.services import Services
    from idp.settings import Settings


def init_app(app: Flask, services: Services) -> None:
    """Put the protocol together and answer its fixed documents in front of the application."""
    back_channel = assembly.assemble(services)
    channel = front_channel.assemble(services, back_channel=back_channel)
    app.extensions[exchange.KEY] = back_channel
    app.extensions[KEY] = channel
    services.notices.told_by(Kind.BACKCHANNEL_LOGOUT, channel.logout_tokens.tell)
    for kind in (Kind.CLAIMS_UPDATED, Kind.CONSENT_REVOKED):
        services.notices.told_by(kind, channel.security_events.tell)
    exchange.install(app)
    front.install(
        app, fixed=discovery.documents(channel.discovery, issuer=services.settings.issuer), keys_path=KEYS_PATH
    )


def blueprints(settings: Settings) -> tuple[Blueprint, ...]:
    """List every endpoint of this audience that the deployment has."""
    modules = (
        authorize,
        par,
        device,
        token,
        userinfo,
        revocation,
        introspection,
        webfinger,
        end_session,
        check_session,
    )
    always = (*(module.bp for module in modules), end_session.posted)
    return always if settings.registration.mode == "off" else (*always, registration.bp)
