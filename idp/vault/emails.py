"""Telling another room that a citizen's email addresses are others now, for what has to reach them while they sleep."""

from collections.abc import Callable, Mapping
from typing import Final

from idp.vault.values import Document

EMAIL: Final = "email"

#: Account, persona, and the email addresses that it holds then, by the id of the detail. Called in the transaction of
#: the change.
EmailsChanged = Callable[[str, str, Mapping[str, str]], None]


def tell(changed: EmailsChanged | None, document: Document, *, account_id: str, persona: str) -> None:
    """Tell what a document holds now, if anybody wants to hear."""
    if changed is not None:
        changed(account_id, persona, {each.id: str(each.value) for each in document.values(EMAIL)})
