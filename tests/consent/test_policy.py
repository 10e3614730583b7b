"""The law of release, for any request, register and decision."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.clients.texts import Texts
from idp.clients.values import LawfulBasis, Register, RegisteredDetail, RegisteredUse, UseState
from idp.consent import ending, policy
from idp.consent.errors import EssentialRefusedError
from idp.consent.sealed import values_of
from idp.consent.values import Choices, ClaimsRequest, Decision, Destination, Duration, RequestedClaim
from idp.vault.values import TOLD, Attribute, Document
from tests.authentication.world import CATALOGUE

NOW = datetime(2026, 5, 4, tzinfo=UTC)
HELD: dict[str, Any] = {
    "given_name": "Amina",
    "family_name": "Haddad",
    "birthdate": "1988-02-29",
    "email": "amina@mail.example",
    "phone_number": "+442079460018",
    "address": {"postal_code": "SW1A 1AA", "country": "GB"},
    "gender": "female",
}
DOCUMENT = Document(
    1, b"s" * 32, "amina", tuple(Attribute(name, name, value, TOLD, NOW, NOW) for name, value in HELD.items())
)
NAMES = (*HELD, "age_over_18", "age_over_21", "country", "postcode_area", "email_verified", "updated_at", "nickname")
CHOOSABLE = tuple(name for name in NAMES if not CATALOGUE[name].accompanies)

_requests = st.lists(st.sampled_from(NAMES), unique=True).map(
    lambda names: ClaimsRequest(tuple(RequestedClaim(name, frozenset({Destination.USERINFO})) for name in names))
)


@st.composite
def _details(draw: st.DrawFn) -> RegisteredDetail:
    claim = draw(st.sampled_from(CHOOSABLE))
    smaller = tuple(name for name in NAMES if name != claim and CATALOGUE.covers(claim, name) and draw(st.booleans()))
    return RegisteredDetail(claim, Texts.of({"en": "why"}), draw(st.booleans()), Texts(), smaller)


@st.composite
def _registers(draw: st.DrawFn) -> Register:
    details = draw(st.lists(_details(), max_size=6, unique_by=lambda each: each.claim))
    use = RegisteredUse("c", "k", 1, UseState.APPROVED, Texts.of({"en": "p"}), LawfulBasis.CONSENT, tuple(details))
    return draw(st.sampled_from([Register(), Register(registered=True), Register(registered=True, uses=(use,))]))


_decisions = st.lists(
    st.builds(Decision, st.sampled_from(NAMES), st.booleans(), st.sampled_from(NAMES)),
    unique_by=lambda decision: decision.claim,
).map(tuple)


@settings(max_examples=300, deadline=None)
@given(_requests, _registers(), _decisions)
def test_what_leaves_is_within_requested_registered_and_decided(
    request: ClaimsRequest, register: Register, decisions: tuple[Decision, ...]
) -> None:
    """PRODUCT, rule 1, worked out here without the code that it judges."""
    names = policy.releasable(request.names, register=register, decisions=decisions, catalogue=CATALOGUE)
    shared = values_of(DOCUMENT, decisions, catalogue=CATALOGUE, today=NOW.date())
    leaving = shared.drawn(names, catalogue=CATALOGUE)

    registered = {name for use in register.uses for each in use.details for name in (each.claim, *each.smaller)}
    for name in leaving:
        behind = [each for each in decisions if each.allowed and each.form == name and each.claim in request.names]
        if CATALOGUE[name].accompanies:
            assert name in request.names
            assert leaving.keys() & set(CATALOGUE[name].accompanies)
        else:
            assert behind
            assert any(name == each.claim or CATALOGUE[name].derived_from == each.claim for each in behind)
            assert not register.registered or any(each.claim in registered for each in behind)


@settings(max_examples=200, deadline=None)
@given(_requests, _registers(), st.frozensets(st.sampled_from(CHOOSABLE)), st.data())
def test_what_leaves_after_a_submitted_form_was_ticked(
    request: ClaimsRequest, register: Register, ticked: frozenset[str], data: st.DataObject
) -> None:
    assessment = policy.assess(request, register=register, catalogue=CATALOGUE)
    allowed = ticked & frozenset(assessment.offered)
    asked = frozenset(assessment.offered)
    if not frozenset(assessment.essential) <= allowed:
        with pytest.raises(EssentialRefusedError):
            policy.settle(
                Choices(allowed), request=request, assessment=assessment, asked=asked, register=register, earlier=()
            )
        return
    forms = {
        claim.name: data.draw(st.sampled_from(policy.acceptable_forms(claim, register=register)))
        for claim in request.claims
        if claim.name in asked
    }
    decisions = policy.settle(
        Choices(allowed, forms), request=request, assessment=assessment, asked=asked, register=register, earlier=()
    )

    names = policy.releasable(request.names, register=register, decisions=decisions, catalogue=CATALOGUE)

    assert {name for name in names if not CATALOGUE[name].accompanies} == {forms[name] for name in allowed}


@settings(max_examples=200, deadline=None)
@given(_requests, _registers())
def test_an_assessment_splits_the_request_and_invents_nothing(request: ClaimsRequest, register: Register) -> None:
    assessment = policy.assess(request, register=register, catalogue=CATALOGUE)

    parts = assessment.essential + assessment.voluntary + assessment.over_asked
    assert sorted(parts) == sorted(name for name in request.names if not CATALOGUE[name].accompanies)
    assert register.registered or assessment.voluntary == parts
    assert all(entry.essential for name in assessment.essential if (entry := register.detail(name)))


@pytest.mark.parametrize(
    ("now", "months", "expected"),
    [
        (datetime(2026, 5, 4, tzinfo=UTC), 12, datetime(2027, 5, 4, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), 12, datetime(2029, 2, 28, tzinfo=UTC)),
        (datetime(2026, 8, 31, tzinfo=UTC), 6, datetime(2027, 2, 28, tzinfo=UTC)),
        (datetime(2026, 12, 1, tzinfo=UTC), 1, datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_standing_choice_ends_on_a_day_that_exists(now: datetime, months: int, expected: datetime) -> None:
    assert ending.asked_again_at(Duration.STANDING, now, reconfirm_months=months) == expected
