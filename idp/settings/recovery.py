"""The section about getting back in."""

from pydantic import Field

from idp.settings.sections import Section


class RecoverySettings(Section):
    """Getting back into an account without password and recovery code, and putting a locked one right."""

    waiting_hours: float = Field(default=72.0, ge=1, le=720)
    """Time between the first letter and a new password, in which the owner can say that it was not them."""
