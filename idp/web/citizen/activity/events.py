"""Rows of the ledger as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup

from idp.activity.values import BROWSER, COUNT, DURATION, IDENTITY, METHOD, ORGANISATION, REASON, Kind, Row
from idp.web.citizen.activity.wording import detail_label
from idp.web.citizen.details.held import service_name
from idp.web.context import services
from idp.web.languages import current

_NAMES = {
    Kind.SIGNED_UP: _l("Account made"),
    Kind.SIGNED_IN: _l("Signed in"),
    Kind.SIGNED_OUT: _l("Signed out"),
    Kind.SIGN_IN_REFUSED: _l("Sign-in refused"),
    Kind.RELEASED: _l("Shared"),
    Kind.REFUSED: _l("Not shared"),
    Kind.STOPPED: _l("Sharing stopped"),
    Kind.PAUSED: _l("Sharing paused"),
    Kind.RESUMED: _l("Sharing resumed"),
    Kind.EXTENDED: _l("Sharing kept longer"),
    Kind.SHARING_ENDED: _l("Sharing ended"),
    Kind.TOLD: _l("Service told"),
    Kind.SERVICE_ENDED: _l("Service closed"),
    Kind.DETAIL_ADDED: _l("Detail added"),
    Kind.DETAIL_CHANGED: _l("Detail changed"),
    Kind.DETAIL_REMOVED: _l("Detail removed"),
    Kind.DETAIL_BROUGHT: _l("Details brought"),
    Kind.PERSONA_ADDED: _l("Persona made"),
    Kind.PERSONA_CHANGED: _l("Persona changed"),
    Kind.PERSONA_REMOVED: _l("Persona removed"),
    Kind.IDENTITY_CHANGED: _l("Known by another ID"),
    Kind.RECOVERY_CODE_RENEWED: _l("New recovery code"),
    Kind.RECOVERY_CODE_CONFIRMED: _l("Recovery code confirmed"),
    Kind.RECOVERED: _l("Recovery code used"),
    Kind.PASSWORD_CHANGED: _l("Password changed"),
    Kind.LOGIN_CHANGED: _l("Sign-in name changed"),
    Kind.SECOND_FACTOR_ADDED: _l("Authenticator app set up"),
    Kind.SECOND_FACTOR_REMOVED: _l("Authenticator app removed"),
    Kind.STEPPED_UP: _l("Code given"),
    Kind.PASSKEY_ADDED: _l("Passkey added"),
    Kind.PASSKEY_RENAMED: _l("Passkey named"),
    Kind.PASSKEY_REMOVED: _l("Passkey removed"),
    Kind.PASSKEY_OPENS_VAULT: _l("Passkey opens the vault"),
    Kind.PASSKEY_SUSPECTED: _l("Passkey refused"),
    Kind.PROVED_AGAIN: _l("Proved again"),
    Kind.VAULT_OPENED: _l("Vault opened"),
    Kind.LOCKED: _l("Account locked"),
    Kind.REPAIRED: _l("Account put right"),
    Kind.OTHER_DEVICE_APPROVED: _l("Other device signed in"),
    Kind.OTHER_DEVICE_REFUSED: _l("Other device refused"),
    Kind.RECOVERY_BEGUN: _l("Recovery by mail begun"),
    Kind.RECOVERY_CANCELLED: _l("Recovery by mail cancelled"),
    Kind.RECOVERED_BY_MAIL: _l("Recovered by mail"),
    Kind.VAULT_REOPENED: _l("Vault opened again"),
    Kind.VAULT_BEGUN_ANEW: _l("New vault begun"),
    Kind.CONTACT_ASKED: _l("Contact address typed"),
    Kind.CONTACT_CONFIRMED: _l("Contact address confirmed"),
    Kind.CONTACT_REMOVED: _l("Contact address removed"),
    Kind.BROWSERS_FORGOTTEN: _l("Browsers forgotten"),
    Kind.DEVICE_TRUSTED: _l("Device trusted"),
    Kind.TRUSTED_DEVICES_FORGOTTEN: _l("Trusted devices forgotten"),
    Kind.PRIVATE_ADDRESS_MADE: _l("Private address made"),
    Kind.PRIVATE_ADDRESS_MUTED: _l("Private address muted"),
    Kind.PRIVATE_ADDRESS_UNMUTED: _l("Private address unmuted"),
    Kind.PRIVATE_ADDRESS_ENDED: _l("Private address ended"),
    Kind.TOKENS_REVOKED: _l("Access cut off"),
    Kind.ACCOUNT_SUSPENDED: _l("Account suspended"),
    Kind.ACCOUNT_RESUMED: _l("Account opened again"),
    Kind.ACCOUNT_CLOSED: _l("Account closed"),
    Kind.CLOSING_BEGUN: _l("Closing asked for"),
    Kind.CLOSING_ENDED: _l("Account kept"),
    Kind.TAKEN_ALONG: _l("Everything downloaded"),
    Kind.BROUGHT_ALONG: _l("File brought in"),
    Kind.ACTIVITY_DELETED: _l("Activity deleted"),
}

_SENTENCES = {
    Kind.SIGNED_UP: _l("You made your account."),
    Kind.SIGNED_IN: _l("You signed in."),
    Kind.SIGNED_OUT: _l("You signed out."),
    Kind.SIGN_IN_REFUSED: _l("Somebody tried to sign in as you and did not get in."),
    Kind.RELEASED: _l("You shared with %(service)s."),
    Kind.REFUSED: _l("You did not share with %(service)s."),
    Kind.STOPPED: _l("You stopped sharing with %(service)s."),
    Kind.PAUSED: _l("You paused sharing with %(service)s."),
    Kind.RESUMED: _l("You went on sharing with %(service)s."),
    Kind.EXTENDED: _l("You kept sharing with %(service)s for longer."),
    Kind.SHARING_ENDED: _l("Sharing with %(service)s ended on the day that you had agreed to."),
    Kind.TOLD: _l("You gave %(service)s the new value."),
    Kind.SERVICE_ENDED: _l("%(service)s closed, so what you shared with it ended."),
    Kind.DETAIL_ADDED: _l("You added to your details."),
    Kind.DETAIL_CHANGED: _l("You changed your details."),
    Kind.DETAIL_REMOVED: _l("You removed from your details."),
    Kind.DETAIL_BROUGHT: _l("You brought details from an organisation."),
    Kind.PERSONA_ADDED: _l("You made a persona."),
    Kind.PERSONA_CHANGED: _l("You changed a persona."),
    Kind.PERSONA_REMOVED: _l("You removed a persona."),
    Kind.IDENTITY_CHANGED: _l(
        "You chose another ID for %(service)s. What it could see under the one before ended, and it sees a new person."
    ),
    Kind.RECOVERY_CODE_RENEWED: _l("You made a new recovery code. The one before no longer works."),
    Kind.RECOVERY_CODE_CONFIRMED: _l("You confirmed your recovery code."),
    Kind.RECOVERED: _l("Your recovery code was used to set a new password."),
    Kind.PASSWORD_CHANGED: _l("You changed your password."),
    Kind.LOGIN_CHANGED: _l("You changed your sign-in name."),
    Kind.SECOND_FACTOR_ADDED: _l("You set up an authenticator app. Signing in asks for its code now."),
    Kind.SECOND_FACTOR_REMOVED: _l("You removed your authenticator app. Your password alone signs you in."),
    Kind.STEPPED_UP: _l("You gave a code of your authenticator app."),
    Kind.PASSKEY_ADDED: _l("You added a passkey."),
    Kind.PASSKEY_RENAMED: _l("You gave a passkey another name."),
    Kind.PASSKEY_REMOVED: _l("You removed a passkey. It no longer signs you in."),
    Kind.PASSKEY_OPENS_VAULT: _l("You let a passkey open your vault."),
    Kind.PASSKEY_SUSPECTED: _l("One of your passkeys had fallen behind in its count, as a copy would. We refused it."),
    Kind.PROVED_AGAIN: _l("You proved again that it is you."),
    Kind.VAULT_OPENED: _l("You opened your vault."),
    Kind.LOCKED: _l("You said that something was not you. Your account was locked and signed out everywhere."),
    Kind.REPAIRED: _l("You put your account right, and it was opened again."),
    Kind.OTHER_DEVICE_APPROVED: _l("You let another device sign in as you."),
    Kind.OTHER_DEVICE_REFUSED: _l("Another device wanted to be signed in as you and was not."),
    Kind.RECOVERY_BEGUN: _l("Somebody who reads your mail began to get in without your password. You can cancel it."),
    Kind.RECOVERY_CANCELLED: _l("Getting back in by mail was cancelled."),
    Kind.RECOVERED_BY_MAIL: _l("A new password was set by a letter after the waiting time. The vault stayed locked."),
    Kind.VAULT_REOPENED: _l("You opened your vault again. Your new password opens it too."),
    Kind.VAULT_BEGUN_ANEW: _l("You began a new, empty vault. The details in the old one are gone."),
    Kind.CONTACT_ASKED: _l("You gave a contact address. It counts once you confirm it from the letter that we sent."),
    Kind.CONTACT_CONFIRMED: _l("Your contact address was confirmed. Letters about your account go there."),
    Kind.CONTACT_REMOVED: _l("You removed your contact address. We can no longer write to you."),
    Kind.DEVICE_TRUSTED: _l("You let a device open your vault by itself once you have signed in there."),
    Kind.TRUSTED_DEVICES_FORGOTTEN: _l("You had us forget trusted devices. They no longer open your vault."),
    Kind.BROWSERS_FORGOTTEN: _l("You had us forget the browsers that you had signed in with."),
    Kind.PRIVATE_ADDRESS_MADE: _l("You gave %(service)s a private address that forwards to you."),
    Kind.PRIVATE_ADDRESS_MUTED: _l("You muted the private address that %(service)s has."),
    Kind.PRIVATE_ADDRESS_UNMUTED: _l("You let the private address that %(service)s has forward again."),
    Kind.PRIVATE_ADDRESS_ENDED: _l("The private address that %(service)s has ended."),
    Kind.TOKENS_REVOKED: _l("%(service)s presented a one-time key twice, so we cut off what it could still see."),
    Kind.ACCOUNT_SUSPENDED: _l("Your account was suspended by whoever runs this site, and signed out everywhere."),
    Kind.ACCOUNT_RESUMED: _l("Your account was opened again by whoever runs this site."),
    Kind.ACCOUNT_CLOSED: _l("Your account was closed."),
    Kind.CLOSING_BEGUN: _l("You asked for your account to be closed, and all sharing stopped."),
    Kind.CLOSING_ENDED: _l("You decided to keep your account."),
    Kind.TAKEN_ALONG: _l("You downloaded everything as one file."),
    Kind.BROUGHT_ALONG: _l("You brought in a file from another provider."),
    Kind.ACTIVITY_DELETED: _l("You deleted entries of your activity."),
}

#: Of a kind that only another version has.
_UNKNOWN = _l("Something that this site has no words for.")

#: Rows that deserve a second look.
_WARNINGS = frozenset(
    {
        Kind.SIGN_IN_REFUSED,
        Kind.TOKENS_REVOKED,
        Kind.RECOVERED,
        Kind.PASSKEY_SUSPECTED,
        Kind.RECOVERY_BEGUN,
        Kind.RECOVERED_BY_MAIL,
        Kind.OTHER_DEVICE_REFUSED,
        Kind.SECOND_FACTOR_REMOVED,
        Kind.ACCOUNT_SUSPENDED,
        Kind.CLOSING_BEGUN,
        Kind.TAKEN_ALONG,
    }
)


@dataclass(frozen=True, slots=True)
class Event:
    """One row as a sentence."""

    sequence: int
    at: datetime
    kind: str
    text: Markup
    #: Labels of the details concerned.
    details: tuple[str, ...]
    notes: tuple[str, ...]
    warning: bool
    #: What tells of deleted entries stays.
    deletable: bool


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day."""

    date: date
    events: tuple[Event, ...]


def kind_names() -> list[tuple[str, str]]:
    """Name every kind of row, for the filter."""
    return [(kind.value, str(name)) for kind, name in _NAMES.items()]


def kind_texts() -> list[tuple[Kind, str]]:
    """Give what the page says of every kind of row, for the search."""
    return [(kind, f"{name} {str(_SENTENCES[kind]).replace('%(service)s', '')}") for kind, name in _NAMES.items()]


def sentence(row: Row) -> str:
    """Say what happened as plain text."""
    service = service_name(row.client_id) if row.client_id else _("a service")
    return str(_SENTENCES[row.kind]) % {"service": service}


def by_day(rows: Iterable[Row], names: Mapping[str, str] | None = None) -> tuple[Day, ...]:
    """Put rows, the latest first, under their days.

    :param names: what services are called, for rows that another provider kept; ours for None.
    """
    days = groupby(rows, key=lambda row: row.at.date())
    return tuple(Day(day, tuple(_event(row, names) for row in those)) for day, those in days)


def _event(row: Row, names: Mapping[str, str] | None) -> Event:
    name = _("a service")
    if row.client_id:
        name = service_name(row.client_id) if names is None else names.get(row.client_id, row.client_id)
    service = Markup("<bdi>{}</bdi>").format(name)
    said = _SENTENCES.get(row.kind, _UNKNOWN)
    # The sentence is ours and holds no markup; the name is escaped as it is filled in.
    text = Markup(str(said)) % {"service": service}  # noqa: S704 - see above
    return Event(
        sequence=row.sequence,
        at=row.at,
        kind=row.kind,
        text=text,
        details=tuple(detail_label(claim) for claim in row.claims),
        notes=_notes(row),
        warning=row.kind in _WARNINGS,
        deletable=row.kind is not Kind.ACTIVITY_DELETED,
    )


def _notes(row: Row) -> tuple[str, ...]:
    notes = []
    if browser := row.facts.get(BROWSER):
        notes.append(browser)
    methods = {
        "password": _("with your password"),
        "password_and_code": _("with your password and a code"),
        "code": _("with your password and a wrong code"),
        "recovery_code": _("with your recovery code"),
        "passkey": _("with a passkey"),
        "trusted_device": _("by a trusted device"),
        "other_device": _("approved on another device of yours"),
    }
    if method := methods.get(row.facts.get(METHOD, "")):
        notes.append(method)
    if organisation := services().organisations.directory.find(row.facts.get(ORGANISATION, "")):
        notes.append(organisation.name(current()).text)
    if row.facts.get(REASON) == "number":
        notes.append(_("the number was wrong"))
    if row.facts.get(DURATION) == "once":
        notes.append(_("for one visit"))
    identities = {"persona": _("as one of your personas"), "one_time": _("under a one-time ID")}
    if identity := identities.get(row.facts.get(IDENTITY, "")):
        notes.append(identity)
    if (count := row.facts.get(COUNT, "")).isdecimal():
        notes.append(ngettext("%(num)s entry", "%(num)s entries", int(count[:9])))
    return tuple(notes)
