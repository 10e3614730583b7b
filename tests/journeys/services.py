"""The services of the journeys: what they registered, and Amina, who meets them."""

from __future__ import annotations

from typing import Any

from jwcrypto import jwk

#: A port that nobody listens on: browsers without scripts stop there.
CALLBACK = "http://127.0.0.1:1/callback"
COUNCIL_SECRET = "council-secret-0123456789-abcdefghijk"
API_SECRET = "api-secret-0123456789-abcdefghijklmnop"

#: The council signs requests with it when it wants to.
COUNCIL_KEY = jwk.JWK.generate(kty="EC", crv="P-256", kid="council-1", use="sig", alg="ES256")

PASSWORD = "copper-meadow-seldom-17"
DETAILS = {
    "given_name": "Amīna-Zuhra",
    "family_name": "Hadžihasanović",
    "email": "amina.zuhra@mail-journeys.example",
    "phone_number": "+442079460987",
    "birthdate": "1988-02-29",
}


def _published(key: jwk.JWK) -> dict[str, Any]:
    return {"keys": [key.export_public(as_dict=True)]}


def _detail(claim: str, **more: Any) -> dict[str, Any]:
    return {"claim": claim, "reason": "To issue the permit", "retention": "Until the permit ends", **more}


def described(*, callback: str = CALLBACK) -> dict[str, Any]:
    """The import file: a council that needs nothing and would like five details, one that insists, and an API."""
    client = {
        "organisation": "northtown",
        "redirect_uris": [callback],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid profile email phone offline_access",
        "secret": COUNCIL_SECRET,
    }
    return {
        "organisations": {"northtown": {"legal_name": "Northtown Council", "public_body": True}},
        "clients": [
            {"client_id": "council", "name": "Parking permits", **client, "jwks": _published(COUNCIL_KEY)},
            {"client_id": "strict", "name": "Adult learning", **client, "id_token_signed_response_alg": "ES256"},
            {"client_id": "stranger", "name": "Unregistered service", **client},
            {
                "client_id": "app",
                "name": "Parking on the phone",
                "organisation": "northtown",
                "redirect_uris": [callback],
                "token_endpoint_auth_method": "none",
                "subject_type": "public",
                "userinfo_signed_response_alg": "ES256",
            },
            {
                "client_id": "api",
                "name": "Permit records",
                "organisation": "northtown",
                "grant_types": ["client_credentials"],
                "response_types": [],
                "scope": "records",
                "secret": API_SECRET,
                "resource_server": True,
            },
        ],
        "uses": [
            {
                "client": "council",
                "key": "permit",
                "state": "approved",
                "purpose": "To issue a parking permit",
                "lawful_basis": "public_task",
                "details": [
                    _detail("given_name"),
                    _detail("family_name"),
                    _detail("email"),
                    _detail("phone_number"),
                    _detail("birthdate", smaller=["age_over_18"]),
                    _detail("address"),
                ],
            },
            {
                "client": "strict",
                "key": "courses",
                "state": "approved",
                "purpose": "To book a course",
                "lawful_basis": "contract",
                "details": [_detail("birthdate", essential=True, smaller=["age_over_18"]), _detail("given_name")],
            },
        ],
    }


def claims(*names: str) -> str:
    """The `claims` parameter that asks for these at UserInfo."""
    import json

    return json.dumps({"userinfo": dict.fromkeys(names)})
