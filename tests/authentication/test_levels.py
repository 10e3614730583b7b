"""Which level a way of signing in reaches, and what is said of it. OIDC Core §2 (acr, amr), §3.1.2.1 (acr_values)."""

import pytest
from pydantic import ValidationError

from idp.authentication import levels
from idp.authentication.levels import (
    CODE_AMR,
    DEVICE_PASSKEY_AMR,
    PASSWORD_AMR,
    SYNCED_PASSKEY_AMR,
    Levels,
    beside_code,
)
from idp.settings import AuthenticationSettings

PASSWORD = "urn:proffer:acr:password"
SECOND = "urn:proffer:acr:second-factor"
RESISTANT = "urn:proffer:acr:phishing-resistant"
DEFAULT = Levels(AuthenticationSettings().levels)


def test_a_password_reaches_the_first_level_and_a_code_the_second() -> None:
    assert DEFAULT.strongest(PASSWORD_AMR) == PASSWORD
    assert DEFAULT.strongest(CODE_AMR) == SECOND


def test_passkeys_resist_phishing() -> None:
    assert DEFAULT.strongest(SYNCED_PASSKEY_AMR) == DEFAULT.strongest(DEVICE_PASSKEY_AMR) == RESISTANT
    assert DEFAULT.offered == (PASSWORD, SECOND, RESISTANT)


def test_a_level_that_no_way_in_reaches_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "WAYS_IN", (PASSWORD_AMR, CODE_AMR))

    assert Levels(AuthenticationSettings().levels).offered == (PASSWORD, SECOND)


def test_a_higher_level_meets_a_lower_one_and_not_the_other_way_round() -> None:
    assert DEFAULT.met(CODE_AMR) == {PASSWORD, SECOND}
    assert DEFAULT.met(PASSWORD_AMR) == {PASSWORD}
    assert DEFAULT.met(("hwk",)) == {PASSWORD, SECOND, RESISTANT}


def test_the_first_requested_level_that_is_met_is_said_and_else_the_strongest() -> None:
    assert DEFAULT.said(CODE_AMR, requested=(PASSWORD,)) == PASSWORD
    assert DEFAULT.said(CODE_AMR, requested=(RESISTANT, SECOND, PASSWORD)) == SECOND
    assert DEFAULT.said(CODE_AMR, requested=("1", "2")) == SECOND
    assert DEFAULT.said(PASSWORD_AMR, requested=(SECOND,)) == PASSWORD


def test_a_level_has_as_many_names_as_a_deployment_needs() -> None:
    named = Levels(
        AuthenticationSettings.model_validate(
            {
                "levels": [
                    {"acr": ["low", "http://eidas.europa.eu/LoA/low"], "requires": "password"},
                    {"acr": ["substantial"], "requires": "second-factor"},
                ]
            }
        ).levels
    )

    assert named.offered == ("low", "http://eidas.europa.eu/LoA/low", "substantial")
    assert named.said(PASSWORD_AMR, requested=("http://eidas.europa.eu/LoA/low",)) == "http://eidas.europa.eu/LoA/low"


def test_a_token_of_no_known_level_reaches_none() -> None:
    assert DEFAULT.reaches(SECOND, minimum=PASSWORD)
    assert not DEFAULT.reaches(PASSWORD, minimum=SECOND)
    assert not DEFAULT.reaches("", minimum=PASSWORD)


@pytest.mark.parametrize(
    "faulty",
    [
        [],
        [{"acr": ["a"], "requires": "second-factor"}],
        [{"acr": ["a"], "requires": "password"}, {"acr": ["a"], "requires": "second-factor"}],
        [{"acr": ["a b"], "requires": "password"}],
        [{"acr": [], "requires": "password"}],
        [
            {"acr": ["a"], "requires": "password"},
            {"acr": ["b"], "requires": "phishing-resistant"},
            {"acr": ["c"], "requires": "second-factor"},
        ],
    ],
)
def test_levels_that_make_no_order_are_refused_at_start(faulty: list[dict[str, object]]) -> None:
    with pytest.raises(ValidationError):
        AuthenticationSettings.model_validate({"levels": faulty})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("pwd",), ("pwd", "otp", "mfa")),
        (("swk", "user", "mfa"), ("swk", "user", "mfa", "otp")),
        (("pwd", "mca"), ("pwd", "otp", "mfa", "mca")),
    ],
)
def test_a_code_claims_no_password_that_nobody_gave(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    assert beside_code(before) == after
