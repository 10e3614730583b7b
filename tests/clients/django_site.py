"""A Django site that signs in with mozilla-django-oidc, as a program: `python -m tests.clients.django_site`.

Told by the environment: SITE_PORT, SITE_FOLDER, SITE_ISSUER, SITE_CLIENT_ID, SITE_CLIENT_SECRET, SITE_CERTIFICATE,
SITE_KEY and REQUESTS_CA_BUNDLE.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlencode

import django
from django.conf import settings

ISSUER = os.environ.get("SITE_ISSUER", "")
ORIGIN = f"https://127.0.0.1:{os.environ.get('SITE_PORT', '')}"


def configure() -> None:
    """Django's settings, as the package's own documentation has them."""
    settings.configure(
        SECRET_KEY="a-secret-of-tests-only",
        DEBUG=True,
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="tests.clients.django_site",
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{os.environ['SITE_FOLDER']}/site.sqlite"}
        },
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "mozilla_django_oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        AUTHENTICATION_BACKENDS=["mozilla_django_oidc.auth.OIDCAuthenticationBackend"],
        SESSION_COOKIE_SECURE=True,
        OIDC_RP_CLIENT_ID=os.environ["SITE_CLIENT_ID"],
        OIDC_RP_CLIENT_SECRET=os.environ["SITE_CLIENT_SECRET"],
        OIDC_RP_SIGN_ALGO="RS256",
        OIDC_TOKEN_USE_BASIC_AUTH=True,
        OIDC_USE_PKCE=True,
        OIDC_OP_AUTHORIZATION_ENDPOINT=f"{ISSUER}/authorize",
        OIDC_OP_TOKEN_ENDPOINT=f"{ISSUER}/token",
        OIDC_OP_USER_ENDPOINT=f"{ISSUER}/userinfo",
        OIDC_OP_JWKS_ENDPOINT=f"{ISSUER}/jwks.json",
        OIDC_STORE_ID_TOKEN=True,
        OIDC_OP_LOGOUT_URL_METHOD="tests.clients.django_site.sign_out_url",
        ALLOW_LOGOUT_GET_METHOD=True,
        LOGIN_REDIRECT_URL="/",
        LOGOUT_REDIRECT_URL="/left",
    )


def sign_out_url(request: Any) -> str:
    """Where the citizen goes to sign out of the provider too (OpenID Connect RP-Initiated Logout §2)."""
    parameters = {
        "id_token_hint": request.session["oidc_id_token"],
        "post_logout_redirect_uri": f"{ORIGIN}/left",
    }
    return f"{ISSUER}/end-session?{urlencode(parameters)}"


def home(request: Any) -> Any:
    """Say who is here."""
    from django.http import HttpResponse

    who = request.user.email if request.user.is_authenticated else "a stranger"
    return HttpResponse(f"<h1>Library</h1><p>{who}</p>")


def left(request: Any) -> Any:
    """Where signing out ends."""
    from django.http import HttpResponse

    return HttpResponse("<h1>You have left the library</h1>")


def main() -> None:
    """Prepare the database and serve over https until told to stop."""
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from werkzeug.serving import run_simple

    call_command("migrate", verbosity=0)
    run_simple(
        "127.0.0.1",
        int(os.environ["SITE_PORT"]),
        get_wsgi_application(),
        threaded=True,
        ssl_context=(os.environ["SITE_CERTIFICATE"], os.environ["SITE_KEY"]),
    )


if __name__ == "__main__":
    configure()
    django.setup()
    main()
elif settings.configured:
    from django.urls import include, path

    urlpatterns = [path("", home), path("left", left), path("oidc/", include("mozilla_django_oidc.urls"))]
