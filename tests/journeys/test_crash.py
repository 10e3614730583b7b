"""What a page called done is still there after the server was killed."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

from tests.journeys import services
from tests.journeys.citizen import Citizen
from tests.journeys.provider import StartedProvider

REQUEST = urlencode(
    {
        "response_type": "code",
        "client_id": "council",
        "redirect_uri": services.CALLBACK,
        "scope": "openid",
        "claims": services.claims("given_name"),
    }
)


def test_account_detail_and_choice_outlive_a_killed_server(tmp_path: Path) -> None:
    provider = StartedProvider(tmp_path)
    provider.command("migrate")
    provider.import_clients(services.described())
    provider.start()
    amina = Citizen(provider)
    amina.sign_up()
    amina.add_detail("given_name", "Amīna-after-the-crash")
    amina.browser.open(f"{provider.issuer}/authorize?{REQUEST}")
    amina.choose("given_name")
    assert amina.browser.url.startswith(services.CALLBACK)

    provider.crash()
    provider.start()

    try:
        # Still signed in, still decided: the service gets its answer without a page.
        amina.browser.visited.clear()
        amina.browser.open(f"{provider.issuer}/authorize?{REQUEST}")
        assert amina.browser.url.startswith(services.CALLBACK)
        assert amina.browser.visited == ["/authorize"]
        amina.browser.open(f"{provider.issuer}/details")
        assert "Amīna-after-the-crash" in amina.browser.text
    finally:
        provider.stop()
