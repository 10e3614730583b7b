"""THE table of what is announced: each enabled specification and its members of the discovery document.

A member is written here when what it promises works, and derived from the code that keeps the promise wherever that
code has a list. Tests compare the document with what the endpoints do.

https://www.iana.org/assignments/oauth-parameters (OAuth Authorization Server Metadata)
"""

from collections.abc import Mapping
from typing import Final

from idp.authentication.levels import Levels
from idp.claims.catalogue import Catalogue
from idp.clients.values import AuthMethod, SubjectType
from idp.crypto import jose, jwe
from idp.protocol import client_assertion, pkce
from idp.protocol.assembly import ENDPOINTS, GRANTS, TOKEN_PATH
from idp.protocol.end_session import END_SESSION_PATH
from idp.protocol.grants.client_credentials import ClientCredentialsGrant
from idp.protocol.metadata import Member
from idp.protocol.parameters import Display
from idp.protocol.prompts import Prompt
from idp.protocol.registration import REGISTER_PATH
from idp.protocol.request_opening import ALGORITHMS as REQUEST_ALGORITHMS
from idp.protocol.responder import ResponseMode
from idp.protocol.response_types import ResponseType
from idp.protocol.session_management import CHECK_SESSION_PATH
from idp.protocol.validation import Offer
from idp.settings import Settings

AUTHORIZE_PATH: Final = "/authorize"
PAR_PATH: Final = "/par"
DEVICE_PATH: Final = "/device_authorization"
USERINFO_PATH: Final = "/userinfo"
KEYS_PATH: Final = "/jwks.json"
#: Where the endpoints of `assembly.ENDPOINTS` are.
PATHS: Final = {"revocation": "/revoke", "introspection": "/introspect"}

#: What can be asked for by name although it is no detail in a vault (OIDC Core §5.5.1).
_OF_THE_SIGN_ON: Final = ("sub", "auth_time", "acr")


def contributions(*, settings: Settings, catalogue: Catalogue, offer: Offer) -> tuple[Mapping[str, Member], ...]:
    """Return the table, in the order in which the document shows it."""
    return (
        _authorization(offer),
        _token_endpoint(),
        _implicit_and_hybrid(offer),
        _client_authentication(),
        _openid_connect(settings, catalogue, offer),
        _request_objects(settings),
        _registration(settings),
        # RFC 9701 §7
        {
            "introspection_signing_alg_values_supported": jose.ALGORITHMS,
            "introspection_encryption_alg_values_supported": jwe.KEY_ENCRYPTION,
            "introspection_encryption_enc_values_supported": jwe.CONTENT_ENCRYPTION,
        },
        # RFC 7636
        {"code_challenge_methods_supported": pkce.METHODS},
        # RFC 9126
        {"pushed_authorization_request_endpoint": PAR_PATH, "require_pushed_authorization_requests": False},
        # RFC 8628 §4
        {"device_authorization_endpoint": DEVICE_PATH},
        # RFC 9207
        {"authorization_response_iss_parameter_supported": True},
        _logout(),
        # Initiating User Registration via OpenID Connect 1.0
        {"prompt_values_supported": tuple(Prompt)},
    )


def _logout() -> Mapping[str, Member]:
    """RP-Initiated Logout §2.1, Session Management §3.3, Front-Channel Logout §3, Back-Channel Logout §2.1."""
    return {
        "end_session_endpoint": END_SESSION_PATH,
        "check_session_iframe": CHECK_SESSION_PATH,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }


def _authorization(offer: Offer) -> Mapping[str, Member]:
    """RFC 6749 §3.1, OAuth 2.0 Multiple Response Types, Form Post Response Mode."""
    return {
        "authorization_endpoint": AUTHORIZE_PATH,
        "response_types_supported": tuple(each for each in ResponseType if each in offer.response_types),
        "response_modes_supported": tuple(ResponseMode),
    }


def _token_endpoint() -> Mapping[str, Member]:
    """RFC 6749 §3.2."""
    return {"token_endpoint": TOKEN_PATH, "grant_types_supported": tuple(grant.GRANT_TYPE for grant in GRANTS)}


def _implicit_and_hybrid(offer: Offer) -> Mapping[str, Member]:
    """OIDC Core §3.2, §3.3; a grant type of its own in the register (OIDC Registration §2)."""
    if any("implicit" in response_type.grants for response_type in offer.response_types):
        return {"grant_types_supported": ("implicit",)}
    return {}


def registrable_grants(offer: Offer) -> frozenset[str]:
    """Return the grants that a service may register itself for.

    Not client_credentials: a token without a citizen carries what an operator allows a service (RFC 6749 §4.4).
    """
    front = {grant for response_type in offer.response_types for grant in response_type.grants}
    return frozenset({grant.GRANT_TYPE for grant in GRANTS} - {ClientCredentialsGrant.GRANT_TYPE} | front)


def _registration(settings: Settings) -> Mapping[str, Member]:
    """RFC 7591, OpenID Connect Dynamic Client Registration."""
    return {} if settings.registration.mode == "off" else {"registration_endpoint": REGISTER_PATH}


def _client_authentication() -> Mapping[str, Member]:
    """RFC 6749 §2.3, RFC 7523; revocation (RFC 7009) and introspection (RFC 7662) know the same ways."""
    methods = tuple(AuthMethod)
    algorithms = tuple(sorted(client_assertion.ALGORITHMS & frozenset(jose.ALGORITHMS)))
    members: dict[str, Member] = {
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
    }
    for endpoint in ENDPOINTS:
        name = endpoint.ENDPOINT_NAME
        # A resource server that proves nothing may not ask about tokens (RFC 7662 §2.1).
        own = tuple(one for one in methods if one is not AuthMethod.NONE) if name == "introspection" else methods
        members |= {
            f"{name}_endpoint": PATHS[name],
            f"{name}_endpoint_auth_methods_supported": own,
            f"{name}_endpoint_auth_signing_alg_values_supported": algorithms,
        }
    return members


def _openid_connect(settings: Settings, catalogue: Catalogue, offer: Offer) -> Mapping[str, Member]:
    """OpenID Connect Core and Discovery §3."""
    return {
        "userinfo_endpoint": USERINFO_PATH,
        "jwks_uri": KEYS_PATH,
        "scopes_supported": tuple(sorted(offer.scopes, key=lambda scope: (scope != "openid", scope))),
        "subject_types_supported": tuple(SubjectType),
        "id_token_signing_alg_values_supported": jose.ALGORITHMS,
        "id_token_encryption_alg_values_supported": jwe.KEY_ENCRYPTION,
        "id_token_encryption_enc_values_supported": jwe.CONTENT_ENCRYPTION,
        "userinfo_signing_alg_values_supported": jose.ALGORITHMS,
        "userinfo_encryption_alg_values_supported": jwe.KEY_ENCRYPTION,
        "userinfo_encryption_enc_values_supported": jwe.CONTENT_ENCRYPTION,
        "acr_values_supported": Levels(settings.authentication.levels).offered,
        "display_values_supported": tuple(Display),
        "claim_types_supported": ("normal",),
        "claims_supported": (*_OF_THE_SIGN_ON, *catalogue.names),
        "claims_parameter_supported": True,
        "ui_locales_supported": settings.languages,
        "claims_locales_supported": catalogue.value_languages,
    }


def _request_objects(settings: Settings) -> Mapping[str, Member]:
    """OIDC Core §6, RFC 9101 §10.5; without the list of algorithms clients take `none` for a maybe."""
    offered = settings.protocol.request_objects
    members: dict[str, Member] = {
        # Said either way: left out, the first is no and the second is yes (Discovery §3).
        "request_parameter_supported": offered,
        "request_uri_parameter_supported": offered and settings.protocol.request_uris,
    }
    if offered:
        members["request_object_signing_alg_values_supported"] = REQUEST_ALGORITHMS
        members["request_object_encryption_alg_values_supported"] = jwe.DECRYPTABLE
        members["request_object_encryption_enc_values_supported"] = jwe.CONTENT_ENCRYPTION
        members["require_request_uri_registration"] = True
    return members
