"""What the service shows: its front page, what arrived, what was refused, what has ended."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from authlib.integrations.base_client import OAuthError
from authlib.oauth2.claims import JWTClaims
from flask import Blueprint, Response, current_app, redirect, render_template, request, session, url_for
from requests import RequestException

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from idp.demo.service.descriptions import Ask, Description

#: Where the application keeps its description and its connection to the provider.
DESCRIPTION, PROVIDER = "service.description", "service.provider"
#: And the sessions that the provider said have ended. A service with more than one process keeps them in a database.
ENDED = "service.ended"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"

bp = Blueprint("service", __name__)


@bp.get("/")
def home() -> ResponseReturnValue:
    """Show the asks, or the person who is signed in."""
    if session.get("person", {}).get("sid") in current_app.extensions[ENDED]:
        session.clear()
    return render_template("home.html", person=session.get("person"))


@bp.get("/sign-in/<path>")
def sign_in(path: str) -> ResponseReturnValue:
    """Send the person to the provider with one of the asks."""
    ask = _ask(path)
    if ask is None:
        return _problem("There is no such page.", HTTPStatus.NOT_FOUND)
    session["ask"] = path
    try:
        answer: Response = _provider().authorize_redirect(
            url_for("service.callback", _external=True),
            scope=ask.scope,
            claims=json.dumps({"userinfo": ask.userinfo}),
        )
    except RequestException:
        return _problem("The sign-in service cannot be reached. Try again in a minute.", HTTPStatus.SERVICE_UNAVAILABLE)
    return answer


@bp.get("/login")
def login() -> ResponseReturnValue:
    """Sign in because the provider sent the person here (OpenID Connect Core §4); nobody else is believed."""
    if request.args.get("iss") != _provider().load_server_metadata()["issuer"]:
        return _problem("We sign in with another provider.", HTTPStatus.BAD_REQUEST)
    return redirect(url_for("service.sign_in", path=_description().asks[0].path), code=303)


@bp.get("/callback")
def callback() -> ResponseReturnValue:
    """Take the provider's answer."""
    if request.args.get("error") == "access_denied":
        session.pop("person", None)
        return render_template("refused.html")
    try:
        token = _provider().authorize_access_token()
        shared = _provider().userinfo(token=token)
    except (OAuthError, RequestException) as error:
        return _problem(f"Signing in did not work: {error}", HTTPStatus.BAD_REQUEST)
    ask = _ask(session.get("ask", "")) or _description().asks[0]
    session["person"] = {
        "sub": shared["sub"],
        "shared": {name: value for name, value in shared.items() if name != "sub"},
        "asked": sorted(ask.userinfo),
        "access_token": token["access_token"],
        "id_token": token["id_token"],
        "sid": token["userinfo"]["sid"],
    }
    return redirect(url_for("service.home"), code=303)


@bp.post("/fetch-again")
def fetch_again() -> ResponseReturnValue:
    """Read the details once more with the token from signing in."""
    person = session.get("person")
    if person is None:
        return redirect(url_for("service.home"), code=303)
    answer = _provider().get(
        _provider().load_server_metadata()["userinfo_endpoint"],
        token={"access_token": person["access_token"], "token_type": "Bearer"},
    )
    if answer.status_code != HTTPStatus.OK:
        return render_template("stopped.html", status=answer.status_code)
    person["shared"] = {name: value for name, value in answer.json().items() if name != "sub"}
    session["person"] = person
    return redirect(url_for("service.home"), code=303)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Forget the person here, and have the provider sign them out (OpenID Connect RP-Initiated Logout)."""
    person = session.get("person")
    session.clear()
    if person is None:
        return redirect(url_for("service.home"), code=303)
    home = url_for("service.home", _external=True)
    ending = _provider().create_logout_url(post_logout_redirect_uri=home, id_token_hint=person["id_token"])
    return redirect(ending["url"], code=303)


@bp.post("/signed-out-elsewhere")
def signed_out_elsewhere() -> ResponseReturnValue:
    """Hear from the provider that a session has ended (OpenID Connect Back-Channel Logout)."""
    try:
        ended = _provider().parse_id_token(
            {"id_token": request.form.get("logout_token", "")},
            nonce=None,
            claims_options={
                "iss": {"essential": True, "value": _provider().load_server_metadata()["issuer"]},
                "aud": {"essential": True, "value": _provider().client_id},
            },
            claims_cls=JWTClaims,
        )
    except Exception:  # noqa: BLE001 - whatever is wrong with it: it is nothing that the provider said
        return Response(status=HTTPStatus.BAD_REQUEST)
    # An ID token is signed by the same key and ends nothing (§2.6).
    if LOGOUT not in ended.get("events", {}) or "nonce" in ended or "sid" not in ended:
        return Response(status=HTTPStatus.BAD_REQUEST)
    current_app.extensions[ENDED].add(ended["sid"])
    return Response(status=HTTPStatus.NO_CONTENT)


@bp.get("/health")
def health() -> ResponseReturnValue:
    """Say that the service runs."""
    return Response("ok", mimetype="text/plain")


def _ask(path: str) -> Ask | None:
    return next((ask for ask in _description().asks if ask.path == path), None)


def _description() -> Description:
    description: Description = current_app.extensions[DESCRIPTION]
    return description


def _provider() -> Any:  # noqa: ANN401 - Authlib's client makes its class at run time
    return current_app.extensions[PROVIDER]


def _problem(message: str, status: HTTPStatus) -> tuple[str, int]:
    return render_template("problem.html", message=message), status
