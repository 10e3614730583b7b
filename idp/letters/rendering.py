"""The texts of letters: plain text in the citizen's language, without Flask, so that the worker writes them as well."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Final

from babel.dates import format_datetime
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from idp import resources
from idp.letters.values import UNTIL, Letter
from idp.outbound.mail import Draft

_SOURCE_LANGUAGE: Final = "en"
#: What absent paragraphs leave.
_GAPS: Final = re.compile(r"\n{3,}")


def write(letter: Letter, *, language: str, at: datetime, facts: Mapping[str, str], values: Mapping[str, str]) -> Draft:
    """Write a letter.

    The template's first line is the subject. `facts` are words that the letter declares, absent ones empty; `values`
    are what was looked up or made for it, such as its links.
    """
    environment = _environment(language)
    template = environment.get_template(f"email/{letter}.txt")
    moment = format_datetime(at, "d MMMM yyyy HH:mm", locale=language.replace("-", "_"))
    if facts.get(UNTIL):
        until = datetime.fromisoformat(facts[UNTIL])
        facts = {**facts, UNTIL: format_datetime(until, "d MMMM yyyy HH:mm", locale=language.replace("-", "_"))}
    rendered = template.render(facts=facts, moment=moment, **values)
    subject, _, text = rendered.strip().partition("\n")
    return Draft(subject=subject.strip(), text=_GAPS.sub("\n\n", text.strip()) + "\n", language=language)


@cache
def _environment(language: str) -> Environment:
    # Plain text: nothing in it is markup, and escaping would show.
    environment = Environment(  # noqa: S701 - see above
        loader=FileSystemLoader(resources.templates()),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(_translations(language), newstyle=True)  # type: ignore[attr-defined] # added by the extension
    return environment


def _translations(language: str) -> NullTranslations:
    if language == _SOURCE_LANGUAGE:
        return NullTranslations()
    return Translations.load(str(resources.translations()), [language.replace("-", "_")])
