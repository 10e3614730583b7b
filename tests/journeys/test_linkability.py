"""Everything that services got, joined: no key that two of them, or two identities at one, have in common.

What every citizen's data has in common, such as the issuer or the names of algorithms, identifies nobody; so a second
citizen goes the same ways, and what also occurs with them is taken off. Moments are compared nowhere: `auth_time` is
the same wherever one sign-in serves, which docs/security.md says.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from tests.journeys.citizen import Citizen
from tests.journeys.services import CALLBACK, COUNCIL_SECRET, claims

if TYPE_CHECKING:
    from tests.journeys.provider import StartedProvider

MOMENTS = {"iat", "exp", "auth_time", "expires_in", "updated_at"}
ONE_TIME, MAIN = "once", "main"


@dataclass
class Dossier:
    """Everything that one service got about one identity, value by value."""

    values: set[str] = field(default_factory=set)

    def file(self, content: Any) -> None:
        """Keep every value in an answer, and what is inside the tokens."""
        self.values |= set(_leaves(content))

    def in_common(self, other: Dossier, *, with_anybody: Dossier) -> set[str]:
        return (self.values & other.values) - with_anybody.values


def _leaves(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        for name, value in content.items():
            if name not in MOMENTS:
                yield from _leaves(value)
    elif isinstance(content, list):
        for value in content:
            yield from _leaves(value)
    elif content is not None:
        yield str(content)
        # A token's parts, and what can be read in them.
        for part in str(content).split("."):
            yield part
            yield from _leaves(_decoded(part))


def _decoded(part: str) -> Any:
    try:
        return json.loads(base64.urlsafe_b64decode(part + "=="))
    except ValueError:
        return None


class Visitor:
    """A citizen who signs on as whom they please, and the files that services have of them."""

    def __init__(self, provider: StartedProvider, **details: str) -> None:
        self.provider = provider
        self.citizen = Citizen(provider)
        self.citizen.sign_up()
        for claim, value in details.items():
            self.citizen.add_detail(claim, value)

    def persona(self, name: str, **own: str) -> str:
        browser = self.citizen.browser
        browser.open(f"{self.provider.issuer}/personas/new")
        browser.submit("persona-save", typed={"name": name})
        persona = browser.path.split("/")[2]
        for claim, value in own.items():
            browser.open(f"{self.provider.issuer}/personas/{persona}/own/{claim}")
            browser.submit("persona-own-save", typed={"value": value})
        return persona

    def sign_on(self, client_id: str, *names: str, known_as: str = MAIN) -> Dossier:
        """Sign on and let the service fetch all it can: tokens, the same refreshed, and UserInfo."""
        dossier, browser = Dossier(), self.citizen.browser
        browser.open(self._request(client_id, *names))
        browser.submit("consent-identity", tick=(f"known-as-{known_as}",))
        browser.submit("consent-allow", tick=tuple(f"claim-{name}" for name in names))
        assert browser.url.startswith(CALLBACK), browser.text
        answer = dict(parse_qsl(urlsplit(browser.url).query))
        dossier.file({name: value for name, value in answer.items() if name != "state"})
        form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": CALLBACK}
        tokens = self._tokens(client_id, form)
        dossier.file(tokens)
        if "refresh_token" in tokens:
            dossier.file(
                self._tokens(client_id, {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
            )
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        userinfo = requests.get(f"{self.provider.issuer}/userinfo", headers=bearer, timeout=10)
        assert userinfo.status_code == 200, userinfo.text
        dossier.file(userinfo.json())
        return dossier

    def _request(self, client_id: str, *names: str) -> str:
        query = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid offline_access",
            "claims": claims(*names),
            "prompt": "consent",
            "nonce": f"nonce-of-{client_id}",
        }
        return f"{self.provider.issuer}/authorize?{urlencode(query)}"

    def _tokens(self, client_id: str, form: dict[str, str]) -> dict[str, Any]:
        basic = base64.b64encode(f"{client_id}:{COUNCIL_SECRET}".encode()).decode()
        answer = requests.post(
            f"{self.provider.issuer}/token", data=form, headers={"Authorization": f"Basic {basic}"}, timeout=10
        )
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens


@pytest.fixture
def amina(provider: StartedProvider) -> Visitor:
    return Visitor(provider, given_name="Amīna-Zuhra", family_name="Hadžihasanović", email="amina@link.example")


@pytest.fixture
def anybody(provider: StartedProvider) -> Dossier:
    """What services learn of somebody who shares nothing with Amina."""
    bram = Visitor(provider, given_name="Bram", family_name="de Wit", email="bram@link.example")
    found = Dossier()
    for client_id in ("council", "stranger"):
        found.values |= bram.sign_on(client_id, "given_name", "family_name", "email").values
        found.values |= bram.sign_on(client_id, "given_name", known_as=ONE_TIME).values
    return found


def test_two_services_have_no_key_in_common(amina: Visitor, anybody: Dossier) -> None:
    council = amina.sign_on("council", "given_name", "email")
    stranger = amina.sign_on("stranger", "family_name")

    assert council.in_common(stranger, with_anybody=anybody) == set()
    assert {"Amīna-Zuhra", "amina@link.example"} <= council.values, "the files are not empty"


def test_two_services_have_in_common_what_the_citizen_gave_to_both(amina: Visitor, anybody: Dossier) -> None:
    council = amina.sign_on("council", "given_name", "family_name")
    stranger = amina.sign_on("stranger", "given_name", "email")

    assert council.in_common(stranger, with_anybody=anybody) == {"Amīna-Zuhra"}


@pytest.mark.parametrize("where", [("council", "stranger"), ("council", "council")])
def test_two_personas_have_no_key_in_common_not_even_at_one_service(
    amina: Visitor, anybody: Dossier, where: tuple[str, str]
) -> None:
    work, club = amina.persona("Work", given_name="Dr Hadžić"), amina.persona("Book club", given_name="Mina")

    files = [
        amina.sign_on(client_id, "given_name", known_as=persona)
        for client_id, persona in zip(where, (work, club), strict=True)
    ]
    as_herself = amina.sign_on(where[0], "given_name")

    assert files[0].in_common(files[1], with_anybody=anybody) == set()
    assert files[0].in_common(as_herself, with_anybody=anybody) == set()
    assert "Dr Hadžić" in files[0].values


@pytest.mark.parametrize("where", [("council", "stranger"), ("council", "council")])
def test_two_one_time_visits_have_no_key_in_common_not_even_at_one_service(
    amina: Visitor, anybody: Dossier, where: tuple[str, str]
) -> None:
    first, second = (amina.sign_on(client_id, known_as=ONE_TIME) for client_id in where)
    as_herself = amina.sign_on(where[0])

    assert first.in_common(second, with_anybody=anybody) == set()
    assert first.in_common(as_herself, with_anybody=anybody) == set()


def test_a_persona_is_recognised_where_it_is_known(amina: Visitor, anybody: Dossier) -> None:
    """The search would find a key if there were one."""
    work = amina.persona("Work", given_name="Dr Hadžić")

    files = [amina.sign_on("council", "given_name", known_as=work) for _ in range(2)]

    assert len(files[0].in_common(files[1], with_anybody=anybody) - {"Dr Hadžić"}) >= 2, "sub and sid"
