"""What is next, rule by rule. OIDC Core §3.1.2.1, §3.1.2.3, §3.1.2.6; Unmet Authentication Requirements 1.0."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.dispatch import (
    Consent,
    FlowState,
    Issue,
    Refuse,
    Repair,
    SelectAccount,
    SignIn,
    SignUp,
    Standing,
    Step,
    StepUp,
    Unlock,
    next_step,
)
from idp.protocol.prompts import Prompt

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
PASSWORD = "urn:proffer:acr:password"
KEY = "urn:proffer:acr:key"

#: Signed in ten minutes ago, and everything that is asked was settled before.
SETTLED = Standing(
    auth_time=NOW - timedelta(minutes=10),
    met_acr=frozenset({PASSWORD}),
    vault_open=True,
    is_expected=True,
    undecided=False,
)
NOBODY = FlowState(now=NOW, prompts=frozenset(), standing=None, offered_acr=frozenset({PASSWORD}))
RETURNING = replace(NOBODY, standing=SETTLED)


def asking(state: FlowState, *prompts: Prompt, **changes: object) -> Step:
    return next_step(replace(state, prompts=frozenset(prompts), **changes))  # type: ignore[arg-type]


def error(step: Step) -> str:
    assert isinstance(step, Refuse), step
    return step.error


def signed_in_during(state: FlowState) -> FlowState:
    """The same, but the citizen signed in after the interaction had begun."""
    assert state.standing is not None
    began = NOW - timedelta(minutes=1)
    return replace(state, started_at=began, standing=replace(state.standing, auth_time=began + timedelta(seconds=9)))


def test_a_stranger_signs_in() -> None:
    assert next_step(NOBODY) == SignIn()


def test_a_citizen_with_a_session_and_a_standing_choice_is_asked_nothing() -> None:
    assert next_step(RETURNING) == Issue()


def test_what_is_not_decided_is_asked() -> None:
    assert next_step(replace(RETURNING, standing=replace(SETTLED, undecided=True))) == Consent()


def test_a_session_that_cannot_open_the_vault_opens_it_first() -> None:
    assert next_step(replace(RETURNING, standing=replace(SETTLED, vault_open=False))) == Unlock()


def test_a_sign_in_that_does_not_open_the_vault_leads_to_opening_it() -> None:
    shut = replace(signed_in_during(RETURNING), standing=None)
    shut = replace(shut, standing=replace(SETTLED, vault_open=False, auth_time=NOW))

    assert next_step(shut) == Unlock()
    assert error(asking(shut, Prompt.NONE)) == "login_required"


def test_a_locked_account_is_put_right_before_anything_is_shared() -> None:
    locked = replace(RETURNING, standing=replace(SETTLED, in_repair=True, undecided=True))

    assert next_step(locked) == Repair()
    assert error(asking(locked, Prompt.NONE)) == "interaction_required"


def test_a_refusal_is_the_answer_whatever_else_holds() -> None:
    assert error(next_step(replace(RETURNING, refused=True))) == "access_denied"
    assert error(next_step(replace(NOBODY, refused=True))) == "access_denied"


def test_prompt_none_without_a_session_is_login_required() -> None:
    assert error(asking(NOBODY, Prompt.NONE)) == "login_required"


def test_prompt_none_with_something_undecided_is_consent_required() -> None:
    undecided = replace(RETURNING, standing=replace(SETTLED, undecided=True))

    assert error(asking(undecided, Prompt.NONE)) == "consent_required"


def test_prompt_none_with_everything_settled_succeeds() -> None:
    assert asking(RETURNING, Prompt.NONE) == Issue()


def test_prompt_none_with_a_session_too_old_is_login_required() -> None:
    assert error(asking(RETURNING, Prompt.NONE, max_age=timedelta(minutes=9))) == "login_required"


def test_prompt_none_for_another_citizen_is_login_required() -> None:
    other = replace(RETURNING, standing=replace(SETTLED, is_expected=False))

    assert error(asking(other, Prompt.NONE)) == "login_required"


def test_prompt_none_never_shows_a_page_for_a_locked_vault() -> None:
    locked = replace(RETURNING, standing=replace(SETTLED, vault_open=False))

    assert error(asking(locked, Prompt.NONE)) == "login_required"


def test_prompt_login_signs_in_again_although_there_is_a_session() -> None:
    assert asking(RETURNING, Prompt.LOGIN) == SignIn()


def test_prompt_login_is_not_met_by_coming_back_without_having_signed_in() -> None:
    came_back = replace(RETURNING, started_at=NOW - timedelta(minutes=1))

    assert asking(came_back, Prompt.LOGIN) == SignIn()


def test_prompt_login_is_met_by_a_sign_in_after_the_interaction_began() -> None:
    assert asking(signed_in_during(RETURNING), Prompt.LOGIN) == Issue()


def test_prompt_create_shows_the_sign_up_page_even_with_a_session() -> None:
    assert asking(NOBODY, Prompt.CREATE) == SignUp()
    assert asking(RETURNING, Prompt.CREATE) == SignUp()


def test_prompt_create_is_met_once_somebody_signed_up_or_in() -> None:
    assert asking(signed_in_during(RETURNING), Prompt.CREATE) == Issue()


def test_prompt_consent_always_asks() -> None:
    assert asking(RETURNING, Prompt.CONSENT) == Consent()


def test_prompt_consent_is_met_by_a_choice_in_this_interaction() -> None:
    assert asking(RETURNING, Prompt.CONSENT, consented=True) == Issue()


def test_prompt_select_account_asks_who_goes_on() -> None:
    assert asking(RETURNING, Prompt.SELECT_ACCOUNT) == SelectAccount()
    assert asking(RETURNING, Prompt.SELECT_ACCOUNT, account_selected=True) == Issue()


def test_whoever_just_signed_in_has_selected_an_account() -> None:
    assert asking(signed_in_during(RETURNING), Prompt.SELECT_ACCOUNT) == Issue()


def test_several_citizens_and_no_hint_ask_who_goes_on_3_1_2_6() -> None:
    assert asking(RETURNING, unclear=True) == SelectAccount()
    assert asking(RETURNING, unclear=True, account_selected=True) == Issue()
    assert error(asking(RETURNING, Prompt.NONE, unclear=True)) == "account_selection_required"
    assert asking(signed_in_during(RETURNING), unclear=True) == Issue()


def test_login_comes_before_selection_and_selection_before_choice() -> None:
    prompts = (Prompt.LOGIN, Prompt.CONSENT, Prompt.SELECT_ACCOUNT)

    assert asking(RETURNING, *prompts) == SignIn()
    assert asking(signed_in_during(RETURNING), *prompts) == Consent()
    assert asking(RETURNING, Prompt.CONSENT, Prompt.SELECT_ACCOUNT) == SelectAccount()


def test_a_session_within_max_age_goes_on() -> None:
    assert asking(RETURNING, max_age=timedelta(minutes=10)) == Issue()


def test_a_session_beyond_max_age_signs_in_again() -> None:
    assert asking(RETURNING, max_age=timedelta(minutes=10) - timedelta(seconds=1)) == SignIn()


def test_max_age_zero_asks_for_a_new_sign_in_even_in_the_same_second() -> None:
    just_now = replace(RETURNING, standing=replace(SETTLED, auth_time=NOW))

    assert asking(just_now, max_age=timedelta(0)) == SignIn()


def test_max_age_is_met_by_a_sign_in_in_this_interaction_however_long_choosing_took() -> None:
    assert asking(signed_in_during(RETURNING), max_age=timedelta(0)) == Issue()


def test_another_citizen_than_the_expected_one_is_asked_to_sign_in_once() -> None:
    other = replace(RETURNING, standing=replace(SETTLED, is_expected=False))

    assert next_step(other) == SignIn()
    assert error(next_step(signed_in_during(other))) == "login_required"


def test_an_essential_way_of_signing_in_that_is_not_offered_is_unmet() -> None:
    for state in (NOBODY, RETURNING):
        assert error(asking(state, essential_acr=frozenset({KEY}))) == "unmet_authentication_requirements"
        silent = asking(state, Prompt.NONE, essential_acr=frozenset({KEY}))
        assert error(silent) == "unmet_authentication_requirements"


def test_an_essential_way_of_signing_in_is_asked_for_when_the_session_has_another() -> None:
    offered = frozenset({PASSWORD, KEY})
    wanted = frozenset({KEY})

    assert asking(RETURNING, essential_acr=wanted, offered_acr=offered) == StepUp()
    assert asking(signed_in_during(RETURNING), essential_acr=wanted, offered_acr=offered) == StepUp()
    step = asking(RETURNING, Prompt.NONE, essential_acr=wanted, offered_acr=offered)
    assert error(step) == "login_required"
    step = asking(RETURNING, essential_acr=wanted, offered_acr=offered, step_up_declined=True)
    assert error(step) == "unmet_authentication_requirements"


def test_a_wished_way_of_signing_in_is_asked_for_only_where_the_citizen_can() -> None:
    can = replace(RETURNING, standing=replace(SETTLED, can_step_up=True), offered_acr=frozenset({PASSWORD, KEY}))

    assert asking(can, wished_acr=KEY) == StepUp()
    assert asking(can, wished_acr=PASSWORD) == Issue()
    assert asking(can, wished_acr=KEY, step_up_declined=True) == Issue()
    assert asking(can, Prompt.NONE, wished_acr=KEY) == Issue()
    assert asking(RETURNING, wished_acr=KEY) == Issue()


def test_more_is_asked_of_the_citizen_who_was_chosen_and_not_before() -> None:
    offered = frozenset({PASSWORD, KEY})
    other = replace(RETURNING, standing=replace(SETTLED, is_expected=False))

    assert asking(other, essential_acr=frozenset({KEY}), offered_acr=offered) == SignIn()
    assert asking(RETURNING, Prompt.SELECT_ACCOUNT, essential_acr=frozenset({KEY}), offered_acr=offered) == (
        SelectAccount()
    )


def test_an_essential_way_of_signing_in_that_was_used_is_met() -> None:
    assert asking(RETURNING, essential_acr=frozenset({PASSWORD, KEY})) == Issue()


states = st.builds(
    FlowState,
    now=st.just(NOW),
    prompts=st.one_of(st.just(frozenset({Prompt.NONE})), st.frozensets(st.sampled_from(list(Prompt)[1:]))),
    standing=st.none()
    | st.builds(
        Standing,
        auth_time=st.datetimes(NOW.replace(hour=0, tzinfo=None), NOW.replace(tzinfo=None), timezones=st.just(UTC)),
        met_acr=st.sampled_from([frozenset({PASSWORD}), frozenset({PASSWORD, KEY})]),
        vault_open=st.booleans(),
        is_expected=st.booleans(),
        undecided=st.booleans(),
        can_step_up=st.booleans(),
    ),
    started_at=st.none()
    | st.datetimes(NOW.replace(hour=0, tzinfo=None), NOW.replace(tzinfo=None), timezones=st.just(UTC)),
    max_age=st.none() | st.timedeltas(timedelta(0), timedelta(days=1)),
    essential_acr=st.frozensets(st.sampled_from([PASSWORD, KEY])),
    offered_acr=st.sampled_from([frozenset({PASSWORD}), frozenset({PASSWORD, KEY})]),
    wished_acr=st.sampled_from([None, PASSWORD, KEY]),
    step_up_declined=st.booleans(),
    account_selected=st.booleans(),
    unclear=st.booleans(),
    consented=st.booleans(),
    refused=st.booleans(),
)


@given(states)
def test_a_silent_request_never_leads_to_a_page(state: FlowState) -> None:
    if state.silent:
        assert isinstance(next_step(state), Issue | Refuse)


@given(states)
def test_nothing_is_issued_unless_somebody_is_signed_in_expected_and_has_decided(state: FlowState) -> None:
    if next_step(state) == Issue():
        assert state.standing is not None
        assert state.standing.vault_open
        assert state.standing.is_expected
        assert not state.standing.undecided
        assert not state.refused
        assert not state.essential_acr or state.standing.met_acr & state.essential_acr
        if Prompt.LOGIN in state.prompts:
            assert state.started_at is not None
            assert state.standing.auth_time >= state.started_at
