"""What tokens stand for. The structs are also their compact form inside the seal."""

from dataclasses import dataclass, field

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOn:
    """What one agreed sign-on lets one client have; the authorization endpoint makes it, a code carries it.

    Times are whole seconds since 1970.
    """

    client_id: str
    account_id: str
    grant_id: str
    #: Opens the values shared under the grant (VAULT.md); exists in codes and tokens only.
    grant_key: bytes = field(repr=False)
    #: Granted scope values in the order asked for.
    scope: tuple[str, ...]
    #: Names of claims asked for at UserInfo and in the ID token; what is released is decided at each release.
    userinfo_claims: tuple[str, ...]
    id_token_claims: tuple[str, ...]
    auth_time: int
    acr: str
    amr: tuple[str, ...]
    #: Identifies the browser session to this client only (`protocol.id_token.session_identifier`).
    sid: str
    nonce: str | None = None
    #: As the authorization request named it; None when it named none.
    redirect_uri: str | None = None
    #: S256 challenge (RFC 7636 §4.2), or None when the request had none.
    code_challenge: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """A code that has just been used up: what it stood for and the identifier of everything issued from it."""

    sign_on: SignOn
    issue_id: str


class AccessToken(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """What an access token holds. Without a grant (client credentials) `grant_id` and `grant_key` are empty."""

    client_id: str
    grant_id: str
    grant_key: bytes
    scope: str
    #: Claim names asked for at UserInfo.
    claims: tuple[str, ...]
    issued_at: int
    expires_at: int
    #: Identifies this one token; 16 bytes.
    jti: bytes
    #: Shared by everything issued from one code, so that it can all be revoked by one row; 16 bytes, or empty.
    issue_id: bytes
    #: The grant's epoch at issue; a grant whose epoch moved on accepts no older token.
    epoch: int
    #: Confirmation thumbprint for a sender-constrained token (RFC 9449 §6); None for a plain bearer token.
    cnf: bytes | None = None

    def __repr__(self) -> str:
        """Show nothing that opens anything."""
        return f"<AccessToken for {self.client_id}>"


class RefreshToken(msgspec.Struct, array_like=True, frozen=True, kw_only=True):
    """What a refresh token holds: enough to mint the next answer with the same sign-on behind it."""

    client_id: str
    account_id: str
    grant_id: str
    grant_key: bytes
    scope: str
    userinfo_claims: tuple[str, ...]
    id_token_claims: tuple[str, ...]
    auth_time: int
    acr: str
    amr: tuple[str, ...]
    sid: str
    issue_id: bytes
    generation: int
    epoch: int
    expires_at: int

    def __repr__(self) -> str:
        """Show nothing that opens anything."""
        return f"<RefreshToken {self.generation} for {self.client_id}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """A refresh token that has just been used: what it held, and its successor."""

    held: RefreshToken
    successor: str = field(repr=False)
