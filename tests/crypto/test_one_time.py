"""Codes of an authenticator application. RFC 6238, RFC 4226."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from idp.crypto import one_time

#: The shared secret of RFC 6238 Appendix B; a code here is the last six of its eight digits.
SECRET = b"12345678901234567890"


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_codes_of_the_specification_are_accepted_rfc_6238_appendix_b(seconds: int, code: str) -> None:
    assert one_time.step_of(code, secret=SECRET, at=at(seconds)) == seconds // 30


def test_a_code_of_the_step_before_or_after_is_accepted_and_no_other_rfc_6238_5_2() -> None:
    moment = at(59)

    accepted = [one_time.step_of("287082", secret=SECRET, at=moment + timedelta(seconds=late)) for late in (30, 60)]

    assert accepted == [1, None]
    assert one_time.step_of("287082", secret=SECRET, at=moment - timedelta(seconds=30)) == 1


@pytest.mark.parametrize("typed", ["287 082", " 287082 ", "287-082", "٢٨٧٠٨٢"])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert one_time.step_of(typed, secret=SECRET, at=at(59)) == 1


@pytest.mark.parametrize("typed", ["", "28708", "2870821", "abcdef", "\ud800", "1" * 5000, "94287082"])
def test_what_is_no_code_is_refused_without_an_error(typed: str) -> None:
    assert one_time.step_of(typed, secret=SECRET, at=at(59)) is None


def test_the_address_of_the_picture_carries_what_an_application_needs() -> None:
    uri = urlsplit(one_time.key_uri(SECRET, account="amina@example.org", issuer="id.example.org"))

    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/id.example.org:amina%40example.org")
    assert parse_qs(uri.query) == {
        "secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"],
        "issuer": ["id.example.org"],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }


def test_the_key_is_shown_in_groups_and_each_one_is_another() -> None:
    assert one_time.key_text(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    assert one_time.new_secret() != one_time.new_secret()
    assert len(one_time.new_secret()) == 20
