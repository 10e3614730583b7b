"""Reminding citizens of what ends."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from idp.letters.values import Letter
from idp.services import Services
from tests.doubles import FrozenClock
from tests.protocol.sign_on import Browser


def test_citizens_get_one_letter_that_names_a_service_and_counts_the_others(
    amina: Browser, services: Services, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = amina.signed_in().account_id
    written: list[tuple[str, Letter, Mapping[str, str]]] = []

    def write(account_id: str, letter: Letter, *, facts: Mapping[str, str]) -> None:
        written.append((account_id, letter, facts))

    monkeypatch.setattr(services.letters, "write", write)
    clock.advance(days=345)

    assert services.sharing.remind(10) == 2
    assert services.sharing.remind(10) == 0

    ((owner, letter, facts),) = written
    assert (owner, letter) == (account_id, Letter.SHARING_ENDS)
    assert facts["service"] in {"permits", "shop"}
    assert {**facts, "service": ""} == {"service": "", "day": "2027-05-04", "others": "1"}
