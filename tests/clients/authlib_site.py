"""A Flask site that signs in with Authlib's client, set up from the discovery document alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session

from tests.tls import Authority


def site(*, issuer: str, client_id: str, secret: str, origin: str, authority: Authority) -> Flask:
    """A site whose start page says who is here."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="a-secret-of-tests-only", SESSION_COOKIE_SECURE=True)
    provider = OAuth(app).register(
        "provider",
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email",
            "code_challenge_method": "S256",
            "verify": str(authority.bundle),
            "trust_env": False,
        },
    )

    @app.get("/")
    def home() -> str:
        return f"<h1>Museum</h1><p>{session.get('email', 'a stranger')}</p>"

    @app.get("/sign-in")
    def sign_in() -> Any:
        return provider.authorize_redirect(f"{origin}/return")

    @app.get("/return")
    def returned() -> Any:
        # Redeems the code and checks the ID token.
        tokens = provider.authorize_access_token()
        session["id_token"] = tokens["id_token"]
        shared = provider.userinfo(token=tokens)
        assert shared["sub"] == tokens["userinfo"]["sub"]
        session["email"] = shared["email"]
        return redirect("/")

    @app.get("/sign-out")
    def sign_out() -> Any:
        hint = session.pop("id_token")
        session.clear()
        told = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": f"{origin}/left"})
        return redirect(f"{provider.load_server_metadata()['end_session_endpoint']}?{told}")

    @app.get("/left")
    def left() -> str:
        return "<h1>You have left the museum</h1>"

    return app
