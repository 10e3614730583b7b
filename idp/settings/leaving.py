"""Settings of leaving."""

from pydantic import Field

from idp.settings.sections import Section


class LeavingSettings(Section):
    """Citizens who take everything along, or leave."""

    grace_days: int = Field(default=14, ge=4, le=365)
    """Days between asking for an account to be closed and its erasure, in which signing in offers to keep it. Services
    are told at the beginning, and tried again for three days, so it cannot be fewer than four."""
    reminder_days: int = Field(default=3, ge=0, le=365)
    """A letter reminds this many days before the end."""
    max_file_bytes: int = Field(default=16 * 1024 * 1024, ge=65536, le=256 * 1024 * 1024)
    """The largest file that is taken from citizens who come from another provider; read by signed-in citizens only."""
    name_kept_days: int = Field(default=365, ge=0, le=3650)
    """Days for which the sign-in name of an erased account is given to nobody else; 0 frees it at once."""
