"""Reading settings at start, with errors that name the field and what to change."""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pydantic
import pydantic_settings
from pydantic import BaseModel
from pydantic_core import ErrorDetails

from idp.settings.tree import CONFIG_VARIABLE, DELIMITER, PREFIX, Settings

#: Variables with our prefix that belong to the test suite.
_NOT_SETTINGS = (CONFIG_VARIABLE, "PROFFER_TEST_", "PROFFER_REQUIRE_ALL")


class SettingsError(Exception):
    """Settings that cannot be used. The text has one line per fault and repeats no value."""


def load_settings() -> Settings:
    """Return the settings of the environment and of the file that PROFFER_CONFIG names.

    :raises SettingsError: a name is unknown or a value cannot be used.
    """
    faults = [*_file_faults(), *_unknown_variables(os.environ)]
    if faults:
        raise SettingsError(_report(faults))
    try:
        return Settings()
    except pydantic.ValidationError as error:
        described = [line for detail in error.errors(include_input=False) for line in _describe(detail)]
        raise SettingsError(_report(described)) from None
    except pydantic_settings.SettingsError as error:
        raise SettingsError(_report([_undecodable(error)])) from None


def field_names(model: type[BaseModel] = Settings, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every setting, `("server", "port")` for example."""
    for name, field in model.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            yield from field_names(section, (*above, name))
        else:
            yield (*above, name)


def variable(path: tuple[str, ...]) -> str:
    """Return the environment variable of a setting: `PROFFER_SERVER__PORT`."""
    return PREFIX + DELIMITER.join(path).upper()


def _file_faults() -> Iterator[str]:
    named = os.environ.get(CONFIG_VARIABLE)
    if not named:
        return
    try:
        tomllib.loads(Path(named).read_text(encoding="utf-8"))
    except OSError as error:
        yield f"{CONFIG_VARIABLE}: {named} cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        yield f"{CONFIG_VARIABLE}: {named} is not UTF-8 text"
    except tomllib.TOMLDecodeError as error:
        # The parser's text names line and column and never the value itself.
        yield f"{CONFIG_VARIABLE}: {named} is not TOML: {error}"


def _unknown_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """Find misspelt variables, which pydantic passes over in silence when the section is the misspelt part."""
    known = [variable(path) for path in field_names()]
    for name in sorted(environ):
        upper = name.upper()
        if upper.startswith(PREFIX) and upper not in known and not upper.startswith(_NOT_SETTINGS):
            yield f"{name}: there is no such setting{_suggestion(upper, known)}"


def _describe(detail: ErrorDetails) -> Iterator[str]:
    path = tuple(str(part) for part in detail["loc"])
    name = ".".join(path)
    if detail["type"] == "extra_forbidden":
        known = [".".join(each) for each in field_names()]
        yield f"{name}: there is no such setting{_suggestion(name, known)}"
        return
    message = detail["msg"].removeprefix("Value error, ")
    if not path:
        # A check over several fields names the field itself, one line each.
        yield from message.split("\n")
    else:
        yield f"{name}: {message} (variable {variable(path)})"


def _suggestion(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    return f"; did you mean {close[0]}?" if close else ""


def _undecodable(error: pydantic_settings.SettingsError) -> str:
    return f"{error}".split("\n", maxsplit=1)[0]


def _report(faults: list[str]) -> str:
    return "\n".join(["These settings cannot be used:", *(f"  {fault}" for fault in faults)])
