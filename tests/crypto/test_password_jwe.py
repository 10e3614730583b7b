"""Files under a password: standard encryption that other libraries open, and nothing else opens here."""

import json
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import OctKey

from idp.crypto import password_jwe
from idp.crypto.password_jwe import ITERATIONS, MOST_ITERATIONS, FileError, FileFault, lock, unlock
from idp.crypto.secrets import b64url, unb64url

PASSWORD = b"velvet anchor quarry nine"


@pytest.fixture(scope="module")
def file() -> str:
    return lock(b'{"a": 1}', password=PASSWORD, typ="test-file", cty="json", iterations=1000)


def opened(file: str, password: bytes = PASSWORD) -> bytes:
    return unlock(file.encode(), password=password, typ="test-file")


def fault(file: str, password: bytes = PASSWORD) -> FileFault:
    with pytest.raises(FileError) as failed:
        opened(file, password)
    return failed.value.fault


def with_header(file: str, **change: Any) -> str:
    first, rest = file.split(".", 1)
    header = json.loads(unb64url(first)) | change
    return (
        b64url(json.dumps({name: value for name, value in header.items() if value is not None}).encode()) + "." + rest
    )


def test_what_is_locked_is_opened_with_its_password(file: str) -> None:
    assert opened(file) == b'{"a": 1}'
    assert opened(f"\n{file}\n") == b'{"a": 1}'
    assert b'"a"' not in unb64url(file.split(".")[3])


def test_the_header_says_what_kind_of_file_it_is_and_makes_guessing_dear() -> None:
    header = json.loads(unb64url(lock(b"", password=PASSWORD, typ="t", cty="json").split(".")[0]))

    assert header.pop("p2s")
    assert header == {"alg": "PBES2-HS512+A256KW", "enc": "A256GCM", "p2c": 1_000_000, "typ": "t", "cty": "json"}
    assert ITERATIONS >= 600_000


def test_two_files_with_one_password_have_nothing_in_common() -> None:
    one, other = (lock(b"same", password=PASSWORD, typ="t", cty="json", iterations=1000).split(".") for _ in range(2))

    assert all(mine != yours for mine, yours in zip(one, other, strict=True))


def test_another_library_opens_it(file: str) -> None:
    registry = jwe.JWERegistry(algorithms=["PBES2-HS512+A256KW", "A256GCM"])

    read = jwe.decrypt_compact(file, OctKey.import_key(PASSWORD), registry=registry)

    assert read.plaintext == b'{"a": 1}'


def test_a_wrong_password_is_told_from_a_changed_file(file: str) -> None:
    parts = file.split(".")
    flipped = parts[3][:-1] + ("A" if parts[3][-1] != "A" else "B")

    assert fault(file, b"another password") is FileFault.WRONG_PASSWORD
    assert fault(
        ".".join([*parts[:3], "A" + parts[3][1:] if parts[3][0] != "A" else "B" + parts[3][1:], parts[4]])
    ) is (FileFault.CHANGED)
    assert fault(".".join([*parts[:3], flipped, parts[4]])) in (FileFault.CHANGED, FileFault.WRONG_PASSWORD)


@pytest.mark.parametrize("length", [1, 21, 22, 23, 40])
def test_a_file_whose_end_is_missing_is_cut_short(file: str, length: int) -> None:
    assert fault(file[:-length]) is FileFault.CUT_SHORT


def test_a_costly_file_is_refused_before_anything_is_derived(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_jwe, "_key", pytest.fail)

    assert fault(with_header(file, p2c=MOST_ITERATIONS + 1)) is FileFault.TOO_COSTLY
    assert fault(with_header(file, p2s="A" * 400)) is FileFault.TOO_COSTLY


@pytest.mark.parametrize(
    "change",
    [
        {"alg": "dir"},
        {"alg": "PBES2-HS256+A128KW"},
        {"enc": "A128CBC-HS256"},
        {"zip": "DEF"},
        {"crit": ["exp"]},
        {"typ": "other-file"},
        {"p2c": "1000"},
        {"p2c": 0},
        {"p2c": -1},
        {"p2c": 1000.5},
        {"p2c": None},
        {"p2s": 7},
        {"jwk": {}},
    ],
)
def test_any_other_header_is_none_of_ours(file: str, change: dict[str, Any]) -> None:
    assert fault(with_header(file, **change)) is FileFault.FOREIGN


@pytest.mark.parametrize(
    "file",
    [
        "",
        ".",
        "....",
        "{}",
        '{"format": "proffer-export"}',
        "PK\x03\x04",
        "eyJhbGciOiJub25lIn0.e30.",
        "A" * 5000,
        "\N{SNOWMAN}",
        b64url(b"[" * 600) + "....",
        b64url(b"not json") + "....",
    ],
)
def test_anything_else_is_none_of_ours(file: str) -> None:
    assert fault(file) is FileFault.FOREIGN


def test_a_salt_that_is_no_base64_is_not_a_crash(file: str) -> None:
    assert fault(with_header(file, p2s="%%%")) in (FileFault.CHANGED, FileFault.WRONG_PASSWORD, FileFault.FOREIGN)
    assert fault(with_header(file, p2s="AA")) in (FileFault.CHANGED, FileFault.WRONG_PASSWORD)
