"""The format is what the document says that it is."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

import idp.portability.format as file_format
from idp.activity.records import EntryRecord
from idp.crypto.password_jwe import lock
from tests.architecture.source import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")


def members() -> Iterator[str]:
    classes: list[type] = [one for _, one in inspect.getmembers(file_format, inspect.isclass)]
    structs: set[type[msgspec.Struct]] = {one for one in classes if issubclass(one, msgspec.Struct)} | {EntryRecord}
    for struct in structs:
        for field in msgspec.structs.fields(struct):
            yield field.encode_name


@pytest.mark.parametrize("member", sorted(set(members())))
def test_every_member_of_the_file_is_documented(member: str) -> None:
    assert f"`{member}`" in DOCUMENT


def test_what_the_document_says_to_open_a_file_opens_it(tmp_path: Path) -> None:
    found = re.search(r"    python -c '(.*?)' proffer-", DOCUMENT, re.DOTALL)
    assert found is not None
    file = tmp_path / "proffer.jwe"
    file.write_text(lock(b'{"a": 1}', password=b"velvet anchor quarry nine", typ="proffer-export", cty="json"))

    done = subprocess.run(
        [sys.executable, "-c", re.sub(r"^    ", "", found[1], flags=re.MULTILINE), str(file)],
        input="velvet anchor quarry nine\n",
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == 'Password: {"a": 1}\n'
