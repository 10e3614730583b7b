"""The base of the pages' forms, their problems as the error summary wants them, and safe ways back.

Forms validate; views act. The token against forged forms is checked for the whole blueprint (see
pages), so the forms themselves carry none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import request
from flask_wtf import FlaskForm

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f]")

#: Longer ways back are not ours: no page has an address like that.
_LONGEST_WAY_BACK = 2048


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary: which field, and what to do about it."""

    field: str
    message: str


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form whose token the blueprint has checked already."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # as above
        """Settings of WTForms."""

        csrf = False


def problems(form: Form) -> tuple[Problem, ...]:
    """List what is wrong with a validated form, one line per field, in the order of the page."""
    return tuple(_problems(form))


def _problems(form: Form) -> Iterator[Problem]:
    for field in form:
        if field.errors:
            yield Problem(field=str(field.id), message=str(_first(field.errors)))


def _first(errors: Any) -> object:  # noqa: ANN401 - WTForms nests errors of field lists
    return errors[0] if not isinstance(errors, dict) else next(iter(errors.values()))


def safe_next(raw: str | None) -> str | None:
    r"""Accept a way back only if it is a path on this very site, else None.

    Browsers read ``//host``, ``/\host`` and addresses with tabs or line breaks inside as other sites.
    """
    if not raw or len(raw) > _LONGEST_WAY_BACK or not raw.startswith("/"):
        return None
    if raw.startswith("//") or "\\" in raw or _UNPRINTABLE.search(raw):
        return None
    try:
        parts = urlsplit(raw)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc or parts.path.startswith("//") else raw


def text(name: str) -> str:
    """Read a form field as sent, or an empty text; what no form of ours can hold is cut to nothing."""
    value = request.form.get(name, "")
    return "" if "\x00" in value else value
