"""What the code imports is declared, what is declared is imported, and the locks hold it by hash."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests.architecture.source import ROOT, trees

#: Declared although nothing imports them by name, and why.
INDIRECT = {
    "psycopg": "named in the database's address",
    "redis": "named in limits.storage",
    "tzdata": "time zones where the system has none",
}
#: Imported as part of a framework that is declared and is built on them.
PARTS = {"itsdangerous", "jinja2", "markupsafe", "pydantic-core", "werkzeug"}
_PIN = re.compile(r"^([a-zA-Z0-9._-]+)==\S+ \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


def declared() -> set[str]:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {_normal(re.split(r"[\[>=<~! ]", line)[0]) for line in table["project"]["dependencies"]}


def imported() -> set[str]:
    distributions = packages_distributions()
    names = {
        name.split(".")[0]
        for _, tree in trees()
        for node in ast.walk(tree)
        for name in _names(node)
        if name.split(".")[0] not in sys.stdlib_module_names
    }
    return {_normal(distributions[name][0]) for name in names - {"idp", "_typeshed"}}


def test_every_package_that_is_imported_is_declared() -> None:
    assert imported() - declared() - PARTS == set()


def test_every_package_that_is_declared_is_used() -> None:
    assert declared() - imported() - set(INDIRECT) == set()


@pytest.mark.parametrize("name", ["run", "dev"])
def test_a_lock_pins_every_package_by_hash(name: str) -> None:
    text = (ROOT / "config" / "locks" / f"{name}.txt").read_text(encoding="utf-8")
    entries = _PIN.findall(text)
    pins = re.findall(r"^[a-zA-Z0-9]", text, re.MULTILINE)

    assert len(entries) == len(pins)
    assert declared() <= {_normal(entry) for entry, _ in entries}
    assert "--index-url" not in text
    assert "://" not in text


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
