"""The parts that serve browsers on their way between a service and us, put together once per application."""

from dataclasses import dataclass, field

from idp.clients.self_registration import RegistrationOffer
from idp.consent.values import OFFLINE, OPENID
from idp.protocol.answers import Answers
from idp.protocol.assembly import Protocol
from idp.protocol.authorization import Authorization
from idp.protocol.device import DeviceAuthorization
from idp.protocol.device_approval import DeviceApproval
from idp.protocol.end_session import EndSession
from idp.protocol.logout_token import LogoutTokens
from idp.protocol.metadata import as_json, discovery
from idp.protocol.par import PushedAuthorization
from idp.protocol.registration import ClientRegistration
from idp.protocol.request_documents import RequestDocuments
from idp.protocol.request_object import RequestObjects
from idp.protocol.request_opening import Opener
from idp.protocol.responder import Responder
from idp.protocol.response_types import ResponseType
from idp.protocol.security_event import SecurityEvents
from idp.protocol.specifications import PAR_PATH, contributions, registrable_grants
from idp.protocol.validation import Offer
from idp.services import Services


@dataclass(frozen=True, slots=True)
class FrontChannel:
    """What the web room serves to browsers, and the document that says so."""

    authorization: Authorization
    pushed: PushedAuthorization
    device_authorization: DeviceAuthorization
    device_approval: DeviceApproval
    registration: ClientRegistration
    end_session: EndSession
    logout_tokens: LogoutTokens
    security_events: SecurityEvents
    #: JSON for OIDC Discovery and RFC 8414 alike.
    discovery: bytes = field(repr=False)


def assemble(services: Services, *, back_channel: Protocol) -> FrontChannel:
    """Put the front channel together."""
    settings = services.settings
    offer = Offer(
        scopes=frozenset(services.catalogue.scopes) | {OPENID, OFFLINE},
        response_types=frozenset(ResponseType if settings.protocol.implicit_and_hybrid else {ResponseType.CODE}),
        claims_request=services.consent.request,
        resources=back_channel.resources,
        development=settings.mode == "development",
    )
    objects = _request_objects(services)
    authorization = Authorization(
        services=services,
        offer=offer,
        objects=objects,
        responder=Responder(issuer=settings.issuer),
        id_tokens=back_channel.id_tokens,
    )
    device_approval = DeviceApproval(services=services, offer=offer)
    authorization.of_devices = device_approval.resume
    return FrontChannel(
        authorization=authorization,
        device_authorization=DeviceAuthorization(
            authenticator=back_channel.authenticator,
            devices=services.devices,
            offer=offer,
            issuer=settings.issuer,
        ),
        device_approval=device_approval,
        pushed=PushedAuthorization(
            authenticator=back_channel.authenticator,
            clients=services.clients,
            interactions=services.interactions,
            offer=offer,
            objects=objects,
            issuer=settings.issuer,
            endpoint=settings.issuer + PAR_PATH,
        ),
        registration=ClientRegistration(
            services=services.self_registered,
            offer=RegistrationOffer(
                response_types=offer.response_types,
                grant_types=registrable_grants(offer),
                scopes=tuple(sorted(offer.scopes, key=lambda scope: (scope != OPENID, scope))),
            ),
            issuer=settings.issuer,
            ended=services.logout.end_service,
        ),
        end_session=EndSession(services=services),
        logout_tokens=LogoutTokens(
            issuer=settings.issuer,
            answers=Answers(keys=services.keys, clients=services.clients),
            clients=services.clients,
            fetcher=services.fetcher,
            clock=services.clock,
        ),
        security_events=SecurityEvents(
            issuer=settings.issuer,
            answers=Answers(keys=services.keys, clients=services.clients),
            clients=services.clients,
            fetcher=services.fetcher,
            clock=services.clock,
        ),
        discovery=as_json(
            discovery(
                issuer=settings.issuer,
                contributions=contributions(settings=settings, catalogue=services.catalogue, offer=offer),
            )
        ),
    )


def _request_objects(services: Services) -> RequestObjects:
    settings = services.settings
    by_reference = settings.protocol.request_objects and settings.protocol.request_uris
    return RequestObjects(
        opener=Opener(clients=services.clients, keys=services.keys, clock=services.clock, issuer=settings.issuer),
        documents=RequestDocuments(fetcher=services.fetcher, clock=services.clock) if by_reference else None,
        tokens=services.tokens,
        offered=settings.protocol.request_objects,
    )
