"""The values behind a grant: taken from the vault, sealed under the grant key, opened at release."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from idp.claims.catalogue import Catalogue
from idp.claims.languages import MARK, tagged, untagged
from idp.claims.values import ClaimDefinition, ClaimValue, Format
from idp.consent.errors import GrantGoneError
from idp.consent.values import Decision, Grant
from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import seal, unseal, unwrap, wrap
from idp.vault.policy import claim_value
from idp.vault.values import Document, VaultKey


@dataclass(frozen=True, slots=True)
class SharedValues:
    """What a grant's decisions amount to at one moment."""

    #: Value per released name; names that the citizen holds nothing for are absent.
    values: Mapping[str, ClaimValue] = field(repr=False, hash=False)
    #: When the value behind each name last changed, in seconds since 1970, for `updated_at`.
    changed: Mapping[str, int] = field(repr=False, hash=False)
    #: Per claim, the languages whose values the citizen saw and let go. Sealed with the values: a language says much
    #: about somebody.
    languages: Mapping[str, Collection[str]] = field(default_factory=dict, repr=False, hash=False)
    #: Per claim that is let go, the languages in which the vault held it then.
    held: Mapping[str, Collection[str]] = field(default_factory=dict, repr=False, hash=False)

    @property
    def claims(self) -> tuple[str, ...]:
        """Return the names behind which there are values, without those in other languages."""
        return tuple(name for name in self.values if MARK not in name)

    def tags(self, claim: str) -> tuple[str, ...]:
        """Return the languages in which there is a value of a claim to let go."""
        return tuple(self.languages.get(claim, ()))

    def drawn(self, names: Collection[str], *, catalogue: Catalogue) -> dict[str, ClaimValue]:
        """Return the values of these names, which :func:`idp.consent.policy.releasable` has allowed.

        A companion leaves only beside a value; `updated_at` speaks only of the values that leave with it.
        """
        drawn = {
            name: self.values[name]
            for name in names
            if name in self.values and (MARK in name or not catalogue[name].accompanies)
        }
        for name in names:
            if MARK in name or not (definition := catalogue[name]).accompanies:
                continue
            beside = {each for each in drawn if untagged(each) in definition.accompanies}
            if beside:
                value = self._companion(definition, beside)
                if value is not None:
                    drawn[name] = value
        return drawn

    def _companion(self, definition: ClaimDefinition, beside: Collection[str]) -> ClaimValue | None:
        if definition.format is not Format.NUMBER:
            return self.values.get(definition.name)
        return max((self.changed[name] for name in beside if name in self.changed), default=None)


def values_of(
    document: Document,
    decisions: Collection[Decision],
    *,
    catalogue: Catalogue,
    today: date,
    languages: Mapping[str, Collection[str]] | None = None,
) -> SharedValues:
    """Work out the values that a set of decisions lets out of a vault today.

    :param languages: per claim, those whose values the citizen saw leave.
    """
    values: dict[str, ClaimValue] = {}
    changed: dict[str, int] = {}
    seen: dict[str, Collection[str]] = {}
    held: dict[str, Collection[str]] = {}
    for decision in decisions:
        if not _is_sound(decision, catalogue):
            continue
        chosen = decision.attribute_id
        value = claim_value(document, catalogue, decision.form, today=today, attribute_id=chosen)
        if value is None:
            continue
        values[decision.form] = value
        source = catalogue[decision.form].derived_from or decision.form
        moments = [each.changed_at for each in document.values(source) if chosen is None or each.id == chosen]
        changed[decision.form] = int(max(moments).timestamp())
        for companion in catalogue.companions(decision.form):
            if catalogue[companion].format is not Format.NUMBER:
                beside = claim_value(document, catalogue, companion, today=today, attribute_id=chosen)
                values |= {} if beside is None else {companion: beside}
        if catalogue[decision.form].languages and (others := document.in_languages(decision.form)):
            held[decision.form] = list(others)
            # One that was removed is forgotten: what is added under it later is something that nobody has seen leave.
            still = [tag for tag in (languages or {}).get(decision.form, ()) if tag in others]
            seen |= {decision.form: still} if still else {}
            for tag in still:
                values[tagged(decision.form, tag)] = others[tag].value
                changed[tagged(decision.form, tag)] = int(others[tag].changed_at.timestamp())
    return SharedValues(values, changed, seen, held)


def _is_sound(decision: Decision, catalogue: Catalogue) -> bool:
    """Tell whether a decision lets a detail out at all; a catalogue that changed since may have made it meaningless."""
    definition = catalogue.find(decision.form)
    known = definition is not None and not definition.accompanies
    return decision.allowed and known and catalogue.covers(decision.claim, decision.form)


def seal_values(shared: SharedValues, *, grant: Grant, grant_key: bytes) -> bytes:
    """Seal the values of one grant."""
    content: dict[str, object] = {"values": shared.values, "changed": shared.changed}
    if shared.languages or shared.held:
        content |= {"languages": shared.languages, "held": shared.held}
    text = json.dumps(content, separators=(",", ":"))
    return seal(grant_key, text.encode(), context=_context(b"grant values", grant))


def open_values(grant: Grant, *, grant_key: bytes) -> SharedValues:
    """Open the values of a grant.

    :raises GrantGoneError: they were deleted, or sealed under another key since.
    """
    if grant.claims_sealed is None:
        raise GrantGoneError
    try:
        content = json.loads(unseal(grant_key, grant.claims_sealed, context=_context(b"grant values", grant)))
    except SealBrokenError:
        raise GrantGoneError from None
    return SharedValues(content["values"], content["changed"], content.get("languages", {}), content.get("held", {}))


def wrap_key(grant_key: bytes, *, grant: Grant, vault_key: VaultKey) -> bytes:
    """Wrap a grant key for its owner."""
    return wrap(vault_key.secret, grant_key, context=_context(b"grant key", grant))


def unwrap_key(grant: Grant, *, vault_key: VaultKey) -> bytes:
    """Open the grant key as its owner.

    :raises GrantGoneError: the citizen stopped sharing, the vault is another one, or the row is not as it was written.
    """
    if grant.grant_key_wrapped is None:
        raise GrantGoneError
    try:
        return unwrap(vault_key.secret, grant.grant_key_wrapped, context=_context(b"grant key", grant))
    except SealBrokenError:
        raise GrantGoneError from None


def _context(what: bytes, grant: Grant) -> bytes:
    """Bind a box to whose it is, for whom, and under which name.

    Whoever can write to the database must not turn one citizen's grant into another's, or one service's into another's.
    """
    names = (grant.id, grant.account_id, grant.persona, grant.client_id, grant.sub)
    return b"\0".join((what, *(name.encode() for name in names)))
