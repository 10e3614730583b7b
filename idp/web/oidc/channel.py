"""The running application's front channel, for the views that need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from flask import current_app

if TYPE_CHECKING:
    from idp.protocol.front_channel import FrontChannel

#: Where the application keeps what `idp.protocol.front_channel.assemble` gave.
KEY: Final = "proffer.front_channel"


def front_channel() -> FrontChannel:
    """Give the front channel of the running application."""
    return cast("FrontChannel", current_app.extensions[KEY])
