"""A sign-on to speak of."""

from __future__ import annotations

from typing import Any

import msgspec

from idp.tokens.values import SignOn

GRANT_KEY = b"the key of the grant, 32 bytes.."

SIGN_ON = SignOn(
    client_id="council",
    account_id="account-000000000000-a",
    grant_id="grant-00000000000000-g",
    grant_key=GRANT_KEY,
    epoch=0,
    scope=("openid", "email", "offline_access"),
    userinfo_claims=("email", "given_name"),
    id_token_claims=("given_name",),
    auth_time=1_777_888_799,
    acr="urn:proffer:acr:password",
    amr=("pwd",),
    sid="session-0000000000000s",
    nonce="n-0S6_WzA2Mj",
)


def sign_on(**changes: Any) -> SignOn:
    """The sign-on, with changes."""
    return msgspec.structs.replace(SIGN_ON, **changes)
