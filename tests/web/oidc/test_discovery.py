"""Where the discovery document is. OIDC Discovery §4, RFC 8414 §3."""

from idp.web.oidc.discovery import documents


def test_an_issuer_without_a_path_has_one_address_for_each_specification() -> None:
    assert set(documents(b"{}", issuer="https://id.example")) == {
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    }


def test_an_issuer_with_a_path_has_both_forms_rfc_8414_3_1() -> None:
    paths = documents(b"{}", issuer="https://example.org/id")

    assert "/.well-known/oauth-authorization-server/id" in paths
    assert "/.well-known/openid-configuration/id" in paths
    # OIDC Discovery §4: below the issuer, where the proxy has taken the path away.
    assert "/.well-known/openid-configuration" in paths
