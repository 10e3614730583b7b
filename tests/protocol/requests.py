"""Clients and authorization requests to try things with, without a database."""

from dataclasses import replace
from typing import Any

from idp.clients.texts import Texts
from idp.clients.values import ApplicationType, AuthMethod, Client, ClientState, Organisation, Profile, SubjectType
from idp.consent.values import ClaimsRequest
from idp.protocol.parameters import AuthorizationRequest, Parameters, read_parameters
from idp.protocol.resources import Resources
from idp.protocol.response_types import ResponseType
from idp.protocol.validation import Offer, addressee, validate

CALLBACK = "https://permits.example/callback"
#: SHA-256 of the verifier of RFC 7636 Appendix B.
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

COUNCIL = Client(
    client_id="permits",
    state=ClientState.APPROVED,
    profile=Profile.OIDC,
    application_type=ApplicationType.WEB,
    names=Texts.of({"en": "Parking permits"}),
    organisation=Organisation(legal_name="Northtown Council"),
    redirect_uris=(CALLBACK, "https://permits.example/callback?tenant=1"),
    response_types=("code",),
    grant_types=("authorization_code", "refresh_token"),
    scopes=("openid", "profile", "email", "offline_access"),
    auth_method=AuthMethod.SECRET_BASIC,
    auth_signing_alg=None,
    secret_digests=(),
    jwks=None,
    jwks_uri=None,
    sector="permits.example permits",
    subject_type=SubjectType.PAIRWISE,
    id_token_alg="RS256",
    userinfo_alg=None,
    require_pkce=False,
    require_par=False,
    default_max_age=None,
    require_auth_time=False,
    default_acr_values=(),
    initiate_login_uri=None,
    logo_uri=None,
    policy_uri=None,
    tos_uri=None,
    post_logout_redirect_uris=(),
    resource_server=False,
    audiences=(),
)

SHOP_APP = replace(
    COUNCIL,
    client_id="shop-app",
    application_type=ApplicationType.NATIVE,
    auth_method=AuthMethod.NONE,
    redirect_uris=("com.example.shop:/callback", "http://127.0.0.1/callback"),
)

OFFER = Offer(
    scopes=frozenset({"openid", "profile", "email", "offline_access"}),
    response_types=frozenset(ResponseType),
    resources=Resources(find=lambda _: None),
    claims_request=lambda _scopes, _claims, **_: ClaimsRequest(),
)


def parameters(**changes: str | None) -> Parameters:
    """A good request of the council's, with parameters changed, or taken out by None."""
    sent: dict[str, str | None] = {
        "client_id": "permits",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid email",
        "state": "a-state",
        "nonce": "a-nonce",
    }
    sent |= changes
    return read_parameters((name, value) for name, value in sent.items() if value is not None)


def understand(client: Client = COUNCIL, offer: Offer = OFFER, **changes: str | None) -> AuthorizationRequest:
    """Take a request through both steps of the check."""
    return understand_all(parameters(**changes), client=client, offer=offer)


def understand_all(sent: Parameters, *, client: Client = COUNCIL, offer: Offer = OFFER) -> AuthorizationRequest:
    """The same with the parameters as they are."""
    found, reply_to = addressee(sent, find={client.client_id: client}.get)
    return validate(sent, client=found, reply_to=reply_to, offer=offer)


def changed(client: Client, **changes: Any) -> Client:
    """A client that registered something else."""
    return replace(client, **changes)
