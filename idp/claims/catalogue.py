"""The catalogue in memory: every claim by name, read once from `config/claims.toml`."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from idp.claims.errors import CatalogueError, UnknownClaimError
from idp.claims.languages import canonical_tag
from idp.claims.values import ClaimDefinition, Fault, Format, Group, Sensitivity, Texts

_CLAIM_KEYS: Final = frozenset(
    {
        "label",
        "help",
        "group",
        "format",
        "sensitivity",
        "scope",
        "standard",
        "multiple",
        "smaller",
        "derived_from",
        "accompanies",
        "changes_with_time",
        "languages",
    }
)
_FAMILY_KEYS: Final = _CLAIM_KEYS | {"minimum", "maximum", "listed"}


class Catalogue:
    """Every claim that may be asked for, in the order in which pages list them."""

    def __init__(
        self,
        *,
        definitions: Mapping[str, ClaimDefinition],
        listed: tuple[str, ...],
        groups: Mapping[str, Group],
        messages: Mapping[str, Texts],
        words: Mapping[str, Texts],
        languages: tuple[str, ...],
        value_languages: tuple[str, ...],
    ) -> None:
        """Hold checked definitions; :meth:`load` makes them."""
        self._definitions = definitions
        self._messages = messages
        self._words = words
        self._groups = groups
        #: Names of all claims; of a family, the usual members only.
        self.names = listed
        self.languages = languages
        #: Languages and scripts in which citizens may hold a detail beside its plain form (OpenID Connect Core §5.2).
        self.value_languages = value_languages
        self.groups: tuple[Group, ...] = tuple(groups.values())
        self._scopes: dict[str, tuple[str, ...]] = {}
        self._companions: dict[str, tuple[str, ...]] = {}
        for definition in (definitions[name] for name in listed):
            if definition.scope:
                self._scopes[definition.scope] = (*self._scopes.get(definition.scope, ()), definition.name)
            for parent in definition.accompanies:
                self._companions[parent] = (*self._companions.get(parent, ()), definition.name)

    @classmethod
    def load(cls, path: Path) -> "Catalogue":
        """Read and check a catalogue.

        :raises CatalogueError: the file is not a complete catalogue; the message names the place.
        """
        try:
            with path.open("rb") as file:
                content = tomllib.load(file)
        except (OSError, tomllib.TOMLDecodeError) as error:
            message = f"{path}: {error}"
            raise CatalogueError(message) from None
        return _Reader(content, str(path)).catalogue()

    def __getitem__(self, name: str) -> ClaimDefinition:
        """Give a claim's definition.

        :raises UnknownClaimError: there is none.
        """
        definition = self._definitions.get(name)
        if definition is None:
            raise UnknownClaimError(name)
        return definition

    def __contains__(self, name: object) -> bool:
        """Tell whether the claim is known, any member of a family included."""
        return name in self._definitions

    def __iter__(self) -> Iterator[ClaimDefinition]:
        """Give the definitions of :attr:`names`."""
        return (self._definitions[name] for name in self.names)

    def find(self, name: str) -> ClaimDefinition | None:
        """Give a claim's definition, or None. `age_over_NN` is found for every number of years from 1 to 120."""
        return self._definitions.get(name)

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that ask for claims (OpenID Connect Core §5.4)."""
        return tuple(self._scopes)

    def claims_of_scope(self, scope: str) -> tuple[str, ...]:
        """Give the claims that a scope asks for; none for a scope that asks for no claims."""
        return self._scopes.get(scope, ())

    def companions(self, name: str) -> tuple[str, ...]:
        """Give the claims that go with this one and are never chosen by themselves, such as `email_verified`."""
        return self._companions.get(name, ())

    def covers(self, requested: str, released: str) -> bool:
        """Tell whether releasing one claim answers the request for another: the same one, or a smaller form of it."""
        if requested == released:
            return requested in self._definitions
        definition = self._definitions.get(released)
        return definition is not None and definition.derived_from == requested

    def group(self, name: str) -> Group:
        """Give a heading by its name."""
        return self._groups[name]

    def message(self, code: str, language: str) -> str:
        """Say what is wrong with a typed value, and how to write it."""
        return self._messages[code][language]

    def word(self, key: str, language: str) -> str:
        """Give a word in which values are shown, such as `yes`."""
        return self._words[key][language]


class _Reader:
    """Turns the file's tables into definitions and names the place of each fault."""

    def __init__(self, content: Mapping[str, Any], path: str) -> None:
        self._content = content
        self._path = path
        self._languages = tuple(content.get("languages", ()))

    def catalogue(self) -> Catalogue:
        if "en" not in self._languages:
            self._fail("languages", "must hold en")
        value_languages = tuple(self._content.get("value_languages", ()))
        for tag in value_languages:
            if not isinstance(tag, str) or canonical_tag(tag) != tag:
                self._fail("value_languages", f"holds what is no language tag in its usual letter case: {tag}")
        groups = {name: Group(name, texts) for name, texts in self._texts("groups").items()}
        messages, words = self._texts("faults"), self._texts("words")
        if missing := sorted(set(Fault) - set(messages)):
            self._fail("faults", f"has no {missing[0]}")
        definitions: dict[str, ClaimDefinition] = {}
        listed: list[str] = []
        for name, table in self._content.get("claims", {}).items():
            self._require_keys(f"claims.{name}", table, _CLAIM_KEYS)
            definitions[name] = self._definition(name, table, f"claims.{name}")
            listed.append(name)
        for family, table in self._content.get("families", {}).items():
            self._require_keys(f"families.{family}", table, _FAMILY_KEYS)
            for age in range(table["minimum"], table["maximum"] + 1):
                definitions[f"{family}_{age}"] = self._definition(
                    f"{family}_{age}", table, f"families.{family}", age=age
                )
            listed += [f"{family}_{age}" for age in table["listed"]]
        self._check_references(definitions, groups)
        return Catalogue(
            definitions=definitions,
            listed=tuple(listed),
            groups=groups,
            messages=messages,
            words=words,
            languages=self._languages,
            value_languages=value_languages,
        )

    def _definition(
        self, name: str, table: Mapping[str, Any], place: str, *, age: int | None = None
    ) -> ClaimDefinition:
        try:
            return ClaimDefinition(
                name=name,
                label=self._text(f"{place}.label", table.get("label"), age=age),
                help=self._text(f"{place}.help", table.get("help"), age=age),
                group=table["group"],
                sensitivity=Sensitivity(table["sensitivity"]),
                format=Format(table["format"]),
                multiple=table.get("multiple", False),
                standard=table.get("standard", False),
                smaller=tuple(table.get("smaller", ())),
                derived_from=table.get("derived_from"),
                accompanies=tuple(table.get("accompanies", ())),
                scope=table.get("scope"),
                changes_with_time=table.get("changes_with_time", False),
                age=age,
                languages=table.get("languages", False),
            )
        except KeyError as error:
            self._fail(place, f"has no {error.args[0]}")
        except ValueError as error:
            self._fail(place, str(error))

    def _check_references(self, definitions: Mapping[str, ClaimDefinition], groups: Mapping[str, Group]) -> None:
        for name, definition in definitions.items():
            if definition.group not in groups:
                self._fail(name, f"is in no group: {definition.group}")
            if definition.languages and not _can_be_translated(definition):
                self._fail(name, "is not of a kind that can be held in several languages")
            parents = (*definition.accompanies, *filter(None, [definition.derived_from]))
            for other in (*definition.smaller, *parents):
                if other not in definitions:
                    self._fail(name, f"names an unknown claim: {other}")
            for other in definition.smaller:
                if definitions[other].derived_from != name:
                    self._fail(name, f"cannot be made smaller to {other}, which is not derived from it")

    def _texts(self, section: str) -> dict[str, Texts]:
        return {key: self._text(f"{section}.{key}", table) for key, table in self._content.get(section, {}).items()}

    def _text(self, place: str, table: Any, *, age: int | None = None) -> Texts:  # noqa: ANN401 - unchecked TOML
        if not isinstance(table, dict) or set(table) != set(self._languages) or not all(table.values()):
            self._fail(place, f"needs a text in each of {', '.join(self._languages)}")
        return Texts({language: text.replace("{age}", str(age)) for language, text in table.items()})

    def _require_keys(self, place: str, table: Mapping[str, Any], allowed: frozenset[str]) -> None:
        if unknown := sorted(set(table) - allowed):
            self._fail(place, f"has an unknown key: {unknown[0]}")

    def _fail(self, place: str, fault: str) -> NoReturn:
        message = f"{self._path}: {place} {fault}"
        raise CatalogueError(message)


def _can_be_translated(definition: ClaimDefinition) -> bool:
    """Tell whether a value in another language says the same as the plain one: one text, typed, given whole."""
    return definition.typed and definition.format is Format.TEXT and not (definition.multiple or definition.smaller)
