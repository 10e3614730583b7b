"""From a submitted form to decisions about values that are there: what is typed, picked and missing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from idp.claims.catalogue import Catalogue
from idp.claims.errors import InvalidDetailError
from idp.claims.formats import validate
from idp.claims.values import Fault
from idp.consent.errors import ChoiceInvalidError, EssentialRefusedError, UnrequestedClaimError
from idp.consent.holdings import can_be_typed, candidates, kept_as
from idp.consent.values import Assessment, Choices, ClaimsRequest, Decision, RequestedClaim
from idp.vault.values import Attribute, Document, NewDetail


@dataclass(frozen=True, slots=True)
class Chooser:
    """Reads choices against one open document."""

    request: ClaimsRequest
    document: Document
    catalogue: Catalogue
    today: date

    def typed(self, choices: Choices, *, asked: Collection[str]) -> tuple[NewDetail, ...]:
        """Return what was typed for details that are ticked and not held, each checked.

        :raises ChoiceInvalidError: naming every claim whose value is missing or not one.
        """
        new: dict[str, NewDetail] = {}
        faults: dict[str, str] = {}
        for claim in self._allowed(choices, asked):
            kept = kept_as(claim.name, catalogue=self.catalogue)
            if not can_be_typed(self.document, claim, catalogue=self.catalogue, today=self.today):
                continue
            raw = choices.typed.get(kept.name)
            if raw is None:
                faults[claim.name] = Fault.MISSING
                continue
            try:
                value = validate(kept, raw, today=self.today)
            except InvalidDetailError as error:
                faults[claim.name] = error.code
                continue
            # One typed birth date serves the age and the date itself; a value that is held is not told twice.
            if all(attribute.value != value for attribute in self.document.values(kept.name)):
                new[kept.name] = NewDetail(kept.name, raw)
        if faults:
            raise ChoiceInvalidError(faults)
        return tuple(new.values())

    def pinned(
        self, decisions: Collection[Decision], *, choices: Choices, asked: Collection[str]
    ) -> tuple[Decision, ...]:
        """Tie each new decision to the value that the citizen saw or typed.

        A voluntary claim that nothing fitting is held for counts as refused: what was never seen is not agreed to.

        :raises UnrequestedClaimError: a picked value is not one of those that were offered.
        """
        return tuple(self._pinned(decision, choices) if decision.claim in asked else decision for decision in decisions)

    def _pinned(self, decision: Decision, choices: Choices) -> Decision:
        claim = self.request.claim(decision.claim)
        kept = kept_as(decision.claim, catalogue=self.catalogue)
        held = () if claim is None else candidates(self.document, claim, catalogue=self.catalogue, today=self.today)
        wanted = choices.attributes.get(decision.claim)
        if wanted is not None and all(attribute.id != wanted for attribute in held):
            raise UnrequestedClaimError("a value that was not offered")
        if not held:
            return replace(decision, allowed=False, attribute_id=None)
        # Of a detail that there is one of, whatever is current is meant; of several, this one and no other.
        picked = wanted or self._typed_now(kept.name, held, choices) or held[0].id
        return replace(decision, attribute_id=picked if kept.multiple else None)

    def _typed_now(self, kept: str, held: tuple[Attribute, ...], choices: Choices) -> str | None:
        raw = choices.typed.get(kept)
        if raw is None:
            return None
        try:
            value = validate(self.catalogue[kept], raw, today=self.today)
        except InvalidDetailError:
            return None
        return next((attribute.id for attribute in held if attribute.value == value), None)

    def _allowed(self, choices: Choices, asked: Collection[str]) -> tuple[RequestedClaim, ...]:
        return tuple(claim for claim in self.request.claims if claim.name in choices.allowed & set(asked))


def require_essential(assessment: Assessment, decisions: Collection[Decision], *, held: Collection[str]) -> None:
    """Make sure that every claim that the service cannot do without is allowed and held.

    :param held: names that there are values for.
    :raises EssentialRefusedError: one is refused, not held, or held with another value than the service takes.
    """
    met = {decision.claim for decision in decisions if decision.allowed and decision.form in held}
    if not met >= set(assessment.essential):
        raise EssentialRefusedError
