"""A page's POST is one transaction, committed before the answer leaves.

A citizen who sees "saved" must find it saved after a crash, and a view that fails half way must
leave nothing behind.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar

from flask import make_response, request

from idp.web.context import services

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

#: Methods whose views may write.
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


_View = TypeVar("_View", bound="Callable[..., ResponseReturnValue]")


def own_transactions(view: _View) -> _View:
    """Mark a view whose use case opens its transactions itself.

    For use cases that hash a password: on SQLite the writer's lock is taken at the first statement,
    and nobody else should wait for Argon2id.
    """
    view.__own_transactions__ = True  # type: ignore[attr-defined]
    return view


def transactional(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Run a view's writing methods in one transaction; an exception rolls all of it back."""
    if getattr(view, "__own_transactions__", False):
        return view

    @wraps(view)
    def run(*args: object, **kwargs: object) -> ResponseReturnValue:
        if request.method not in WRITING:
            return view(*args, **kwargs)
        with services().db.transaction():
            # Built inside the block: a template that fails must roll back as well.
            return make_response(view(*args, **kwargs))

    return run
