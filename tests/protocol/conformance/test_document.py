"""docs/conformance.md: its table names tests that exist, and its configuration is what the tests use."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

from tests.protocol.conformance import example

HERE = Path(__file__).parent


def sentences_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_table_names_exists() -> None:
    named = re.findall(r"`([./\w]+\.py)::(\w+)`", example.DOCUMENT.read_text(encoding="utf-8"))

    assert len(named) > 60
    assert [f"{file}::{name}" for file, name in named if name not in sentences_of(HERE / file)] == []


def test_every_test_of_the_plans_stands_in_the_table_or_holds_no_row() -> None:
    document = example.DOCUMENT.read_text(encoding="utf-8")
    beside = {
        "test_core_9_a_signed_assertion_authenticates",
        "test_rfc6749_5_2_a_wrong_secret_is_401_with_a_challenge",
        "test_rfc6749_10_10_a_code_cannot_be_guessed",
        "test_discovery_3_every_response_type_and_mode_is_announced",
        "test_registration_2_a_service_without_a_method_gets_a_secret_for_basic",
    }
    files = [path for path in HERE.glob("test_*.py") if path != Path(__file__)]
    tests = set().union(*map(sentences_of, files))

    assert {name for name in tests if name.startswith("test_") and name not in document} == beside


def test_the_suites_configuration_names_the_services_and_the_citizen_of_the_import_file() -> None:
    blocks = re.findall(r"^```json\n(.*?)^```$", example.DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    configuration = json.loads(blocks[0])
    told = [configuration[name] for name in ("client", "client2", "client_secret_post")]
    typed = configuration["browser"][0]["tasks"][0]["commands"]

    assert {each["client_id"]: each["client_secret"] for each in told} == example.SECRETS
    assert {each[2]: each[3] for each in typed if each[0] == "text"} == {
        "username": "amina",
        "password": example.citizen("amina")["password"],
    }
