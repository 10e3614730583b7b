"""The choosing page against forms that no page of ours ever sent."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.services import Services
from tests.web.citizen.chooser import Chooser, register

CLAIMS = [
    "given_name",
    "birthdate",
    "email",
    "nationalities",
    "address",
    "age_over_18",
    "sub",
    "email_verified",
    "",
    "x",
]
MEMBERS = ["", ".day", ".year", ".country", ".2", ".", "..", ".day.day"]
NAMES = st.one_of(
    st.sampled_from(["claim", "action", "duration"]),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["form-", "held-", "typed-", "typed-typed-"]),
        st.sampled_from(CLAIMS),
        st.sampled_from(MEMBERS),
    ),
)
VALUES = st.one_of(
    st.sampled_from(
        [*CLAIMS, "allow", "preview", "select-all", "once", "9" * 5000, "-1", "\x00", "\u202e", "1990-04-12"]
    ),
    st.text(max_size=40),
)


@pytest.fixture
def citizen(app: Flask, services: Services) -> Chooser:
    register(services)
    citizen = Chooser(app, services)
    citizen.holds(("given_name", "Amina"), ("email", "a@home.example"), ("email", "b@work.example"))
    citizen.asked("given_name", "birthdate", "email", "nationalities")
    return citizen


def test_a_made_up_form_of_a_detail_is_told_before_anything_is_shared(citizen: Chooser) -> None:
    """Looking at the preview again is no way around what the form may name."""
    citizen.asked("given_name", "email")
    pairs = [*citizen.form().sent(), ("form-email", "made-up"), ("action", "preview")]

    assert citizen.send(pairs).status_code == 400


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.lists(st.tuples(NAMES, VALUES), max_size=8), action=st.sampled_from(["allow", "preview", "select-all"])
)
def test_a_made_up_form_is_answered_by_a_page_and_shares_nothing_unasked(
    citizen: Chooser, fields: list[tuple[str, str]], action: str
) -> None:
    page = citizen.http.get(citizen.address)
    if page.status_code != 200:
        # A form of before was good enough: the service asks for the next one.
        citizen.asked("given_name", "birthdate", "email", "nationalities", prompt="consent")
    token = next(control for control in citizen.form().controls if control.name == "csrf_token")

    answer = citizen.send([("csrf_token", token.value), ("action", action), *fields])

    assert answer.status_code in (200, 303, 400, 422)
    grant = citizen.services.consent.standing(citizen.session.account_id, "permits")
    shared = set() if grant is None else set(grant.claims)
    assert shared <= {
        "given_name",
        "birthdate",
        "age_over_18",
        "email",
        "email_verified",
        "nationalities",
        "updated_at",
    }
    citizen.asked("given_name", "birthdate", "email", "nationalities", prompt="consent")


def test_bytes_that_are_no_text_are_answered_by_a_page(citizen: Chooser) -> None:
    token = next(control for control in citizen.form().controls if control.name == "csrf_token")
    body = f"csrf_token={token.value}&action=allow&claim=%ff%fe&typed-birthdate.day=%c3%28".encode()

    answer = citizen.http.post(citizen.address, data=body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code in (303, 400, 422)


def test_a_form_of_files_and_json_is_no_form(citizen: Chooser) -> None:
    assert citizen.http.post(citizen.address, json={"claim": "email"}).status_code == 403
