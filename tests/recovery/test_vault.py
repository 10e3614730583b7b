"""What becomes of the vault: it opens again with any way that is left, or a new one begins and the account lives."""

from __future__ import annotations

import pytest
from flask import Flask

from idp.authentication.errors import CodeNeededError, RecoveryCodeMismatchError, SignInRefusedError
from idp.services import Services
from idp.vault.errors import VaultBrokenError
from idp.vault.values import SlotKind, SlotSecret, VaultKey
from tests.authenticator import shown
from tests.doubles import FrozenClock
from tests.letters.conftest import PASSWORD, World
from tests.protocol.sign_on import Browser, answer_of, page_of, register
from tests.recovery.conftest import HERE, NEW_PASSWORD, Amina


def given_name(world: World, amina: Amina, key: VaultKey | None) -> str:
    assert key is not None
    (found,) = world.services.vault.read(amina.id, key).values("given_name")
    return str(found.value)


def test_the_recovery_code_opens_the_vault_again_and_the_password_then_does(amina: Amina, world: World) -> None:
    session = amina.alive(amina.recover().session_secret)
    before = world.services.vault.version(amina.id)

    secret = world.services.authentication.reopen(session, code=amina.code, password=NEW_PASSWORD)

    assert given_name(world, amina, amina.alive(secret).vault_key) == "Amina"
    assert given_name(world, amina, amina.sign_in(NEW_PASSWORD).vault_key) == "Amina"
    assert world.services.vault.version(amina.id) == before
    assert world.services.authentication.session(session.secret) is None


def test_a_wrong_code_or_password_opens_nothing(amina: Amina, world: World) -> None:
    session = amina.alive(amina.recover().session_secret)
    authentication = world.services.authentication

    with pytest.raises(RecoveryCodeMismatchError):
        authentication.reopen(session, code="nonsense", password=NEW_PASSWORD)
    with pytest.raises(RecoveryCodeMismatchError):
        authentication.reopen(session, code="0000-0000-0000-0000-0000-0000-0000", password=NEW_PASSWORD)
    with pytest.raises(SignInRefusedError):
        authentication.reopen(session, code=amina.code, password=PASSWORD)
    assert amina.alive(session.secret).vault_key is None


@pytest.mark.parametrize("left", [SlotKind.PASSKEY, SlotKind.DEVICE, SlotKind.RECOVERY, SlotKind.PASSWORD])
def test_a_vault_with_all_slots_removed_but_one_still_opens(amina: Amina, world: World, left: SlotKind) -> None:
    vault, key = world.services.vault, amina.sign_in().vault_key
    assert key is not None
    kept = vault.add_slot(amina.id, key, SlotSecret(kind=left, secret=b"s" * 32, confirmed=True))
    for slot in vault.slots(amina.id):
        if slot.id != kept.id:
            vault.remove_slot(amina.id, slot.id)

    opened = vault.open(amina.id, kind=left, secret=b"s" * 32)

    assert opened is not None
    assert given_name(world, amina, opened.key) == "Amina"


def test_a_slot_that_is_left_wraps_the_vault_under_the_new_password(amina: Amina, world: World) -> None:
    vault, key = world.services.vault, amina.sign_in().vault_key
    assert key is not None
    vault.add_slot(amina.id, key, SlotSecret(kind=SlotKind.PASSKEY, secret=b"p" * 32, confirmed=True))
    amina.recover()
    opened = vault.open(amina.id, kind=SlotKind.PASSKEY, secret=b"p" * 32)
    assert opened is not None
    signed = world.services.authentication.admit(amina.id, opened.key, amr=("hwk",), method="passkey", origin=HERE)

    world.services.authentication.wrap_under(amina.alive(signed.session_secret), password=NEW_PASSWORD)

    assert given_name(world, amina, amina.sign_in(NEW_PASSWORD).vault_key) == "Amina"


def test_with_no_slot_left_the_details_are_gone_and_the_account_lives(amina: Amina, world: World) -> None:
    for slot in world.services.vault.slots(amina.id):
        if slot.kind == SlotKind.RECOVERY:
            world.services.vault.remove_slot(amina.id, slot.id)
    session = amina.alive(amina.recover().session_secret)
    assert world.services.vault.slots(amina.id) == ()

    secret, code = world.services.logout.begin_vault_anew(session, login="Amina", password=NEW_PASSWORD)

    after = amina.alive(secret)
    assert after.vault_key is not None
    assert world.services.vault.read(amina.id, after.vault_key).attributes == ()
    world.services.authentication.confirm_recovery_code(amina.id, code)
    assert world.services.vault.ready(amina.id)
    assert amina.sign_in(NEW_PASSWORD).vault_key is not None
    assert "vault_begun_anew" in [row.kind.value for row in world.services.activity.page(amina.id).rows]


def test_the_old_code_opens_nothing_of_a_new_vault(amina: Amina, world: World) -> None:
    session = amina.alive(amina.recover().session_secret)
    world.services.logout.begin_vault_anew(session, login="amina", password=NEW_PASSWORD)

    with pytest.raises(SignInRefusedError):
        world.services.authentication.recover(login="amina", code=amina.code, new_password=PASSWORD, origin=HERE)


def test_a_new_vault_takes_name_and_password(amina: Amina, world: World) -> None:
    world.citizen("basil")
    session = amina.alive(amina.recover().session_secret)

    for login, password in (("basil", NEW_PASSWORD), ("nobody", NEW_PASSWORD), ("amina", PASSWORD)):
        with pytest.raises(SignInRefusedError):
            world.services.logout.begin_vault_anew(session, login=login, password=password)
    reopened = world.services.authentication.reopen(session, code=amina.code, password=NEW_PASSWORD)
    assert given_name(world, amina, amina.alive(reopened).vault_key) == "Amina"


def test_the_app_is_not_asked_while_the_vault_is_locked_and_is_again_once_it_is_open(
    amina: Amina, world: World
) -> None:
    authentication, session = world.services.authentication, amina.sign_in()
    authentication.begin_code_app(session)
    app = authentication.code_app(session)
    assert app is not None
    session = amina.alive(authentication.confirm_code_app(session, shown(app.secret, world.clock.now())))
    recovered = amina.alive(amina.recover().session_secret)

    assert amina.sign_in(NEW_PASSWORD).vault_key is None
    secret = authentication.reopen(recovered, code=amina.code, password=NEW_PASSWORD)
    assert authentication.has_code_app(amina.id)
    assert amina.alive(secret).vault_key is not None
    with pytest.raises(CodeNeededError):
        amina.sign_in(NEW_PASSWORD)


def test_the_app_goes_with_the_old_vault(amina: Amina, world: World) -> None:
    authentication, session = world.services.authentication, amina.sign_in()
    authentication.begin_code_app(session)
    app = authentication.code_app(session)
    assert app is not None
    authentication.confirm_code_app(session, shown(app.secret, world.clock.now()))
    recovered = amina.alive(amina.recover().session_secret)

    world.services.logout.begin_vault_anew(recovered, login="amina", password=NEW_PASSWORD)

    assert not authentication.has_code_app(amina.id)
    assert amina.sign_in(NEW_PASSWORD).vault_key is not None


def test_the_old_document_does_not_open_under_the_new_key(amina: Amina, world: World) -> None:
    old = amina.sign_in().vault_key
    assert old is not None
    session = amina.alive(amina.recover().session_secret)
    world.services.logout.begin_vault_anew(session, login="amina", password=NEW_PASSWORD)

    with pytest.raises(VaultBrokenError):
        world.services.vault.read(amina.id, old)


@pytest.fixture
def sharing(services: Services, app: Flask) -> Browser:
    """A citizen who shares with the council."""
    services.notices.close()
    register(services)
    browser = Browser(app)
    browser.sign_up()
    browser.agree("given_name")
    return browser


def reset(browser: Browser, services: Services) -> None:
    """Set a password as a recovery by mail does."""
    account_id = browser.signed_in().account_id
    signed = services.authentication.reset_password(new=NEW_PASSWORD, origin=HERE, of=lambda: account_id)
    browser._signed(signed.session_secret)


def test_a_password_set_by_mail_leaves_every_grant_working(
    sharing: Browser, services: Services, clock: FrozenClock
) -> None:
    account_id = sharing.signed_in().account_id
    (before,) = services.consent.shared_with(account_id)
    reset(sharing, services)

    (after,) = services.consent.shared_with(account_id)
    assert (after.id, after.sub, after.withdrawn_at) == (before.id, before.sub, None)
    secret = services.authentication.reopen(sharing.signed_in(), code=sharing.recovery_code, password=NEW_PASSWORD)
    sharing._signed(secret)
    assert "code" in answer_of(sharing.authorize())


def test_a_sign_on_with_a_locked_vault_leads_to_opening_it(
    sharing: Browser, services: Services, clock: FrozenClock
) -> None:
    reset(sharing, services)
    clock.advance(seconds=1)
    opening = page_of(sharing.authorize())
    assert opening.path == "/vault"
    assert sharing.http.get(f"/vault?interaction={opening.interaction}").status_code == 200
    secret = services.authentication.reopen(sharing.signed_in(), code=sharing.recovery_code, password=NEW_PASSWORD)
    sharing._signed(secret)
    assert "code" in answer_of(sharing.come_back(opening))


def test_a_new_vault_stops_everything_and_is_somebody_new_to_services(
    sharing: Browser, services: Services, clock: FrozenClock
) -> None:
    account_id = sharing.signed_in().account_id
    (before,) = services.consent.shared_with(account_id)
    reset(sharing, services)

    secret, _code = services.logout.begin_vault_anew(sharing.signed_in(), login="amina", password=NEW_PASSWORD)

    (stopped,) = services.consent.shared_with(account_id)
    assert stopped.withdrawn_at is not None
    sharing._signed(secret)
    page = page_of(sharing.authorize(claims='{"userinfo":{}}'))
    sharing.share(page)
    assert "code" in answer_of(sharing.come_back(page))
    subs = {grant.sub for grant in services.consent.shared_with(account_id)}
    assert len(subs | {before.sub}) == 2
