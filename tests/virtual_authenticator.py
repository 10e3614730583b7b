"""Passkeys in a real browser: Chromium's virtual authenticator, by its debugger (CDP, WebAuthn domain)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page


@dataclass
class VirtualAuthenticator:
    """One authenticator that is plugged into a page's browser and always confirms."""

    session: CDPSession
    id: str

    @property
    def credentials(self) -> list[dict[str, Any]]:
        """What it holds."""
        found: list[dict[str, Any]] = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})[
            "credentials"
        ]
        return found

    def count(self, credential: dict[str, Any], sign_count: int) -> None:
        """Put a credential back with another counter, as its copy would have it."""
        self.session.send(
            "WebAuthn.removeCredential", {"authenticatorId": self.id, "credentialId": credential["credentialId"]}
        )
        changed = {**credential, "signCount": sign_count}
        self.session.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": changed})

    def back_up(self, credential: dict[str, Any], *, eligible: bool, state: bool) -> None:
        """Let a credential be on other devices as well."""
        self.session.send(
            "WebAuthn.setCredentialProperties",
            {
                "authenticatorId": self.id,
                "credentialId": credential["credentialId"],
                "backupEligibility": eligible,
                "backupState": state,
            },
        )

    def verify(self, *, user: bool) -> None:
        """Say whether its owner confirms with PIN or finger."""
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": user})

    def unplug(self) -> None:
        """Take it away."""
        self.session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})


def plug_in(page: Page, *, prf: bool = True, **options: Any) -> VirtualAuthenticator:
    """Give a page's browser an authenticator with discoverable credentials and a person who confirms."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable", {"enableUI": False})
    wanted = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "hasPrf": prf,
        "automaticPresenceSimulation": True,
        **options,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": wanted})
    return VirtualAuthenticator(session, made["authenticatorId"])
