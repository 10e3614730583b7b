"""What the choosing page's template needs beside the view model: inputs, messages and addresses."""

from __future__ import annotations

from flask import Response, make_response, render_template, url_for
from flask_babel import gettext as _

from idp.claims import countries
from idp.claims.values import Format
from idp.clients.values import LawfulBasis
from idp.consent.ending import UNTIL, EndFault
from idp.consent.page import ChoicePage, DetailChoice
from idp.web.citizen.consent.asking import Asking
from idp.web.citizen.consent.choices import TYPED
from idp.web.citizen.consent.neighbours import neighbours
from idp.web.citizen.details.fields import TypedField, typed_field
from idp.web.citizen.wording import day_words
from idp.web.context import services, signed_in
from idp.web.forms import Problem
from idp.web.languages import current


def render(
    page: ChoicePage, asked: Asking, *, status: int = 200, preview_open: bool = False, unseen: bool = False
) -> Response:
    """Write the choosing page.

    :param unseen: the citizen agreed to an identity whose details the page had not shown.
    """
    interaction = asked.secret
    fields = missing_fields(page)
    names = [name for _, name in countries.listing(current())] if _asks_for_country(fields) else []
    body = render_template(
        "citizen/consent/consent.html",
        page=page,
        action=url_for("consent.decide", interaction=interaction),
        interaction=interaction,
        ready=not fields or services().vault.ready(signed_in().account_id),
        fields=fields,
        until=end_field(page),
        problems=_unseen(page) if unseen else _problems(page, fields),
        countries=names,
        bases=_bases(),
        elsewhere=asked.elsewhere,
        neighbours=neighbours(asked),
        preview_open=preview_open,
    )
    return make_response(body, status)


def paused(asked: Asking) -> Response:
    """Write the page that stands before a service with which sharing is paused."""
    grant = asked.paused
    claims = () if grant is None else tuple(each.form for each in grant.decisions if each.allowed)
    body = render_template(
        "citizen/consent/paused.html",
        service=asked.client.name(current()),
        client=asked.client,
        since=None if grant is None else grant.paused_at,
        labels=[services().catalogue[claim].label[current()] for claim in claims if services().catalogue.find(claim)],
        action=url_for("consent.decide", interaction=asked.secret),
    )
    return make_response(body)


def end_field(page: ChoicePage) -> TypedField:
    """Lay out the inputs for the last day of a choice."""
    return typed_field(
        UNTIL,
        UNTIL,
        Format.DATE,
        label=_("Last day"),
        hint=_("At the latest %(day)s.", day=day_words(page.latest)),
        raw=page.until,
        error=_end_message(page) if page.until_fault else None,
    )


def _end_message(page: ChoicePage) -> str:
    words = {
        EndFault.MISSING: _("Enter the last day, or choose how long in another way."),
        EndFault.NO_DATE: _("Enter a day that exists: day and month as numbers, and the year with four digits."),
        EndFault.PAST: _("Enter a day that is not over."),
        EndFault.LATE: _("Enter a day no later than %(day)s. We then ask you again.", day=day_words(page.latest)),
    }
    return str(words[EndFault(page.until_fault or EndFault.MISSING)])


def missing_fields(page: ChoicePage) -> dict[str, TypedField]:
    """Lay out an input for each detail that is not held, once where two follow from the same one."""
    fields: dict[str, TypedField] = {}
    asked: set[str] = set()
    for detail in page.needed + page.optional:
        if detail.missing and detail.type_in not in asked:
            asked.add(detail.type_in)
            fields[detail.claim] = _field(detail)
    return fields


def _unseen(page: ChoicePage) -> list[Problem]:
    who = f"\u2068{page.identity.name}\u2069" if page.identity.name else _("the identity that you picked")
    message = _("Check what %(who)s would share. The page shows it now; nothing has been shared yet.", who=who)
    return [Problem(field="known-as", message=message)]


def _bases() -> dict[str, str]:
    """Say in plain words what makes each use lawful (GDPR Article 6(1))."""
    return {
        LawfulBasis.CONSENT: _("Only because you agree to it."),
        LawfulBasis.CONTRACT: _("Needed for a contract with you."),
        LawfulBasis.LEGAL_OBLIGATION: _("A law requires it of them."),
        LawfulBasis.VITAL_INTERESTS: _("Needed to save a life."),
        LawfulBasis.PUBLIC_TASK: _("Needed for a public task that the law gives them."),
        LawfulBasis.LEGITIMATE_INTERESTS: _("In their own legitimate interest; you may object."),
    }


def _field(detail: DetailChoice) -> TypedField:
    definition = services().catalogue.find(detail.type_in)
    return typed_field(
        TYPED + detail.type_in,
        detail.type_in,
        detail.type_in_format,
        label=detail.type_in_label,
        hint=definition.help[current()] if definition else "",
        raw=detail.typed,
        error=_message(detail) if detail.fault else None,
    )


def _problems(page: ChoicePage, fields: dict[str, TypedField]) -> list[Problem]:
    """List each fault once, also where two details follow from the same input."""
    inputs = {detail.type_in: fields[detail.claim] for detail in page.needed + page.optional if detail.claim in fields}
    found: dict[str, Problem] = {}
    for detail in page.faulty:
        target = inputs[detail.type_in].target if detail.type_in in inputs else f"ask-{detail.claim}"
        found.setdefault(target, Problem(field=target, message=f"{detail.type_in_label}: {_message(detail)}"))
    if page.until_fault:
        found[UNTIL] = Problem(field=end_field(page).target, message=_end_message(page))
    return list(found.values())


def _message(detail: DetailChoice) -> str:
    return services().catalogue.message(detail.fault or "missing", current())


def _asks_for_country(fields: dict[str, TypedField]) -> bool:
    return any(part.control.type == "country" for field in fields.values() for part in field.parts)
