"""Building the page "Choose what to share" from what is asked, held and chosen so far. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from idp.claims import languages
from idp.claims.catalogue import Catalogue
from idp.claims.display import display
from idp.claims.values import Sensitivity
from idp.clients.values import Client, RegisteredUse, SubjectType
from idp.consent.ending import UNTIL, months_later
from idp.consent.errors import UnrequestedClaimError
from idp.consent.holdings import can_be_typed, candidates, kept_as, languages_wished
from idp.consent.identities import offered
from idp.consent.page import ChoicePage, DetailChoice, FormOption, LanguageValue, Origin, ValueOption
from idp.consent.policy import acceptable_forms, basis, releasable
from idp.consent.private_mail import PRIVATE, forwards_to
from idp.consent.sealed import values_of
from idp.consent.values import (
    ONE_TIME,
    Assessment,
    Choices,
    ClaimsRequest,
    Decision,
    Difference,
    Duration,
    Grant,
    Reason,
    RequestedClaim,
)
from idp.vault.personas import Persona
from idp.vault.policy import claim_value, subject
from idp.vault.values import Attribute, Document

#: A picture of a face identifies like no other detail: asking for it always warns.
PORTRAIT = "picture"


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the page depends on."""

    request: ClaimsRequest
    assessment: Assessment
    difference: Difference
    client: Client
    document: Document = field(repr=False)
    #: The citizen's grant for this service under the identity chosen, in whatever state.
    grant: Grant | None
    #: The one by which the service knows the citizen now.
    pinned: Grant | None
    #: A persona, or `ONE_TIME`.
    known_as: str
    personas: tuple[Persona, ...] = field(repr=False)
    #: Decisions that hold whatever is chosen now.
    earlier: tuple[Decision, ...]
    #: Per claim, the languages in which there is a value to let go with it.
    languages: Mapping[str, tuple[str, ...]]
    catalogue: Catalogue
    language: str
    today: date

    @property
    def asked(self) -> tuple[RequestedClaim, ...]:
        """Return the claims that the page asks about, in the order of the assessment."""
        names = [name for name in self.assessment.offered if name in self.difference.names]
        return tuple(claim for name in names if (claim := self.request.claim(name)) is not None)

    @property
    def last_shared(self) -> datetime | None:
        """Return when this identity last gave the service something."""
        if self.grant is None or self.grant.prepared:
            return None
        return self.grant.last_used_at or self.grant.updated_at

    @property
    def known_now(self) -> str | None:
        """Return the persona that the service knows and may still draw on."""
        return None if self.pinned is None or self.pinned.withdrawn_at is not None else self.pinned.persona

    def label(self, name: str) -> str:
        """Return what a claim is called."""
        return self.catalogue[name].label[self.language]


def compose(at: Situation, choices: Choices, *, faults: Mapping[str, str], reconfirm_months: int) -> ChoicePage:
    """Build the page for a situation and the choices made so far.

    :raises UnrequestedClaimError: the choices name a form that was not offered.
    """
    register, language = at.client.register, at.language
    uses = _uses(at)
    details = [_detail(at, claim, choices, fault=faults.get(claim.name)) for claim in at.asked]
    return ChoicePage(
        service=at.client.name(language),
        client_id=at.client.client_id,
        logo=at.client.logo,
        self_registered=at.client.dynamic,
        hosts=at.client.hosts,
        reason=at.difference.reason,
        run_by=at.client.organisation.legal_name,
        public_body=at.client.organisation.public_body,
        registered=register.registered,
        purposes=tuple(purpose for use in uses if (purpose := use.purpose.read(language)) is not None),
        lawful_bases=tuple(use.lawful_basis.value for use in uses if use.purpose),
        last_shared=at.last_shared,
        left_out=tuple(at.label(name) for name in at.assessment.over_asked),
        portrait=at.request.claim(PORTRAIT) is not None,
        needed=tuple(detail for detail in details if detail.essential),
        optional=tuple(detail for detail in details if not detail.essential),
        kept=tuple(at.label(each.form) for each in at.earlier if each.allowed and each.claim in at.assessment.offered),
        without_it=next((text for use in uses if (text := use.without_it.read(language)) is not None), None),
        help=at.client.organisation.help.read(language),
        public_subject=at.client.subject_type is SubjectType.PUBLIC,
        identities=offered(
            at.personas, chosen=at.known_as, known_now=at.known_now, one_time=not at.client.lasting_subject
        ),
        lasting_subject=at.client.lasting_subject,
        ends_another=at.known_now is not None and at.known_now != at.known_as,
        duration=Duration.ONCE if at.known_as == ONE_TIME else choices.duration,
        until=choices.until,
        until_fault=faults.get(UNTIL),
        latest=months_later(at.today, reconfirm_months),
        reconfirm_months=reconfirm_months,
        offline=at.request.offline,
        preview=_preview(at, choices),
        policy_uri=at.client.address("policy_uri", language),
        tos_uri=at.client.address("tos_uri", language),
    )


def _uses(at: Situation) -> tuple[RegisteredUse, ...]:
    """Return the uses that the shown details belong to; all of them when none is shown."""
    register = at.client.register
    found = {use.key: use for claim in at.asked if (use := register.use_of(claim.name)) is not None}
    return tuple(found.values()) or register.uses


def _detail(at: Situation, claim: RequestedClaim, choices: Choices, *, fault: str | None) -> DetailChoice:
    name = claim.name
    entry, kept = at.client.register.detail(name), kept_as(name, catalogue=at.catalogue)
    held = candidates(at.document, claim, catalogue=at.catalogue, today=at.today)
    picked = _picked(at, name, held, choices)
    forms = _forms(at, claim, picked, choices)
    missing = can_be_typed(at.document, claim, catalogue=at.catalogue, today=at.today)
    without_it = entry.without_it.read(at.language) if entry else None
    return DetailChoice(
        claim=name,
        label=at.label(name),
        format=at.catalogue[name].format,
        essential=name in at.assessment.essential,
        ticked=name in choices.allowed,
        masked=at.catalogue[name].sensitivity is Sensitivity.SENSITIVE,
        why_asked=dict(at.difference.claims).get(name, Reason.FIRST),
        reason=entry.reason.read(at.language) if entry else None,
        retention=entry.retention.read(at.language) if entry else None,
        without_it=without_it,
        forms=forms,
        values=tuple(_value(at, kept.name, attribute, chosen=attribute is picked) for attribute in held),
        languages=_in_languages(at, name) if picked else (),
        origin=_origin(picked) if picked else None,
        shown=next((form.shown for form in forms if form.chosen), None),
        missing=missing,
        type_in=kept.name,
        type_in_label=kept.label[at.language],
        type_in_format=kept.format,
        typed=choices.typed.get(kept.name),
        fault=fault,
    )


def _picked(at: Situation, name: str, held: tuple[Attribute, ...], choices: Choices) -> Attribute | None:
    """Return the value in play: the chosen one, the one of the earlier decision, or the first."""
    earlier = at.grant.decision(name) if at.grant is not None else None
    wanted = choices.attributes.get(name) or (earlier.attribute_id if earlier else None)
    return next((attribute for attribute in held if attribute.id == wanted), held[0] if held else None)


def _forms(at: Situation, claim: RequestedClaim, picked: Attribute | None, choices: Choices) -> tuple[FormOption, ...]:
    names = acceptable_forms(claim, register=at.client.register)
    shown = {form: _shown(at, form, picked) for form in names}
    # The smallest one that says anything: nothing can be derived from a year of birth, for example.
    smallest = next((form for form in names if shown[form] is not None), names[0])
    chosen = choices.forms.get(claim.name, smallest)
    if chosen not in names:
        raise UnrequestedClaimError("a form that was not offered")
    return tuple(
        FormOption(form, at.label(form), shown[form], chosen=form == chosen, smaller=form != claim.name)
        for form in names
    )


def _shown(at: Situation, form: str, picked: Attribute | None) -> str | None:
    if picked is None:
        return None
    value = claim_value(at.document, at.catalogue, form, today=at.today, attribute_id=picked.id)
    return None if value is None else display(at.catalogue, form, value, language=at.language)


def _value(at: Situation, kept: str, attribute: Attribute, *, chosen: bool) -> ValueOption:
    shown = display(at.catalogue, kept, attribute.value, language=at.language)
    target = forwards_to(at.document) if attribute.id == PRIVATE else None
    return ValueOption(
        attribute.id,
        shown,
        attribute.label,
        _origin(attribute),
        chosen=chosen,
        forwards_to="" if target is None else str(target.value),
    )


def _in_languages(at: Situation, name: str) -> tuple[LanguageValue, ...]:
    held = at.document.in_languages(name)
    return tuple(
        LanguageValue(
            tag=tag,
            name=languages.name(tag, at.language),
            direction=languages.direction(tag),
            shown=display(at.catalogue, name, held[tag].value, language=at.language),
        )
        for tag in at.languages.get(name, ())
    )


def _origin(attribute: Attribute) -> Origin:
    return Origin(
        kind=attribute.source.kind.value,
        name=attribute.source.name,
        added_at=attribute.added_at,
        assurer=attribute.assurer or "",
        checked_at=attribute.checked_at,
        assurance=attribute.assurance,
    )


def _preview(at: Situation, choices: Choices) -> str:
    """Write what would leave for the choices as they are, through the very rule that lets it leave."""
    register = at.client.register
    chosen = []
    for claim in at.asked:
        held = candidates(at.document, claim, catalogue=at.catalogue, today=at.today)
        picked = _picked(at, claim.name, held, choices)
        form = next(form.claim for form in _forms(at, claim, picked, choices) if form.chosen) if held else claim.name
        chosen.append(
            Decision(
                claim=claim.name,
                allowed=claim.name in choices.allowed and picked is not None,
                form=form,
                attribute_id=picked.id if picked else None,
                basis=basis(claim.name, register=register),
            )
        )
    decisions = (*at.earlier, *chosen)
    shared = values_of(at.document, decisions, catalogue=at.catalogue, today=at.today, languages=at.languages)
    wished = languages_wished(at.request, {claim: shared.tags(claim) for claim in at.languages})
    requested = at.request.names | {languages.tagged(claim, tag) for claim, tags in wished.items() for tag in tags}
    names = releasable(requested, register=register, decisions=decisions, catalogue=at.catalogue)
    drawn = shared.drawn(names, catalogue=at.catalogue)
    place = {name: number for number, name in enumerate(at.catalogue.names)}
    order = sorted(drawn, key=lambda name: (place.get(languages.untagged(name), len(place)), name))
    # A one-time identifier is made when it is sent; one that is only shown would not be the same.
    known_by = "…" if at.known_as == ONE_TIME else subject(at.document.seed, at.client.sector)
    content = {"sub": known_by} | {name: drawn[name] for name in order}
    return json.dumps(content, ensure_ascii=False, indent=2)
