"""The service's Flask application: sign in, show what arrived, ask again, sign out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, Response, redirect, render_template, request, session, url_for
from requests import RequestException

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from idp.demo.service.descriptions import Ask, Description


def create_service(
    description: Description, *, issuer: str, client_id: str, client_secret: str, secret_key: str
) -> Flask:
    """Build the relying party.

    :param issuer: the provider's issuer; everything else about it comes from its discovery.
    :param secret_key: signs the service's own session cookie.
    """
    app = Flask(__name__, template_folder="templates")
    app.secret_key = secret_key
    # Cookies do not tell ports apart, so two services on one host need two names.
    app.config["SESSION_COOKIE_NAME"] = f"{description.key}_session"
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    oauth = OAuth(app)
    provider = oauth.register(
        "provider",
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_id=client_id,
        client_secret=client_secret,
        client_kwargs={"scope": "openid", "code_challenge_method": "S256", "timeout": 10},
    )
    asks = {ask.path: ask for ask in description.asks}

    @app.context_processor
    def _looks() -> dict[str, object]:
        return {"service": description, "issuer": issuer}

    @app.get("/")
    def home() -> str:
        return render_template("home.html", person=session.get("person"))

    @app.get("/sign-in/<path>")
    def sign_in(path: str) -> AnyResponse | tuple[str, int]:
        if path not in asks:
            return _problem("There is no such page.", 404)
        session["ask"] = path
        return _sign_on(asks[path])

    @app.get("/callback")
    def callback() -> AnyResponse | tuple[str, int]:
        if request.args.get("error") == "access_denied":
            session.pop("person", None)
            return render_template("refused.html"), 200
        try:
            token = provider.authorize_access_token()
            shared = provider.userinfo(token=token)
        except (OAuthError, RequestException) as error:
            return _problem(f"Signing in did not work: {error}", 400)
        session["person"] = _person(token, shared, asks.get(session.get("ask", ""), description.asks[0]))
        return redirect(url_for("home"), code=303)

    @app.post("/fetch-again")
    def fetch_again() -> AnyResponse | tuple[str, int]:
        person = session.get("person")
        if person is None:
            return redirect(url_for("home"), code=303)
        answer = provider.get(
            provider.load_server_metadata()["userinfo_endpoint"],
            token={"access_token": person["access_token"], "token_type": "Bearer"},
        )
        if answer.status_code != 200:  # noqa: PLR2004 - the one status that carries details
            return render_template("stopped.html", status=answer.status_code), 200
        person["shared"] = {k: v for k, v in answer.json().items() if k != "sub"}
        session["person"] = person
        return redirect(url_for("home"), code=303)

    @app.post("/sign-out")
    def sign_out() -> AnyResponse:
        session.clear()
        return redirect(url_for("home"), code=303)

    @app.get("/health")
    def health() -> Response:
        return Response("ok", mimetype="text/plain")

    def _sign_on(ask: Ask) -> AnyResponse | tuple[str, int]:
        try:
            answer: AnyResponse = provider.authorize_redirect(
                url_for("callback", _external=True),
                scope=ask.scope,
                claims=json.dumps({"userinfo": ask.userinfo}),
            )
        except RequestException:
            return _problem("The sign-in service cannot be reached. Try again in a minute.", 503)
        return answer

    def _problem(message: str, status: int) -> tuple[str, int]:
        return render_template("problem.html", message=message), status

    return app


def _person(token: dict[str, Any], shared: dict[str, Any], ask: Ask) -> dict[str, Any]:
    """What the service remembers of the person, in its own session cookie."""
    return {
        "sub": shared["sub"],
        "shared": {name: value for name, value in shared.items() if name != "sub"},
        "asked": sorted(ask.userinfo),
        "access_token": token["access_token"],
    }
