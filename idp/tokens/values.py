"""What tokens stand for. The structs are also their compact form inside the seal.

Times are whole seconds since 1970. No `repr` shows anything that opens anything.
"""

from dataclasses import dataclass, field

import msgspec

from idp.consent.values import Grant


class SignOn(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """What one agreed sign-on lets one client have; a code carries it, and a refresh token keeps it."""

    client_id: str
    account_id: str
    grant_id: str
    #: Opens the values shared under the grant (VAULT.md); exists in codes and tokens only.
    grant_key: bytes
    #: The grant's epoch; a grant whose epoch moved on accepts nothing older.
    epoch: int
    #: Granted scope values in the order asked for.
    scope: tuple[str, ...]
    #: Names of claims asked for at UserInfo and in the ID token; what is released is decided at each release.
    userinfo_claims: tuple[str, ...]
    id_token_claims: tuple[str, ...]
    #: When the citizen last proved who they are (OIDC Core §2).
    auth_time: int
    acr: str
    amr: tuple[str, ...]
    #: Identifies the browser session to this client only (`authentication.policy.session_identifier`).
    sid: str
    nonce: str | None = None
    #: Audiences that tokens may be asked for (RFC 8707 §2.2), as the citizen agreed.
    resources: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Name the client only."""
        return f"<SignOn to {self.client_id}>"


@dataclass(frozen=True, slots=True)
class Issue:
    """One act of issuing: the name that everything issued by it shares, and its code."""

    #: 16 bytes.
    id: bytes
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """A code that has just been used up: what it stood for, and the name of everything issued from it."""

    sign_on: SignOn
    issue_id: bytes
    grant: Grant


class AccessToken(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """What an access token holds. Without a citizen (client credentials) `grant_id` and `grant_key` are empty."""

    client_id: str
    grant_id: str
    grant_key: bytes
    #: Space-separated, as RFC 6749 §3.3 writes it.
    scope: str
    #: Claim names asked for at UserInfo.
    claims: tuple[str, ...]
    issued_at: int
    expires_at: int
    #: Identifies this one token; 16 bytes.
    jti: bytes
    #: Shared by everything issued from one code, so that one row revokes it all; 16 bytes, or empty.
    issue_id: bytes
    epoch: int
    #: Confirmation thumbprint of a sender-constrained token (RFC 9449 §6); None for a plain bearer token.
    cnf: bytes | None = None
    #: How and when the citizen signed in (RFC 9470 §6); empty without a citizen.
    acr: str = ""
    auth_time: int = 0
    #: The resource server's audience that it is for; empty for UserInfo. Only JWT access tokens have one.
    audience: str = ""

    def __repr__(self) -> str:
        """Name the client only."""
        return f"<AccessToken of {self.client_id}>"


class Reference(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """What a JWT access token rests on, sealed into its `jti`: nothing of it may be read by a resource server."""

    #: Identifies this one token; 16 bytes.
    id: bytes
    grant_id: str
    issue_id: bytes
    epoch: int


class RefreshToken(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """What a refresh token holds: enough to answer again with the same sign-on behind it."""

    sign_on: SignOn
    issue_id: bytes
    #: Counts uses: the chain's row says which generation is the next to be taken.
    generation: int
    expires_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """A refresh token that has just been used, what it stood for, and its successor."""

    sign_on: SignOn
    issue_id: bytes
    grant: Grant
    successor: str = field(repr=False)
