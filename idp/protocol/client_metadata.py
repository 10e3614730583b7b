"""A registration as JSON has it: each member by the name that the standards give it.

https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata, https://www.rfc-editor.org/rfc/rfc7591#section-2
"""

from typing import Any, Final

from idp.clients.values import Client, Encryption

#: Members that are a field of the service under the same or another name, in the order in which they are told.
_FIELDS: Final = {
    "application_type": "application_type",
    "redirect_uris": "redirect_uris",
    "response_types": "response_types",
    "grant_types": "grant_types",
    "token_endpoint_auth_method": "auth_method",
    "token_endpoint_auth_signing_alg": "auth_signing_alg",
    "jwks": "jwks",
    "jwks_uri": "jwks_uri",
    "sector_identifier_uri": "sector_identifier_uri",
    "subject_type": "subject_type",
    "id_token_signed_response_alg": "id_token_alg",
    "userinfo_signed_response_alg": "userinfo_alg",
    "introspection_signed_response_alg": "introspection_alg",
    "request_object_signing_alg": "request_object_alg",
    "require_signed_request_object": "require_signed_request_object",
    "request_uris": "request_uris",
    "contacts": "contacts",
    "require_pushed_authorization_requests": "require_par",
    "default_max_age": "default_max_age",
    "require_auth_time": "require_auth_time",
    "default_acr_values": "default_acr_values",
    "initiate_login_uri": "initiate_login_uri",
    "client_uri": "client_uri",
    "logo_uri": "logo_uri",
    "policy_uri": "policy_uri",
    "tos_uri": "tos_uri",
    "post_logout_redirect_uris": "post_logout_redirect_uris",
    "backchannel_logout_uri": "backchannel_logout_uri",
    "backchannel_logout_session_required": "backchannel_logout_session_required",
    "frontchannel_logout_uri": "frontchannel_logout_uri",
    "frontchannel_logout_session_required": "frontchannel_logout_session_required",
    "security_event_endpoint": "security_event_endpoint",
    "software_id": "software_id",
    "software_version": "software_version",
    "software_statement": "software_statement",
}
_ENCRYPTED: Final = {
    "id_token_encrypted_response": "id_token_encryption",
    "userinfo_encrypted_response": "userinfo_encryption",
    "introspection_encrypted_response": "introspection_encryption",
    "request_object_encryption": "request_object_encryption",
}


def members_of(client: Client) -> dict[str, Any]:
    """Return every member of a registration that has a value, defaults included (RFC 7591 §3.2.1)."""
    members = {"client_id": client.client_id} | _names(client) | {"scope": " ".join(client.scopes)}
    members |= {name: getattr(client, field) for name, field in _FIELDS.items()} | dict(client.tagged)
    for name, field in _ENCRYPTED.items():
        encryption: Encryption | None = getattr(client, field)
        if encryption is not None:
            members |= {f"{name}_alg": encryption.alg, f"{name}_enc": encryption.enc}
    # Flags are told also when they are off; what was left out is left out.
    return {name: value for name, value in members.items() if value is not None and value != ()}


def _names(client: Client) -> dict[str, Any]:
    return {f"client_name#{tag}" if tag else "client_name": text for tag, text in client.names.entries}
