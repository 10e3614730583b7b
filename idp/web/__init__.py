"""Everything that speaks HTTP to browsers and services. Flask lives here, only here.

pages             page blueprints: form checks and headers around every page
access            @public @citizen @protocol: who may call a view
context           services, the browser session, the request in flight
transaction       a page's POST is one transaction, committed before the answer
headers, cookies, limits, proxies, errors, languages, session_interface, assets, forms   the ground
citizen, oidc     the audiences; they do not import each other
"""

from __future__ import annotations

from flask import Flask

from idp.crypto.sealing import derive
from idp.protocol.upstream import client as upstream
from idp.services import Services
from idp.web import assets, citizen, errors, languages, limits, oidc, templating
from idp.web.proxies import TrustedProxies
from idp.web.session_interface import PageSessions


def init_app(app: Flask, services: Services) -> None:
    """Prepare the application for the web and register every route."""
    settings = services.settings
    app.extensions["proffer"] = services
    app.secret_key = app.secret_key or derive(settings.secrets.key_encryption_bytes(), purpose="page session")
    app.config["MAX_CONTENT_LENGTH"] = settings.server.max_body_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.server.max_body_bytes
    # A token in an open page lives as long as the page session that it belongs to.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.session_interface = PageSessions()
    if proxies := settings.server.trusted_proxies:
        app.wsgi_app = TrustedProxies(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    languages.init_app(app)
    limits.init_app(app, settings.limits)
    templating.init_app(app)
    assets.init_app(app)
    errors.init_app(app)
    oidc.init_app(app, services)
    services.organisations.reached_by(upstream.assemble(services))
    for blueprint in (*citizen.blueprints(), *oidc.blueprints(settings)):
        app.register_blueprint(blueprint)
