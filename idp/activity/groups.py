"""Kinds of entries put together as people think of them."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from idp.activity.values import Kind


class Group(StrEnum):
    """What an entry is about."""

    SIGNING_IN = "signing_in"
    SHARING = "sharing"
    DETAILS = "details"
    SECURITY = "security"
    #: Whatever is listed nowhere else.
    ACCOUNT = "account"


_LISTED: Final[Mapping[Group, frozenset[Kind]]] = {
    Group.SIGNING_IN: frozenset(
        {
            Kind.SIGNED_IN,
            Kind.SIGNED_OUT,
            Kind.SIGN_IN_REFUSED,
            Kind.STEPPED_UP,
            Kind.PROVED_AGAIN,
            Kind.VAULT_OPENED,
            Kind.OTHER_DEVICE_APPROVED,
            Kind.OTHER_DEVICE_REFUSED,
        }
    ),
    Group.SHARING: frozenset(
        {
            Kind.RELEASED,
            Kind.REFUSED,
            Kind.STOPPED,
            Kind.SERVICE_ENDED,
            Kind.TOKENS_REVOKED,
            Kind.IDENTITY_CHANGED,
            Kind.PRIVATE_ADDRESS_MADE,
            Kind.PRIVATE_ADDRESS_MUTED,
            Kind.PRIVATE_ADDRESS_UNMUTED,
            Kind.PRIVATE_ADDRESS_ENDED,
        }
    ),
    Group.DETAILS: frozenset(
        {
            Kind.DETAIL_ADDED,
            Kind.DETAIL_BROUGHT,
            Kind.DETAIL_CHANGED,
            Kind.DETAIL_REMOVED,
            Kind.PERSONA_ADDED,
            Kind.PERSONA_CHANGED,
            Kind.PERSONA_REMOVED,
        }
    ),
    Group.SECURITY: frozenset(
        {
            Kind.PASSKEY_ADDED,
            Kind.PASSKEY_RENAMED,
            Kind.PASSKEY_REMOVED,
            Kind.PASSKEY_OPENS_VAULT,
            Kind.PASSKEY_SUSPECTED,
            Kind.RECOVERY_CODE_RENEWED,
            Kind.RECOVERY_CODE_CONFIRMED,
            Kind.RECOVERED,
            Kind.PASSWORD_CHANGED,
            Kind.LOGIN_CHANGED,
            Kind.BROWSERS_FORGOTTEN,
            Kind.RECOVERY_BEGUN,
            Kind.RECOVERY_CANCELLED,
            Kind.RECOVERED_BY_MAIL,
            Kind.VAULT_REOPENED,
            Kind.VAULT_BEGUN_ANEW,
            Kind.DEVICE_TRUSTED,
            Kind.TRUSTED_DEVICES_FORGOTTEN,
            Kind.LOCKED,
            Kind.REPAIRED,
            Kind.SECOND_FACTOR_ADDED,
            Kind.SECOND_FACTOR_REMOVED,
        }
    ),
}

#: The kinds of each group; every kind is in exactly one.
GROUPS: Final[Mapping[Group, frozenset[Kind]]] = MappingProxyType(
    {**_LISTED, Group.ACCOUNT: frozenset(Kind) - frozenset[Kind]().union(*_LISTED.values())}
)

_GROUP_OF: Final[Mapping[str, Group]] = {kind.value: group for group, kinds in GROUPS.items() for kind in kinds}


def group_of(kind: str) -> Group:
    """Give the group of a kind by its name; one that another version wrote is about the account."""
    return _GROUP_OF.get(kind, Group.ACCOUNT)
