"""The project's own files, as the guards read them."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "idp"
TEMPLATES = ROOT / "templates"


def modules() -> Iterator[Path]:
    """Every module of the package."""
    yield from sorted(PACKAGE.rglob("*.py"))


def trees() -> Iterator[tuple[Path, ast.Module]]:
    """Every module with its syntax tree."""
    for path in modules():
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def kept_files() -> Iterator[Path]:
    """Every file that git keeps; where there is no git, every file that is not made by a tool."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.split("\0") if listed.returncode == 0 else []
    yield from (path for name in names if name and (path := ROOT / name).is_file())
