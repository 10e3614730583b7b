"""Files that are kept name no machine, no package registry and no secret."""

import re

from tests.architecture.source import ROOT, kept_files

#: Written in parts, so that this file does not find itself.
REGISTRIES = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "registry." + "npmjs",
    "registry." + "yarnpkg",
    "npm" + "mirror",
)
MACHINES = (
    r"(?<![\w.])/work" + "/",
    r"(?<![\w.])/home/" + r"[a-z]",
    r"(?<![\w./])/root" + "/",
    r"/opt/" + "wheels",
    r"[A-Z]:\\" + "Users",
)
KEY = r"-----BEGIN (?:RSA |EC )?" + r"PRIVATE KEY-----\s+[A-Za-z0-9+/]{16}"
FORBIDDEN = re.compile("|".join([*map(re.escape, REGISTRIES), *MACHINES, KEY]))


def test_no_kept_file_names_a_registry_a_machine_or_a_private_key() -> None:
    found = []
    for path in kept_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in FORBIDDEN.finditer(text)]

    assert found == []


def test_nothing_made_is_kept() -> None:
    made = (".mo", ".pyc", ".sqlite", ".sqlite3", ".secret", ".whl")

    assert [str(path) for path in kept_files() if path.suffix in made] == []
