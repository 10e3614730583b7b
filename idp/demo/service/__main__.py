"""`python -m idp.demo.service KEY`: serve one demo service until it is told to stop.

Reads PORT, ISSUER, CLIENT_ID, CLIENT_SECRET and SECRET_KEY from the environment, where other
users of the machine cannot see them.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

from idp.demo.service.app import create_service
from idp.demo.service.descriptions import DESCRIPTIONS

if TYPE_CHECKING:
    from types import FrameType


def main() -> None:
    """Serve on 127.0.0.1 until SIGTERM or SIGINT."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = create_service(
        DESCRIPTIONS[sys.argv[1]],
        issuer=os.environ["ISSUER"],
        client_id=os.environ["CLIENT_ID"],
        client_secret=os.environ["CLIENT_SECRET"],
        secret_key=os.environ["SECRET_KEY"],
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # The server's own shutdown() waits for the thread that this handler interrupted.
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    make_server("127.0.0.1", int(os.environ["PORT"]), app, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
