"""Templates and what shows them belong together."""

import re

from idp.letters.values import Letter
from tests.architecture.source import PACKAGE, ROOT, TEMPLATES

_NAMED = re.compile(r"""["']([a-z_]+/[a-z_/]+\.(?:html|txt))["']""")


def test_every_template_is_shown_by_a_view_or_part_of_one_that_is() -> None:
    kept = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*") if path.is_file()}

    assert kept - _named_by_code() - _named_by_templates() == set()


def test_every_template_that_is_named_exists() -> None:
    named = _named_by_code() | _named_by_templates()

    assert {name for name in named if not (TEMPLATES / name).is_file()} == set()


def test_no_template_carries_script_or_style_of_its_own() -> None:
    # The content security policy would refuse it, and only in the browser would anybody notice.
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|\|\s*safe\b", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}: {match.group().strip()}"
        for path in TEMPLATES.rglob("*.html")
        for match in inline.finditer(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def _named_by_code() -> set[str]:
    letters = {f"email/{letter}.txt" for letter in Letter}
    return letters | {name for path in (PACKAGE / "web").rglob("*.py") for name in _NAMED.findall(path.read_text())}


def _named_by_templates() -> set[str]:
    return {name for path in TEMPLATES.rglob("*.*") for name in _NAMED.findall(path.read_text(encoding="utf-8"))}
