"""Who may import whom, as pyproject.toml says."""

import ast
import subprocess
import sys

from tests.architecture.source import PACKAGE, ROOT, trees


def test_every_import_contract_is_kept() -> None:
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", lint], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


def test_only_the_clock_asks_the_time() -> None:
    # `limits` answers with the wall clock's seconds, which have to be compared with the wall clock.
    reviewed = {"idp/clock.py", "idp/web/limits.py"}
    asking = {
        f"{path}:{node.lineno}"
        for path, tree in trees()
        if str(path) not in reviewed and not path.is_relative_to("idp/demo")
        for node in _calls(tree)
        if _asks_time(node)
    }

    assert asking == set()


def test_no_module_is_nameless() -> None:
    homeless = {"utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "managers"}

    assert [str(path) for path, _ in trees() if homeless & {path.stem, *path.parts}] == []


def test_relying_parties_of_the_demonstration_know_nothing_of_the_provider() -> None:
    knowing = [
        f"{path}: {name}"
        for path, tree in trees()
        if path.is_relative_to("idp/demo/service")
        for node in ast.walk(tree)
        for name in _imported(node)
        if name.split(".")[0] == "idp" and not name.startswith("idp.demo")
    ]

    assert (PACKAGE / "demo" / "service").is_dir()
    assert knowing == []


def _calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _asks_time(node: ast.Call) -> bool:
    function = node.func
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
        return False
    return (function.value.id, function.attr) in {
        ("datetime", "now"),
        ("datetime", "utcnow"),
        ("datetime", "today"),
        ("date", "today"),
        ("time", "time"),
        ("time", "time_ns"),
    }


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []
