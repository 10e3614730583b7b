"""Names of groups, and the labels of services and details that occur in a citizen's activity."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from idp.activity.groups import Group
from idp.web.citizen.details.held import service_name
from idp.web.context import services
from idp.web.languages import current

_GROUPS = {
    Group.SIGNING_IN: _l("Signing in and out"),
    Group.SHARING: _l("Sharing"),
    Group.DETAILS: _l("Your details"),
    Group.SECURITY: _l("Ways to sign in"),
    Group.ACCOUNT: _l("Your account"),
}


def group_name(group: Group) -> str:
    """Name a group of kinds."""
    return str(_GROUPS[group])


def detail_label(claim: str) -> str:
    """Name a detail; one that the catalogue no longer has keeps the name that the entry holds."""
    definition = services().catalogue.find(claim)
    return definition.label[current()] if definition else claim


def service_options(client_ids: Iterable[str]) -> list[tuple[str, str]]:
    """List services by name."""
    return _sorted((one, service_name(one)) for one in client_ids)


def detail_options(claims: Iterable[str]) -> list[tuple[str, str]]:
    """List details by name."""
    return _sorted((one, detail_label(one)) for one in claims)


def _sorted(options: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(options, key=lambda entry: (entry[1].casefold(), entry[0]))
