"""Challenges out, answers in, and words for what goes wrong: what every page with a passkey needs."""

from __future__ import annotations

import json
from typing import Final

from flask import Response, request
from flask_babel import lazy_gettext as _l

from idp.crypto.secrets import token, unb64url
from idp.passkeys.errors import (
    CeremonyGoneError,
    CeremonyRefusedError,
    CopiedPasskeyError,
    PasskeyError,
    PasskeyHeldError,
    TooManyPasskeysError,
    UnknownCredentialError,
)
from idp.passkeys.values import Answer, Begun
from idp.web import cookies
from idp.web.forms import text

_FAILED: Final = _l("That did not work. Load this page again and try once more.")
#: The first that fits is said.
_WORDS: Final = (
    (CeremonyGoneError, _l("That took too long, or was sent twice. Try once more.")),
    (
        CopiedPasskeyError,
        _l(
            "This passkey has fallen behind in its count, as a copy would, so we did not take it. "
            "Use another way to sign in, and look at your passkeys under Security."
        ),
    ),
    (
        UnknownCredentialError,
        _l("This passkey does not sign in here. It may have been removed. Use another one, or another way to sign in."),
    ),
    (PasskeyHeldError, _l("This passkey is registered already.")),
    (
        TooManyPasskeysError,
        _l("You have as many passkeys as there may be. Remove one that you no longer use."),
    ),
    (
        CeremonyRefusedError,
        _l(
            "The answer of your passkey could not be checked. "
            "Try once more; if it happens again, use another way to sign in."
        ),
    ),
)


def challenge(begun: Begun) -> Response:
    """Answer the script that asked for a ceremony. The options are JSON already, made by us."""
    return Response(f'{{"ceremony": "{begun.ceremony}", "options": {begun.options}}}', mimetype="application/json")


def answered() -> Answer:
    """Read what the script has put into the form."""
    return Answer(text("ceremony"), text("credential"), text("prf"))


def browser_secret() -> str:
    """Give what binds the ceremonies of nobody in particular to this browser; a new one for a new browser."""
    return cookies.ceremony() or token()


def said(error: PasskeyError) -> str:
    """Say what went wrong and what to do."""
    return str(next((words for kind, words in _WORDS if isinstance(error, kind)), _FAILED))


def bound(answer: Response, secret: str) -> Response:
    """Give the browser what binds its ceremonies to it."""
    if cookies.ceremony() != secret:
        cookies.set_ceremony(answer, secret)
    return answer


def only_passkey() -> str | None:
    """Read which passkey is wanted; None for any."""
    return request.form.get("passkey") or None


def credential_named() -> str:
    """Read which passkey an answer names, for the browser that sent it; empty for nothing that could be one."""
    try:
        named = json.loads(text("credential")).get("id", "")
        unb64url(named)
    except (ValueError, AttributeError, TypeError):
        return ""
    return str(named)
