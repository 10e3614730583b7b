"""Modules stay small enough to be read at one sitting."""

import pytest

from idp.settings.example import example
from tests.architecture.source import ROOT, TEMPLATES, modules

LARGEST = 300


def test_no_module_reaches_the_limit() -> None:
    too_large = {
        str(path.relative_to(ROOT)): lines for path in modules() if (lines := path.read_text().count("\n")) >= LARGEST
    }

    assert too_large == {}


def test_no_template_reaches_the_limit() -> None:
    too_large = {
        str(path.relative_to(ROOT)): lines
        for path in TEMPLATES.rglob("*.html")
        if (lines := path.read_text(encoding="utf-8").count("\n")) >= LARGEST
    }

    assert too_large == {}


def test_the_example_file_is_what_the_settings_generate() -> None:
    kept = (ROOT / "config" / "example.toml").read_text(encoding="utf-8")

    if kept != example():
        pytest.fail("config/example.toml drifted: run `proffer config example > config/example.toml`")
