"""What citizens do with passkeys in a browser."""

import re

from playwright.sync_api import Page

from tests.web.citizen.visitor import PASSWORD


def sign_up(page: Page, served: str, login: str = "amina") -> str:
    """Make an account with a password and a confirmed recovery code; gives the code."""
    page.goto(f"{served}/sign-up")
    page.fill("#username", login)
    page.fill("#password", PASSWORD)
    page.click("#sign-up-submit")
    code = page.inner_text("#recovery-code")
    confirm(page, served, code)
    return code


def confirm(page: Page, served: str, code: str) -> None:
    """Show that the recovery code was written down."""
    page.goto(f"{served}/recovery-code")
    page.fill("#recovery_code", code)
    page.click("#recovery-code-submit")
    page.wait_for_url(f"{served}/")


def add_passkey(page: Page, served: str, name: str | None = None) -> None:
    """Add a passkey on the page for it."""
    page.goto(f"{served}/security/passkeys/add")
    if name is not None:
        page.fill("#name", name)
    page.click("#add-passkey-submit")
    page.wait_for_url(re.compile(r"/security/passkeys(/one/[^/]+)?$"))


def sign_out(page: Page, served: str) -> None:
    """Sign out of this browser."""
    page.goto(f"{served}/sign-out")
    page.locator("main form button").first.click()
    page.wait_for_url(f"{served}/")


def without_autofill(page: Page) -> None:
    """Let no passkey be picked before its button is pressed: the virtual authenticator picks the first by itself."""
    page.add_init_script(
        "if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false"
    )


def sign_in_with_passkey(page: Page, served: str, path: str = "/sign-in") -> None:
    """Press the button on the sign-in page, which leads on when the passkey is taken."""
    page.goto(served + path)
    page.click("#passkey-submit")
    page.wait_for_url(lambda address: "/sign-in" not in address)
