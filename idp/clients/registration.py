"""The values that an import file stands for, once it has no fault. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final

from idp.claims.catalogue import Catalogue
from idp.clients.checks import faults_of
from idp.clients.errors import RegistrationFaultsError
from idp.clients.metadata import ClientEntry, ImportFile, Metadata, OrganisationEntry, UseEntry
from idp.clients.policy import sector
from idp.clients.texts import Texts
from idp.clients.values import (
    SECRET_METHODS,
    AuthMethod,
    Client,
    ClientState,
    Encryption,
    Organisation,
    Profile,
    RegisteredDetail,
    RegisteredUse,
    SubjectType,
)

#: Content encryption of a service that registered none.
_DEFAULT_ENCRYPTION: Final = "A128GCM"


@dataclass(frozen=True, slots=True)
class NewClient:
    """A service to be stored, and what storing it still needs."""

    client: Client
    #: Where it stands in the file.
    place: str
    secret: str | None = field(repr=False)

    @property
    def takes_secret(self) -> bool:
        """Tell whether the service proves itself with a secret."""
        return self.client.auth_method in SECRET_METHODS


@dataclass(frozen=True, slots=True)
class Registration:
    """A whole import, free of faults that can be found without a fetch."""

    clients: tuple[NewClient, ...]
    #: Version 0: the store gives the number, and only when the content is new.
    uses: tuple[RegisteredUse, ...]


def assemble(
    file: ImportFile, *, catalogue: Catalogue, known_clients: Collection[str], development: bool
) -> Registration:
    """Turn checked tables into values.

    :param known_clients: identifiers of services that are registered already; uses may name them.
    :raises RegistrationFaultsError: with every fault at once.
    """
    faults = faults_of(file, catalogue=catalogue, known_clients=known_clients, development=development)
    if faults:
        raise RegistrationFaultsError(faults)
    return Registration(
        tuple(
            NewClient(
                _client(entry, file.organisations[entry.organisation]),
                f"clients[{index}]",
                entry.secret.get_secret_value() if entry.secret else None,
            )
            for index, entry in enumerate(file.clients)
        ),
        tuple(_use(entry) for entry in file.uses),
    )


def _client(entry: ClientEntry, organisation: OrganisationEntry) -> Client:
    client = client_of(
        entry,
        client_id=entry.client_id,
        names=Texts.of(entry.name),
        organisation=Organisation(
            organisation.legal_name,
            organisation.public_body,
            organisation.register_number,
            Texts.of(organisation.help),
        ),
    )
    return replace(
        client,
        state=entry.state,
        profile=entry.profile,
        require_pkce=entry.require_pkce or client.require_pkce,
        web_origins=entry.web_origins,
        resource_server=entry.resource_server,
        audiences=entry.audiences,
        resources=entry.resources,
        lasting_subject=entry.lasting_subject,
        access_token_alg=entry.access_token_signed_response_alg,
    )


def client_of(entry: Metadata, *, client_id: str, names: Texts, organisation: Organisation) -> Client:
    """Return the service that faultless metadata describe, approved and without a secret."""
    return Client(
        client_id=client_id,
        state=ClientState.APPROVED,
        profile=Profile.OIDC,
        application_type=entry.application_type,
        names=names,
        organisation=organisation,
        redirect_uris=entry.redirect_uris,
        response_types=entry.response_types if {"authorization_code", "implicit"} & set(entry.grant_types) else (),
        grant_types=entry.grant_types,
        scopes=tuple(dict.fromkeys(entry.scope.split(" "))),
        auth_method=entry.token_endpoint_auth_method,
        auth_signing_alg=entry.token_endpoint_auth_signing_alg,
        secret_digests=(),
        jwks=entry.jwks,
        jwks_uri=entry.jwks_uri,
        sector=_sector(entry, client_id),
        subject_type=entry.subject_type,
        id_token_alg=entry.id_token_signed_response_alg,
        userinfo_alg=entry.userinfo_signed_response_alg,
        # RFC 9700 §2.1.1: a client without credentials has nothing else to protect its code with.
        require_pkce=entry.token_endpoint_auth_method is AuthMethod.NONE,
        require_par=entry.require_pushed_authorization_requests,
        default_max_age=entry.default_max_age,
        require_auth_time=entry.require_auth_time,
        default_acr_values=entry.default_acr_values,
        initiate_login_uri=entry.initiate_login_uri,
        client_uri=entry.client_uri,
        logo_uri=entry.logo_uri,
        policy_uri=entry.policy_uri,
        tos_uri=entry.tos_uri,
        tagged=tuple(sorted(pair for pair in entry.tagged.items() if not pair[0].startswith("client_name#"))),
        post_logout_redirect_uris=entry.post_logout_redirect_uris,
        resource_server=False,
        audiences=(),
        contacts=entry.contacts,
        sector_identifier_uri=entry.sector_identifier_uri,
        id_token_encryption=_encryption(entry.id_token_encrypted_response_alg, entry.id_token_encrypted_response_enc),
        userinfo_encryption=_encryption(entry.userinfo_encrypted_response_alg, entry.userinfo_encrypted_response_enc),
        introspection_alg=entry.introspection_signed_response_alg,
        introspection_encryption=_encryption(
            entry.introspection_encrypted_response_alg, entry.introspection_encrypted_response_enc
        ),
        request_object_alg=entry.request_object_signing_alg,
        request_object_encryption=_encryption(entry.request_object_encryption_alg, entry.request_object_encryption_enc),
        require_signed_request_object=entry.require_signed_request_object,
        request_uris=entry.request_uris,
        backchannel_logout_uri=entry.backchannel_logout_uri,
        backchannel_logout_session_required=entry.backchannel_logout_session_required,
        frontchannel_logout_uri=entry.frontchannel_logout_uri,
        frontchannel_logout_session_required=entry.frontchannel_logout_session_required,
        security_event_endpoint=entry.security_event_endpoint,
        software_id=entry.software_id,
        software_version=entry.software_version,
    )


def _encryption(alg: str | None, enc: str | None) -> Encryption | None:
    """Return how an answer is encrypted; A128CBC-HS256, the default of the standard, is not offered here."""
    return None if alg is None else Encryption(alg, enc or _DEFAULT_ENCRYPTION)


def _sector(entry: Metadata, client_id: str) -> str:
    if entry.subject_type is SubjectType.PUBLIC:
        return ""
    return sector(
        client_id=client_id,
        redirect_uris=entry.redirect_uris,
        sector_identifier_uri=entry.sector_identifier_uri,
    )


def _use(entry: UseEntry) -> RegisteredUse:
    return RegisteredUse(
        client_id=entry.client,
        key=entry.key,
        version=0,
        state=entry.state,
        purpose=Texts.of(entry.purpose),
        lawful_basis=entry.lawful_basis,
        details=tuple(
            RegisteredDetail(
                claim=detail.claim,
                reason=Texts.of(detail.reason),
                essential=detail.essential,
                retention=Texts.of(detail.retention),
                smaller=detail.smaller,
                without_it=Texts.of(detail.without_it),
            )
            for detail in entry.details
        ),
        without_it=Texts.of(entry.without_it),
    )
