"""Rotates all keys of a deployment once a second, in a process of its own: what an operator in a great hurry would do.

`python -m tests.journeys.rotate_keys SECONDS`, with the deployment's settings in the environment. Writes how often.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from idp.app import create_app
from idp.settings import load_settings

if TYPE_CHECKING:
    from idp.services import Services


def main(seconds: float) -> int:
    """Rotate until the time is over; how often."""
    app = create_app(load_settings())
    services: Services = app.extensions["proffer"]
    began, times = time.monotonic(), 0
    with app.app_context():
        while (elapsed := time.monotonic() - began) < seconds:
            services.keys.rotate()
            times += 1
            time.sleep(max(0.0, times - elapsed))
    services.close()
    return times


if __name__ == "__main__":
    sys.stdout.write(str(main(float(sys.argv[1]))))
