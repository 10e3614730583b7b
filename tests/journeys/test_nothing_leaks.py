"""After a full day at the provider, neither its database nor its logs hold a detail or a secret."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.journeys.citizen import Citizen
from tests.journeys.leaks import leaks
from tests.journeys.services import API_SECRET, CALLBACK, COUNCIL_SECRET, claims

if TYPE_CHECKING:
    from tests.journeys.provider import StartedProvider

#: Values that occur nowhere else: short or common ones would be found by chance.
DETAILS = {
    "given_name": "Zerlindé-Quibble",
    "family_name": "Öxenstjerna-Vrklja",
    "email": "zerlinde.quibble@leak-search.example",
    "phone_number": "+442079460731",
    "birthdate": "1957-11-23",
}
ADDRESS = {"street_address": "771 Wyvernmoor Crescent", "locality": "Quernborough", "postal_code": "ZE27 9QX"}
CHANGED = "Quibblesworth-Zerlinda"
RENAMED = "zerlinde.renamed@leak-search.example"
TYPED = "Typed-At-The-Choice Vexillology"
PERSONA = "Velveteen Impersonatrix"
PERSONA_DETAIL = "Vandelay-Quartzbottom"


class Day:
    """Everything that happens, and every value and secret that passes."""

    def __init__(self, provider: StartedProvider) -> None:
        self.provider = provider
        self.citizen = Citizen(provider, login="zerlinde.signs.in@leak-search.example")
        self.known: dict[str, str] = {
            **{f"detail {name}": value for name, value in (DETAILS | ADDRESS).items()},
            "changed detail": CHANGED,
            "typed detail": TYPED,
            "persona": PERSONA,
            "persona's own detail": PERSONA_DETAIL,
            "client secret": COUNCIL_SECRET,
            "resource server secret": API_SECRET,
            "login": self.citizen.login,
            "password": self.citizen.password,
            "wrong password": "wrong-but-telling-password-95",
        }

    def live(self) -> None:
        """Sign up, fill in, sign on, be refused, refresh, introspect, err, stop, sign out."""
        citizen, browser = self.citizen, self.citizen.browser
        citizen.sign_up()
        self.known["recovery code"] = citizen.recovery_code
        self.known["recovery code without dashes"] = citizen.recovery_code.replace("-", "")
        for claim, value in DETAILS.items():
            citizen.add_detail(claim, value)
        browser.open(f"{self.provider.issuer}/details/add/address")
        address = {f"value.{name}": value for name, value in ADDRESS.items()}
        browser.submit("detail-save", typed={**address, "value.country": "United Kingdom"})
        self._remember_cookies("first session")

        browser.open(self._request("council", *DETAILS, "address"))
        citizen.choose(*DETAILS, "address")
        tokens = self._redeem("council")
        self._use(tokens)
        browser.open(self._request("stranger", "nickname", "given_name"))
        browser.submit("consent-allow", tick=("claim-nickname",), typed=self._typed("nickname"))
        self._use(self._redeem("stranger", prefix="stranger"))
        browser.open(self._request("strict", "birthdate"))
        citizen.refuse()
        citizen.change_detail("given_name", CHANGED)
        self._be_somebody_else()
        self._rename()
        browser.open(self._request("council", "given_name", login_hint=citizen.login))
        self._use(self._redeem("council", prefix="returning"))

        browser.open(f"{self.provider.issuer}/sign-out")
        browser.submit("logout-confirm")
        browser.open(f"{self.provider.issuer}/sign-in")
        citizen.sign_in(self.known["wrong password"])
        citizen.sign_in()
        self._remember_cookies("second session")
        self._send_nonsense()
        self._push()
        citizen.stop_sharing_with("Parking permits")
        browser.open(f"{self.provider.issuer}/activity")

    def _be_somebody_else(self) -> None:
        """Make a persona with a detail of its own, sign on as it, and once as nobody in particular."""
        browser = self.citizen.browser
        browser.open(f"{self.provider.issuer}/personas/new")
        browser.submit("persona-save", typed={"name": PERSONA})
        persona = browser.path.split("/")[2]
        browser.open(f"{self.provider.issuer}/personas/{persona}/own/nickname")
        browser.submit("persona-own-save", typed={"value": PERSONA_DETAIL})
        for known_as in (persona, "once"):
            browser.open(self._request("stranger", "nickname", prompt="consent"))
            browser.submit("consent-identity", tick=(f"known-as-{known_as}",))
            self.citizen.choose("nickname")
            self._use(self._redeem("stranger", prefix=f"as {known_as}"))

    def _request(self, client_id: str, *names: str, **more: str) -> str:
        return f"{self.provider.issuer}/authorize?" + urlencode(
            {
                "response_type": "code",
                "client_id": client_id,
                "redirect_uri": CALLBACK,
                "scope": "openid offline_access",
                "claims": claims(*names),
                "state": "a-state-that-is-nobody's-business",
                **more,
            }
        )

    def _typed(self, claim: str) -> dict[str, str]:
        form = self.citizen.browser.form_with("consent-allow")
        name = next(name for name, _ in form.fields if claim in name and name != "claim")
        return {name: TYPED}

    def _redeem(self, client_id: str, prefix: str = "council") -> dict[str, str]:
        url = self.citizen.browser.url
        assert url.startswith(CALLBACK), self.citizen.browser.text
        code = parse_qs(urlsplit(url).query)["code"][0]
        self.known[f"{prefix} code"] = code
        answer = self._post("token", client_id, grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
        assert answer.status_code == 200, answer.text
        tokens: dict[str, str] = answer.json()
        for name in ("access_token", "refresh_token", "id_token"):
            if name in tokens:
                self.known[f"{prefix} {name}"] = tokens[name]
        return tokens

    def _use(self, tokens: dict[str, str]) -> None:
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert requests.get(f"{self.provider.issuer}/userinfo", headers=bearer, timeout=10).status_code == 200
        asked = self._post("introspect", "api", secret=API_SECRET, token=tokens["access_token"])
        # For UserInfo, hence no business of a resource server.
        assert asked.json() == {"active": False}

    def _push(self) -> None:
        answer = self._post(
            "par",
            "council",
            response_type="code",
            redirect_uri=CALLBACK,
            scope="openid",
            login_hint=self.citizen.login,
            claims=claims("email"),
        )
        assert answer.status_code == 201, answer.text
        self.known["request_uri"] = answer.json()["request_uri"].rpartition(":")[2]

    def _send_nonsense(self) -> None:
        """Put values and secrets where they do not belong."""
        issuer, name = self.provider.issuer, DETAILS["family_name"]
        bearer = {"Authorization": f"Bearer {self.citizen.password}"}
        token = {"access_token": self.known["council access_token"]}
        unfinished = json.dumps({"userinfo": {"email": {"value": name}}})[:-1]
        for response in (
            requests.get(f"{issuer}/authorize", params={"client_id": name, "login_hint": name}, timeout=10),
            requests.get(f"{issuer}/{name}", timeout=10),
            requests.get(f"{issuer}/userinfo", headers=bearer, timeout=10),
            requests.get(f"{issuer}/userinfo", params=token, timeout=10),
            self._post("token", "council", grant_type="authorization_code", code=self.known["council code"]),
            self._post("token", "council", grant_type="refresh_token", refresh_token=self.citizen.password),
            self._post("token", "council", secret=self.citizen.password, grant_type="client_credentials"),
            requests.get(self._request("council", claims=unfinished), allow_redirects=False, timeout=10),
        ):
            assert 300 <= response.status_code < 500, (response.status_code, response.text)
            assert name not in response.text + response.headers.get("Location", "")
            assert self.citizen.password not in response.text

    def _post(self, endpoint: str, client_id: str, *, secret: str = COUNCIL_SECRET, **form: str) -> requests.Response:
        basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        return requests.post(
            f"{self.provider.issuer}/{endpoint}", data=form, headers={"Authorization": f"Basic {basic}"}, timeout=10
        )

    def _rename(self) -> None:
        """Change the sign-in name; what was shared before goes on under it."""
        self.known["login before"], self.citizen.login = self.citizen.login, RENAMED
        self.known["login"] = RENAMED
        self.citizen.browser.open(f"{self.provider.issuer}/security/name")
        self.citizen.browser.submit(
            "change-name-submit", typed={"username": RENAMED, "current_password": self.citizen.password}
        )

    def _remember_cookies(self, when: str) -> None:
        for name, value in self.citizen.browser.cookies.items():
            if name.rpartition("-")[2] in {"proffer_session", "proffer_device", "proffer_flow"}:
                self.known[f"{when}: {name}"] = value


@pytest.fixture
def day(provider: StartedProvider) -> Day:
    lived = Day(provider)
    lived.live()
    return lived


def test_after_a_day_the_database_and_the_logs_hold_no_detail_and_no_secret(day: Day) -> None:
    day.provider.command("purge")

    assert len([name for name in day.known if "session" in name]) >= 2
    assert leaks(day.known, day.provider.database_url, day.provider.log_path) == []
