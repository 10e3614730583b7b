"""THE table of what the back channel offers, in order. What is not in it does not exist.

Built once per application from its services. The authorization endpoint's parts are put together where it is served,
because they share nothing with these but the services.
"""

from dataclasses import dataclass
from typing import Final

from idp.consent.values import OFFLINE, OPENID
from idp.protocol.answers import Answers
from idp.protocol.client_assertion import AssertionVerifier
from idp.protocol.client_auth import ClientAuthenticator
from idp.protocol.grants.authorization_code import AuthorizationCodeGrant
from idp.protocol.grants.client_credentials import ClientCredentialsGrant
from idp.protocol.grants.device_code import DeviceCodeGrant
from idp.protocol.grants.issuing import Issuing
from idp.protocol.grants.refresh_token import RefreshTokenGrant
from idp.protocol.id_token import IdTokens
from idp.protocol.introspection import Introspection
from idp.protocol.jwt_access_token import JwtAccessTokens
from idp.protocol.resources import Resources
from idp.protocol.revocation import Revocation
from idp.protocol.server import BackChannel
from idp.protocol.step_up_challenge import Demand
from idp.protocol.userinfo import UserInfo
from idp.services import Services

#: Grants of the token endpoint; discovery announces exactly these.
GRANTS: Final = (AuthorizationCodeGrant, RefreshTokenGrant, ClientCredentialsGrant, DeviceCodeGrant)
#: Other endpoints that clients authenticate at.
ENDPOINTS: Final = (Revocation, Introspection)

TOKEN_PATH: Final = "/token"  # noqa: S105 - a path


@dataclass(frozen=True, slots=True)
class Protocol:
    """What the web room serves, and the parts that the authorization side builds on."""

    back_channel: BackChannel
    userinfo: UserInfo
    authenticator: ClientAuthenticator
    id_tokens: IdTokens
    resources: Resources


def assemble(services: Services) -> Protocol:
    """Put the back channel together."""
    settings = services.settings
    assertions = AssertionVerifier(
        clients=services.clients,
        tokens=services.tokens,
        clock=services.clock,
        issuer=settings.issuer,
        token_endpoint=settings.issuer + TOKEN_PATH,
    )
    authenticator = ClientAuthenticator(clients=services.clients, assertions=assertions)
    answers = Answers(keys=services.keys, clients=services.clients)
    id_tokens = IdTokens(
        issuer=settings.issuer,
        lifetime_seconds=settings.tokens.id_token_seconds,
        keys=services.keys,
        answers=answers,
        consent=services.consent,
        clock=services.clock,
    )
    jwt_access_tokens = JwtAccessTokens(
        issuer=settings.issuer, tokens=services.tokens, keys=services.keys, clock=services.clock
    )
    resources = Resources(find=services.clients.audience)
    personal_scopes = frozenset(services.catalogue.scopes) | {OPENID, OFFLINE}
    back_channel = BackChannel(
        issuer=settings.issuer,
        authenticator=authenticator,
        tokens=services.tokens,
        clients=services.clients,
        clock=services.clock,
        answers=answers,
        issuing=Issuing(
            tokens=services.tokens,
            consent=services.consent,
            id_tokens=id_tokens,
            jwt_access_tokens=jwt_access_tokens,
            personal_scopes=personal_scopes,
        ),
        personal_scopes=personal_scopes,
        resources=resources,
        devices=services.devices,
        jwt_access_tokens=jwt_access_tokens,
    )
    for grant in GRANTS:
        back_channel.register_grant(grant)
    for endpoint in ENDPOINTS:
        back_channel.register_endpoint(endpoint)
    userinfo = UserInfo(
        issuer=settings.issuer,
        tokens=services.tokens,
        clients=services.clients,
        consent=services.consent,
        answers=answers,
        clock=services.clock,
        demand=Demand(services.authentication.levels, settings.userinfo),
    )
    return Protocol(back_channel, userinfo, authenticator, id_tokens, resources)
