"""What templates may call beside their view model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from markupsafe import Markup

from idp.web import assets, headers, languages, session_left
from idp.web.context import current_session
from idp.web.headers import nonce

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask

    from idp.web.forms import Problem


def init_app(app: Flask) -> None:
    """Give the templates their functions; an unknown name in a template is an error."""
    app.jinja_env.undefined = StrictUndefined
    # Not trim_blocks: it takes the line's end after a block, and with it the space between two attributes.
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        csp_nonce=nonce,
        csrf_field=csrf_field,
        current_session=current_session,
        language_choices=languages.choices,
        language=languages.current,
        direction=languages.direction,
        here=here,
        problem_of=problem_of,
        passkey_script=passkey_script,
        session_left=session_left.of_this_page,
    )


def problem_of(problems: Iterable[Problem], field: str) -> str | None:
    """Give the message for one field, or None."""
    return next((problem.message for problem in problems if problem.field == field), None)


def csrf_field() -> Markup:
    """Write the hidden field that every form of ours carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def passkey_script() -> Markup:
    """Write the script that asks for passkeys, and let it fetch challenges."""
    headers.allow_fetches()
    return Markup('<script nonce="{}" src="{}" defer></script>').format(nonce(), assets.address("js/passkeys.js"))


def here() -> str:
    """Give the address of this page, for links that come back to it."""
    return request.full_path.rstrip("?")
