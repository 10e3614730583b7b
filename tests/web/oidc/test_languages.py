"""`ui_locales` on the pages that the authorization endpoint itself shows. OIDC Core §3.1.2.1."""

from flask.testing import FlaskClient

from idp.services import Services
from tests.protocol.sign_on import CALLBACK, register


def test_the_page_about_a_request_that_nobody_can_be_answered_speaks_what_it_asked_for(client: FlaskClient) -> None:
    page = client.get("/authorize", query_string={"client_id": "nobody", "ui_locales": "sw fr-CA ar"})

    assert page.status_code == 400
    assert '<html lang="fr"' in page.text


def test_the_page_that_carries_an_answer_speaks_it_too(client: FlaskClient, services: Services) -> None:
    register(services)
    request = {
        "client_id": "permits",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "response_mode": "form_post",
        "scope": "openid",
        "prompt": "none",
        "ui_locales": "ar",
    }

    page = client.get("/authorize", query_string=request)

    assert page.status_code == 200
    assert '<html lang="ar" dir="rtl"' in page.text


def test_the_switch_of_such_a_page_works(client: FlaskClient) -> None:
    client.get("/language/en")

    page = client.get("/authorize", query_string={"client_id": "nobody", "ui_locales": "fr"})

    assert '<html lang="en"' in page.text


def test_no_language_of_a_hostile_request_is_an_error(client: FlaskClient) -> None:
    for asked in ("\x00", "a" * 5000, "<script>", "\u0627"):
        assert client.get("/authorize", query_string={"client_id": "x", "ui_locales": asked}).status_code == 400
