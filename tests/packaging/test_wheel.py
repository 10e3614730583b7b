"""The wheel is all that a server needs: installed into an empty environment it migrates, serves and signs in."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.plain_browser import PlainBrowser
from tests.journeys.provider import StartedProvider

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "harbour-lantern-quietly-42"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built through the source archive, so that both carry everything."""
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), cwd=ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the locked dependencies and the wheel, and nothing of the checkout."""
    folder = tmp_path_factory.mktemp("environment")
    _run(sys.executable, "-m", "venv", str(folder), cwd=folder)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run(*pip, "--require-hashes", "-r", str(ROOT / "config" / "locks" / "run.txt"), cwd=folder)
    _run(*pip, "--no-index", "--no-deps", str(wheel), cwd=folder)
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def provider(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedProvider]:
    program = (str(python.parent / "proffer"),)
    started = StartedProvider(tmp_path_factory.mktemp("installed"), workers=1, program=program)
    started.command("migrate")
    started.import_accounts({"accounts": [{"login": "amina", "password": PASSWORD}]})
    started.start()
    yield started
    started.stop()


def test_the_wheel_carries_what_is_no_code(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    carried = ("idp/_resources/templates/", "idp/_resources/static/", "idp/storage/migrations/versions/")
    for folder in carried:
        assert any(name.startswith(folder) for name in names), folder
    assert {
        "idp/_resources/config/claims.toml",
        "idp/translations/fr/LC_MESSAGES/messages.mo",
        "idp/translations/ar/LC_MESSAGES/messages.mo",
    } <= names
    assert not any(name.startswith("tests/") for name in names)


def test_a_citizen_signs_in_to_what_the_wheel_installed(provider: StartedProvider) -> None:
    browser = PlainBrowser()
    browser.open(f"{provider.issuer}/sign-in")

    browser.submit("login-submit", typed={"username": "amina", "password": PASSWORD})

    assert browser.status == 200
    assert browser.path != "/sign-in"


def _run(*command: str, cwd: Path) -> None:
    # What the caller's environment adds to the path is exactly what must not be needed.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
