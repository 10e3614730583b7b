"""A device without a browser, on the command line: `python -m idp.demo.device <issuer> <client_id>` (RFC 8628).

Shows the code and a QR code of the address, waits until somebody has said yes, and greets them. It is a relying party:
it knows the provider's address and nothing else of it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_TIMEOUT_SECONDS: Final = 10
_SLOWER_SECONDS: Final = 5


def main(arguments: list[str] | None = None) -> int:
    """Run the device; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m idp.demo.device", description="A device without a browser.")
    parser.add_argument("issuer", help="such as http://localhost:8000")
    parser.add_argument("client_id", help="a public client that is registered for the device grant")
    parser.add_argument("--scope", default="openid profile")
    given = parser.parse_args(arguments)
    offered = _call(given.issuer.rstrip("/") + "/.well-known/openid-configuration")
    begun = _call(offered["device_authorization_endpoint"], {"client_id": given.client_id, "scope": given.scope})
    if "device_code" not in begun:
        print(f"The provider refused: {begun.get('error')}", file=sys.stderr)
        return 1
    print(f"\nOpen {begun['verification_uri']} and type {begun['user_code']}, or point a telephone here:\n")
    print(_qr(begun["verification_uri_complete"]))
    answer = _wait(offered["token_endpoint"], given.client_id, begun)
    if "access_token" not in answer:
        print(f"Not signed in: {answer.get('error')}")
        return 1
    who = _call(offered["userinfo_endpoint"], bearer=answer["access_token"])
    print(f"Signed in. Hello, {who.get('given_name') or who.get('name') or who['sub']}.")
    return 0


def _wait(endpoint: str, client_id: str, begun: dict[str, Any]) -> dict[str, Any]:
    """Ask again and again, as slowly as the provider wishes (§3.5)."""
    interval = int(begun.get("interval", _SLOWER_SECONDS))
    while True:
        time.sleep(interval)
        form = {"grant_type": _GRANT, "device_code": begun["device_code"], "client_id": client_id}
        answer = _call(endpoint, form)
        if answer.get("error") == "slow_down":
            interval += _SLOWER_SECONDS
        elif answer.get("error") != "authorization_pending":
            return answer


def _call(address: str, form: dict[str, str] | None = None, *, bearer: str | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    body = None if form is None else urlencode(form).encode()
    if not address.startswith(("https://", "http://")):
        raise SystemExit("the provider's address must begin with https:// or http://")
    try:
        with urlopen(Request(address, body, headers), timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - checked above
            content: dict[str, Any] = json.load(answer)
    except HTTPError as error:
        content = json.load(error)
    except URLError as error:
        raise SystemExit(f"{address} cannot be reached: {error.reason}") from None
    return content


def _qr(text: str) -> str:
    # Only a device draws one: it costs memory that no other part of the program should pay.
    from io import StringIO  # noqa: PLC0415 - as above

    from qrcode import QRCode  # noqa: PLC0415 - as above

    code, drawn = QRCode(border=2), StringIO()
    code.add_data(text)
    code.print_ascii(out=drawn, invert=True)
    return drawn.getvalue()


if __name__ == "__main__":
    sys.exit(main())
