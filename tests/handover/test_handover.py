"""Signing a browser in from another one, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from idp.authentication.values import Origin, Session
from idp.crypto.secrets import digest
from idp.handover.errors import (
    HandoverExpiredError,
    HandoverPendingError,
    HandoverRefusedError,
    HandoverSettledError,
    IndirectApprovalError,
    UnknownHandoverError,
    WrongNumberError,
)
from idp.handover.models import HandoverRow
from idp.handover.policy import code_of, link_of, number_of, read_number
from idp.handover.service import HandoverService
from idp.handover.store import HandoverStore
from idp.handover.values import State
from idp.keys.service import KeyService
from idp.keys.store import KeyStore
from idp.keys.values import Lives
from idp.places import Place, Places
from idp.storage.versions import Versions
from tests.authentication.world import HOME, PASSWORD, PEPPER, World, make_world
from tests.places import LYON, a_file_of_places
from tests.storage.databases import BOTH, database_url

_LONG = timedelta(hours=12)
LIBRARY = Origin(address="198.51.100.7", user_agent="Mozilla/5.0 (Windows NT 10.0) Chrome/141.0 Safari/537.36")


@dataclass
class Desk:
    """A citizen with a telephone, and a browser that asks."""

    world: World
    handover: HandoverService
    telephone: Session

    def approve(self, secret: str) -> None:
        waiting = self.handover.find(link_of(secret), origin=HOME)
        self.handover.approve(self.telephone, waiting, number=number_of(secret))

    def session(self, login: str) -> Session:
        password = "nine umbrellas under Southtown"
        return self.world.session(self.world.citizen(login, password).session_secret)


@pytest.fixture(params=BOTH)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    with database_url(request.param, tmp_path) as url:
        world = make_world(tmp_path, url=url)
        with world.context():
            yield _desk(world, a_file_of_places(tmp_path))
        world.db.close()


def _desk(world: World, places: Path | None = None) -> Desk:
    keys = KeyService(
        db=world.db,
        store=KeyStore(db=world.db, versions=Versions(db=world.db)),
        clock=world.clock,
        key_encryption=b"0123456789abcdef0123456789abcdef",
        cache_seconds=3600,
        lives=Lives(signed=_LONG, sealed=_LONG, hints=_LONG, signing_days=0, token_days=0),
    )
    keys.ensure()
    handover = HandoverService(
        db=world.db,
        store=HandoverStore(db=world.db),
        keys=keys,
        authentication=world.authentication,
        activity=world.activity,
        places=Places(places),
        clock=world.clock,
        pepper=PEPPER,
    )
    return Desk(world, handover, world.session(world.citizen().session_secret))


def test_the_asking_browser_gets_a_session_with_the_vault_key_once(desk: Desk) -> None:
    secret = desk.handover.begin(LIBRARY)
    desk.approve(secret)

    signed = desk.handover.finish(secret, origin=LIBRARY)

    session = desk.world.session(signed.session_secret)
    assert session.account_id == desk.telephone.account_id
    assert session.vault_key == desk.telephone.vault_key
    assert session.browser == "Chrome on Windows"
    with pytest.raises(HandoverSettledError):
        desk.handover.finish(secret, origin=LIBRARY)


def test_who_approves_sees_who_asks_and_from_where(desk: Desk) -> None:
    secret = desk.handover.begin(LIBRARY)

    by_address = desk.handover.find(link_of(secret), origin=HOME)
    by_code = desk.handover.find(code_of(secret).lower(), origin=replace(HOME, address="198.51.100.200"))

    assert (by_address.browser, by_address.system, by_address.place) == ("Chrome", "Windows", Place("FR", "Lyon"))
    assert not by_address.same_network
    assert by_code.same_network
    assert by_code.digest == by_address.digest


def test_both_sides_are_in_the_ledger(desk: Desk) -> None:
    secret = desk.handover.begin(LIBRARY)
    desk.approve(secret)
    desk.handover.finish(secret, origin=LIBRARY)

    signed_in, approved, *_ = desk.world.activity.page(desk.telephone.account_id).rows

    assert (approved.kind, approved.facts) == ("other_device_approved", {"browser": "Chrome on Windows"})
    assert signed_in.facts == {"browser": "Chrome on Windows", "method": "other_device"}


@pytest.mark.parametrize(
    ("proved", "said", "acr"),
    [
        (("pwd",), ("pwd", "mca"), "password"),
        (("pwd", "otp", "mfa"), ("pwd", "otp", "mca", "mfa"), "second-factor"),
        (("hwk",), ("mca", "mfa"), "second-factor"),
        (("swk", "user", "mfa"), ("mca", "mfa"), "second-factor"),
    ],
)
def test_a_relayed_proof_is_never_resistant_to_phishing(
    desk: Desk, proved: tuple[str, ...], said: tuple[str, ...], acr: str
) -> None:
    secret = desk.handover.begin(LIBRARY)
    waiting = desk.handover.find(link_of(secret), origin=HOME)
    desk.handover.approve(replace(desk.telephone, amr=proved), waiting, number=number_of(secret))

    session = desk.world.session(desk.handover.finish(secret, origin=LIBRARY).session_secret)

    assert session.amr == said
    assert session.acr == f"urn:proffer:acr:{acr}"


def test_a_session_that_was_relayed_itself_approves_nothing(desk: Desk) -> None:
    first, second = desk.handover.begin(LIBRARY), desk.handover.begin(LIBRARY)
    desk.approve(first)
    relayed = desk.world.session(desk.handover.finish(first, origin=LIBRARY).session_secret)

    with pytest.raises(IndirectApprovalError):
        desk.handover.approve(relayed, desk.handover.find(link_of(second), origin=HOME), number=number_of(second))


def test_a_session_whose_vault_is_locked_hands_no_key_on(desk: Desk) -> None:
    secret = desk.handover.begin(LIBRARY)
    waiting = desk.handover.find(link_of(secret), origin=HOME)
    locked = replace(desk.telephone, wrapped_vault_key=None)
    desk.handover.approve(locked, waiting, number=number_of(secret))

    assert desk.world.session(desk.handover.finish(secret, origin=LIBRARY).session_secret).vault_key is None


def test_nothing_happens_before_somebody_approves(desk: Desk) -> None:
    secret = desk.handover.begin(LIBRARY)

    with pytest.raises(HandoverPendingError):
        desk.handover.finish(secret, origin=LIBRARY)


def test_a_wrong_number_ends_it(desk: Desk) -> None:
    secret = desk.handover.begin(LIBRARY)
    waiting = desk.handover.find(link_of(secret), origin=HOME)

    with pytest.raises(WrongNumberError):
        desk.handover.approve(desk.telephone, waiting, number=(number_of(secret) + 1) % 100)

    with pytest.raises(HandoverSettledError):
        desk.handover.approve(desk.telephone, waiting, number=number_of(secret))
    with pytest.raises(HandoverRefusedError):
        desk.handover.finish(secret, origin=LIBRARY)
    refused = desk.world.activity.page(desk.telephone.account_id).rows[0]
    assert (refused.kind, refused.facts["reason"]) == ("other_device_refused", "number")


def test_a_refusal_stands(desk: Desk) -> None:
    secret = desk.handover.begin(LIBRARY)
    waiting = desk.handover.find(link_of(secret), origin=HOME)
    desk.handover.refuse(desk.telephone, waiting)

    with pytest.raises(HandoverSettledError):
        desk.handover.approve(desk.telephone, waiting, number=number_of(secret))
    asked = desk.handover.asked(secret)
    assert asked is not None
    assert asked.state is State.REFUSED


def test_a_second_citizen_comes_too_late(desk: Desk) -> None:
    badr = desk.session("badr@example.org")
    secret = desk.handover.begin(LIBRARY)
    seen_by_both = desk.handover.find(link_of(secret), origin=HOME)
    desk.handover.approve(desk.telephone, seen_by_both, number=number_of(secret))

    with pytest.raises(HandoverSettledError):
        desk.handover.approve(badr, seen_by_both, number=number_of(secret))
    with pytest.raises(HandoverSettledError):
        desk.handover.find(link_of(secret), origin=HOME)
    assert desk.handover.finish(secret, origin=LIBRARY).account_id == desk.telephone.account_id


def test_of_many_approvals_at_once_one_counts(desk: Desk) -> None:
    secret = desk.handover.begin(LIBRARY)
    waiting, number = desk.handover.find(link_of(secret), origin=HOME), number_of(secret)

    done = desk.world.parallel(*[lambda: desk.handover.approve(desk.telephone, waiting, number=number)] * 6)

    assert [type(one) for one in done if one is not None] == [HandoverSettledError] * 5
    assert desk.world.kinds(desk.telephone.account_id).count("other_device_approved") == 1


def test_of_many_that_finish_at_once_one_is_signed_in(desk: Desk) -> None:
    secret = desk.handover.begin(LIBRARY)
    desk.approve(secret)

    done = desk.world.parallel(*[lambda: desk.handover.finish(secret, origin=LIBRARY)] * 6)

    assert [type(one) for one in done].count(HandoverSettledError) == 5
    assert len(desk.world.authentication.sessions_of(desk.telephone.account_id)) == 2


def test_five_minutes_are_the_end_on_both_sides(desk: Desk) -> None:
    asked, approved = desk.handover.begin(LIBRARY), desk.handover.begin(LIBRARY)
    waiting = desk.handover.find(link_of(asked), origin=HOME)
    desk.approve(approved)
    desk.world.clock.advance(minutes=5)

    with pytest.raises(HandoverExpiredError):
        desk.handover.find(link_of(asked), origin=HOME)
    with pytest.raises(HandoverExpiredError):
        desk.handover.approve(desk.telephone, waiting, number=number_of(asked))
    with pytest.raises(UnknownHandoverError):
        desk.handover.finish(approved, origin=LIBRARY)
    assert desk.handover.purge(desk.world.clock.now(), 10) == 2


def test_address_code_and_number_do_not_make_anybody_the_asking_browser(desk: Desk) -> None:
    secret = desk.handover.begin(LIBRARY)
    desk.approve(secret)

    for forwarded in (link_of(secret), code_of(secret), str(number_of(secret)), None, ""):
        with pytest.raises(UnknownHandoverError):
            desk.handover.finish(forwarded, origin=LIBRARY)


def test_what_was_approved_for_one_browser_does_not_open_for_another(desk: Desk) -> None:
    mine, theirs = desk.handover.begin(LIBRARY), desk.handover.begin(LIBRARY)
    desk.approve(mine)
    table = HandoverRow.__table__
    with desk.world.db.transaction() as connection:
        row = connection.execute(select(table).where(table.c.digest == digest(mine))).one()
        moved = table.update().where(table.c.digest == digest(theirs))  # type: ignore[attr-defined]
        connection.execute(moved.values(state="approved", sealed=row.sealed))

    with pytest.raises(HandoverRefusedError):
        desk.handover.finish(theirs, origin=LIBRARY)


def test_who_signs_out_where_they_approved_takes_the_approval_back(desk: Desk) -> None:
    secret = desk.handover.begin(LIBRARY)
    desk.approve(secret)
    desk.world.authentication.sign_out(desk.telephone.secret)

    with pytest.raises(HandoverRefusedError):
        desk.handover.finish(secret, origin=LIBRARY)


def test_the_row_tells_neither_address_nor_place_nor_number(desk: Desk) -> None:
    secret = desk.handover.begin(LIBRARY)
    desk.approve(secret)
    with desk.world.db.reading() as connection:
        row = connection.execute(select(HandoverRow.__table__)).one()

    key = desk.telephone.vault_key
    assert key is not None
    kept = b"\0".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    for hidden in (LYON, "Lyon", "Chrome", secret, link_of(secret), code_of(secret), desk.telephone.account_id):
        assert hidden.encode() not in kept
    assert key.secret not in kept


def test_a_number_is_read_in_any_figures_and_nothing_else_ends_anything() -> None:
    assert read_number(" 42 ") == 42
    assert read_number("٤٢") == 42
    assert [read_number(typed) for typed in ("", "4", "421", "4x", "-4", "½½", PASSWORD)] == [None] * 7
