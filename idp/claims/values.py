"""What the catalogue says about one claim."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

#: A claim's value as JSON carries it: text, a flag, a number, a list of texts, or the members of an address.
ClaimValue = str | bool | int | list[str] | dict[str, str]


class Sensitivity(StrEnum):
    """How careful a page is with the value."""

    PLAIN = "plain"
    PERSONAL = "personal"
    #: Masked until the citizen asks to see it.
    SENSITIVE = "sensitive"


class Format(StrEnum):
    """How a value is written and checked."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    ADDRESS = "address"
    COUNTRY = "country"
    COUNTRIES = "countries"
    URL = "url"
    BOOLEAN = "boolean"
    TIMEZONE = "timezone"
    LOCALE = "locale"
    NATIONAL_IDENTIFIER = "national_identifier"
    PLACE = "place"
    NUMBER = "number"


class Fault(StrEnum):
    """Why a typed value is refused: the key of the message that the page shows."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    FORBIDDEN_CHARACTERS = "forbidden_characters"
    NOT_TYPED = "not_typed"
    EMAIL = "email"
    PHONE = "phone"
    PHONE_COUNTRY = "phone_country"
    DATE = "date"
    DATE_DAY = "date_day"
    DATE_MONTH = "date_month"
    DATE_YEAR = "date_year"
    DATE_IN_FUTURE = "date_in_future"
    DATE_TOO_EARLY = "date_too_early"
    COUNTRY = "country"
    COUNTRIES = "countries"
    ADDRESS = "address"
    POSTAL_CODE = "postal_code"
    PLACE = "place"
    URL = "url"
    BOOLEAN = "boolean"
    TIMEZONE = "timezone"
    LOCALE = "locale"
    NATIONAL_IDENTIFIER = "national_identifier"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Texts:
    """One text in every language of the catalogue."""

    by_language: Mapping[str, str]

    def __getitem__(self, language: str) -> str:
        """Give the text in `language` (`fr-CA` finds `fr`), or in English, which is always there."""
        found = self.by_language.get(language) or self.by_language.get(language.replace("_", "-").partition("-")[0])
        return found or self.by_language["en"]


@dataclass(frozen=True, slots=True)
class Group:
    """A heading under which claims are listed."""

    name: str
    label: Texts


@dataclass(frozen=True, slots=True)
class ClaimDefinition:
    """One claim of the catalogue."""

    name: str
    label: Texts
    #: What it means and how to write it; shown beside the field.
    help: Texts
    group: str
    sensitivity: Sensitivity
    format: Format
    #: The citizen may hold several and chooses one for each service.
    multiple: bool = False
    #: Defined by OpenID Connect Core §5.1.
    standard: bool = False
    #: Claims that tell less than this one and are derived from it, the smallest first.
    smaller: tuple[str, ...] = ()
    #: The claim that this one is computed from. Never stored and never typed by itself.
    derived_from: str | None = None
    #: Released only together with one of these and never chosen by itself, such as `email_verified` with `email`.
    accompanies: tuple[str, ...] = ()
    #: The scope that asks for it (OpenID Connect Core §5.4).
    scope: str | None = None
    #: Its value may become another one without anybody editing it, as an age does.
    changes_with_time: bool = False
    #: For `age_over_NN`: the number of years.
    age: int | None = None
    #: May be held in other languages and scripts beside its plain form (OpenID Connect Core §5.2).
    languages: bool = False

    @property
    def typed(self) -> bool:
        """Whether a citizen can type a value of it."""
        return self.derived_from is None and not self.accompanies
