"""What has to happen next before a service gets its answer: one pure decision.

Pages never name each other. Each does one thing and returns to `/authorize`, which asks this
module again; so the order of the steps is the order of the rules below and nothing else.
Nothing is read or written here: `authorization` gathers the state, the web layer follows the step.

https://openid.net/specs/openid-connect-core-1_0.html#Authenticates
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.protocol.prompts import Prompt


@dataclass(frozen=True, slots=True)
class SignIn:
    """The citizen has to sign in, even if a session exists."""


@dataclass(frozen=True, slots=True)
class SignUp:
    """The citizen is shown how to make an account first."""


@dataclass(frozen=True, slots=True)
class SelectAccount:
    """The citizen says which of those who are signed in here goes on, or somebody else."""


@dataclass(frozen=True, slots=True)
class StepUp:
    """The citizen, who is signed in, proves more: what is missing and nothing else."""


@dataclass(frozen=True, slots=True)
class Unlock:
    """The citizen opens the vault in another way than by what they signed in with."""


@dataclass(frozen=True, slots=True)
class Repair:
    """The citizen puts their account right first, which they said somebody else was in."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The citizen chooses what to share."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Nothing is left to ask: the service gets its code."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The service gets an error and nothing else."""

    error: str
    description: str


Step = SignIn | SignUp | SelectAccount | StepUp | Unlock | Repair | Consent | Issue | Refuse


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about the person at the browser."""

    auth_time: datetime
    #: Every level that the session meets: the one it reached and those below.
    met_acr: frozenset[str]
    #: Whether the session can open the citizen's vault, without which nothing can be released.
    vault_open: bool
    #: False when the service named another citizen (`id_token_hint`, or `sub` in `claims`).
    is_expected: bool
    #: Something in this request has not been decided by this citizen yet.
    undecided: bool
    #: The citizen has what it takes to reach it; looked up only where it matters.
    can_step_up: bool = False
    #: The account is locked until its owner has put it right.
    in_repair: bool = False


@dataclass(frozen=True, slots=True)
class FlowState:
    """Everything that the next step depends on."""

    now: datetime
    prompts: frozenset[Prompt]
    #: None while nobody is signed in.
    standing: Standing | None
    #: When this interaction began; None on the first visit, before anything was asked.
    started_at: datetime | None = None
    #: The service accepts a sign-in of at most this age.
    max_age: timedelta | None = None
    #: The only acceptable ways of signing in; empty when the service leaves it open.
    essential_acr: frozenset[str] = frozenset()
    #: The ways of signing in that this deployment offers.
    offered_acr: frozenset[str] = frozenset()
    #: The level that the service would like best (`acr_values`), without insisting, of those this citizen can reach.
    wished_acr: str | None = None
    account_selected: bool = False
    #: Several citizens are signed in in this browser, and no hint says which of them is meant.
    unclear: bool = False
    #: The citizen was asked to prove more and went back.
    step_up_declined: bool = False
    consented: bool = False
    refused: bool = False

    @property
    def silent(self) -> bool:
        """The service forbade us to show anything."""
        return Prompt.NONE in self.prompts


def next_step(state: FlowState) -> Step:
    """Return the one thing that has to happen next.

    The first rule that has something to say decides. `Refuse` carries the error codes of
    RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6 and OIDC Unmet Authentication Requirements §3.
    """
    return next((step for rule in _RULES if (step := rule(state))), Issue())


def _refusal(state: FlowState) -> Step | None:
    if state.refused:
        return Refuse("access_denied", "The citizen did not share what was asked for")
    return None


def _reachable_acr(state: FlowState) -> Step | None:
    """Ask nothing of the citizen for the sake of a demand that no sign-in here can meet."""
    if state.essential_acr and not state.essential_acr & state.offered_acr:
        return Refuse(
            "unmet_authentication_requirements",
            "None of the requested authentication context classes is offered here",
        )
    return None


def _authentication(state: FlowState) -> Step | None:
    standing = state.standing
    if standing is None:
        return _ask_to_sign_in(state)
    if _fresh(state):
        return None
    too_old = state.max_age is not None and state.now - standing.auth_time > state.max_age
    # max_age=0 asks for the same as prompt=login (OIDC Core §3.1.2.1), even within one second.
    if too_old or state.max_age == timedelta(0) or state.prompts & {Prompt.LOGIN, Prompt.CREATE}:
        return _ask_to_sign_in(state)
    return None


def _vault(state: FlowState) -> Step | None:
    """Have the vault opened, without which nothing can be released, nor a code be checked."""
    if state.standing is None or state.standing.vault_open:
        return None
    return Refuse("login_required", "The citizen has to open their vault") if state.silent else Unlock()


def _strength(state: FlowState) -> Step | None:
    """Ask for what is missing; a demand can fail (OIDC Core §5.5.1.1), a wish never does (§3.1.2.1, acr_values)."""
    standing = state.standing
    if standing is None:
        return None
    if state.essential_acr and not state.essential_acr & standing.met_acr:
        if state.step_up_declined:
            return Refuse(
                "unmet_authentication_requirements", "The citizen did not sign in in a way that was asked for"
            )
        return Refuse("login_required", "The citizen has to prove more") if state.silent else StepUp()
    wishes = state.wished_acr is not None and state.wished_acr not in standing.met_acr and standing.can_step_up
    return StepUp() if wishes and not state.silent and not state.step_up_declined else None


def _identity(state: FlowState) -> Step | None:
    standing = state.standing
    if standing is None or standing.is_expected:
        return None
    if _fresh(state) or state.account_selected:
        # Asked once: someone who has just signed in, or chosen, as another person will not become this one.
        return Refuse("login_required", "Another citizen is signed in")
    return _ask_to_sign_in(state)


def _account(state: FlowState) -> Step | None:
    if not (Prompt.SELECT_ACCOUNT in state.prompts or state.unclear) or state.account_selected or _fresh(state):
        return None
    if state.silent:
        return Refuse("account_selection_required", "Several citizens are signed in, and one has to be chosen")
    return SelectAccount()


def _repair(state: FlowState) -> Step | None:
    """Give nothing to anybody while it is not clear who is who (OIDC Core §3.1.2.6, interaction_required)."""
    if state.standing is None or not state.standing.in_repair:
        return None
    if state.silent:
        return Refuse("interaction_required", "The citizen has to put their account right first")
    return Repair()


def _choice(state: FlowState) -> Step | None:
    standing = state.standing
    undecided = standing is not None and standing.undecided
    if not undecided and (state.consented or Prompt.CONSENT not in state.prompts):
        return None
    if state.silent:
        return Refuse("consent_required", "The citizen has to choose what to share")
    return Consent()


_RULES: Collection[Callable[[FlowState], Step | None]] = (
    _refusal,
    _reachable_acr,
    _authentication,
    _identity,
    _account,
    _repair,
    _vault,
    _strength,
    _choice,
)


def _fresh(state: FlowState) -> bool:
    """Whether the citizen signed in (or up) as part of this very interaction.

    This is what makes `prompt=login` real: the session's own time is compared, so that a page
    which is merely visited, or a session from before, proves nothing.
    """
    return state.standing is not None and state.started_at is not None and state.standing.auth_time >= state.started_at


def _ask_to_sign_in(state: FlowState) -> Step:
    if state.silent:
        return Refuse("login_required", "The citizen has to sign in")
    if Prompt.CREATE in state.prompts:
        return SignUp()
    return SignIn()
