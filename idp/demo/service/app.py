"""The service's Flask application and its connection to the provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlib.integrations.flask_client import OAuth
from flask import Flask

from idp.demo.service import views

if TYPE_CHECKING:
    from idp.demo.service.descriptions import Description


def create_service(
    description: Description, *, issuer: str, client_id: str, client_secret: str, secret_key: str
) -> Flask:
    """Build the relying party.

    :param issuer: the provider's issuer; everything else about it comes from its discovery.
    :param secret_key: signs the service's own session cookie.
    """
    app = Flask(__name__)
    app.secret_key = secret_key
    # Cookies do not tell ports apart, so two services on one host need two names.
    app.config["SESSION_COOKIE_NAME"] = f"{description.key}_session"
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.extensions[views.DESCRIPTION] = description
    app.extensions[views.ENDED] = set()
    app.extensions[views.PROVIDER] = OAuth(app).register(
        "provider",
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_id=client_id,
        client_secret=client_secret,
        client_kwargs={"scope": "openid", "code_challenge_method": "S256", "timeout": 10},
    )
    app.register_blueprint(views.bp)
    app.context_processor(lambda: {"service": description, "issuer": issuer})
    return app
