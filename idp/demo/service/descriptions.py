"""What the two demo services are and what they ask for."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ask:
    """One sign-on button of the service.

    :ivar path: where the button leads, below `/sign-in/`.
    :ivar button: the words on it.
    :ivar scope: scopes requested, separated by spaces.
    :ivar userinfo: the `userinfo` member of the `claims` parameter (OIDC Core §5.5).
    """

    path: str
    button: str
    scope: str
    userinfo: dict[str, dict[str, bool] | None]


@dataclass(frozen=True, slots=True)
class Description:
    """A demo service: identity, looks and asks."""

    key: str
    title: str
    owner: str
    strapline: str
    accent: str
    labels: dict[str, str]
    asks: tuple[Ask, ...] = field(default=())


_LABELS = {
    "given_name": "First name",
    "family_name": "Last name",
    "name": "Name",
    "birthdate": "Date of birth",
    "age_over_18": "Over 18",
    "address": "Address",
    "postcode_area": "Postcode area",
    "email": "Email",
    "email_verified": "Email checked",
    "phone_number": "Phone",
    "phone_number_verified": "Phone checked",
}

_ESSENTIAL = {"essential": True}

COUNCIL = Description(
    key="council",
    title="Parking permits",
    owner="Northtown Council",
    strapline="Apply for a resident's parking permit.",
    accent="#1b5e3f",
    labels=_LABELS,
    asks=(
        Ask(
            path="apply",
            button="Apply for a permit",
            scope="openid",
            userinfo={
                "given_name": _ESSENTIAL,
                "family_name": _ESSENTIAL,
                "birthdate": _ESSENTIAL,
                "address": _ESSENTIAL,
                "email": None,
            },
        ),
        Ask(
            path="apply-with-text-messages",
            button="Apply, and get text messages",
            scope="openid",
            userinfo={
                "given_name": _ESSENTIAL,
                "family_name": _ESSENTIAL,
                "birthdate": _ESSENTIAL,
                "address": _ESSENTIAL,
                "email": None,
                "phone_number": None,
            },
        ),
    ),
)

BOOKSHOP = Description(
    key="bookshop",
    title="Corner Bookshop",
    owner="Corner Bookshop Ltd",
    strapline="Second-hand books, sent to your door.",
    accent="#7a3b12",
    labels=_LABELS,
    asks=(
        Ask(
            path="account",
            button="Sign in to order",
            scope="openid email",
            userinfo={"name": None, "address": None, "birthdate": None},
        ),
    ),
)

DESCRIPTIONS = {description.key: description for description in (COUNCIL, BOOKSHOP)}
