"""Failures of the pages' own ground, each with a page that says what to do (see errors)."""

from __future__ import annotations


class PageError(Exception):
    """Base of what the ground of the pages refuses."""


class StaleFormError(PageError):
    """A form came without the token of this browser, or with an old one."""


class ForeignFormError(PageError):
    """A form was sent from another site."""


class TooManyRequestsError(PageError):
    """An address asked too often.

    :param retry_after: whole seconds until the next try can succeed.
    """

    def __init__(self, *, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after
