"""axe-core over a page in the browser: what it finds, as lines that name rule and element."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

SCRIPT = Path(__file__).parent.parent / "clients" / "node" / "node_modules" / "axe-core" / "axe.min.js"

#: WCAG 2.2 AA and below, and what axe calls best practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is now; skips when npm has not fetched axe."""
    if not SCRIPT.exists():
        pytest.skip("no axe-core: run `npm ci` in tests/clients/node")
    # Evaluated by the debugger, which the page's content security policy does not bind.
    page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [
        f"{violation['id']}: {', '.join(str(node['target']) for node in violation['nodes'])}"
        for violation in found["violations"]
    ]
