"""What counts as a proof while an account is locked: pure rules.

The password never does by itself: it is what is stolen most. Neither does what was reported, nor what was made since.
"""

from datetime import datetime, timedelta
from typing import Final

from idp.repair.values import Repair, Step

#: An event and the letter about it are written in one request; what happened in the minute before is meant too.
MARGIN: Final = timedelta(minutes=1)

#: Ways in by the ledger's words.
BY_RECOVERY_CODE: Final = "recovery_code"
BY_PASSWORD_AND_CODE: Final = "password_and_code"  # noqa: S105 - a word of the ledger
BY_PASSKEY: Final = "passkey"


def reported(at: datetime) -> datetime:
    """Give the moment from which on everything is looked at twice."""
    return at - MARGIN


def counts(repair: Repair, *, method: str, made_at: datetime | None) -> bool:
    """Tell whether a way in that is not the password proves its owner.

    :param made_at: when it was set up; None for one that does not exist.
    """
    return made_at is not None and made_at < repair.reported_at and method not in repair.methods


def left(done: frozenset[Step]) -> tuple[Step, ...]:
    """Give the steps that are not done, in their order."""
    return tuple(step for step in Step if step not in done)
