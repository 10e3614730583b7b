"""Details in other languages beside the plain value (OpenID Connect Core §5.2), sealed in the same document."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from idp.claims.errors import InvalidDetailError
from idp.vault import policy
from idp.vault.errors import DetailHeldError, TooManyDetailsError, UnknownLanguageError
from idp.vault.sealed import open_document, seal_document
from idp.vault.values import Document, NewDetail, SlotKind, SlotSecret, VaultKey
from tests.authentication.world import CATALOGUE, World

PLAIN = NewDetail("family_name", "Haddad")
ARABIC = NewDetail("family_name", "حداد", language="ar")


@pytest.fixture
def account_id(shared: World) -> str:
    return shared.accounts.create("amina")


@pytest.fixture
def key(shared: World, account_id: str) -> VaultKey:
    password = SlotSecret(kind=SlotKind.PASSWORD, secret=b"1" * 32, confirmed=True)
    recovery = SlotSecret(kind=SlotKind.RECOVERY, secret=b"2" * 32, confirmed=True)
    return shared.vault.create(account_id, login="amina", slots=(password, recovery))


def test_a_value_in_another_language_stands_beside_the_plain_one(shared: World, account_id: str, key: VaultKey) -> None:
    shared.vault.add(account_id, key, PLAIN, ARABIC)

    document = shared.vault.read(account_id, key)
    assert [attribute.value for attribute in document.values("family_name")] == ["Haddad"]
    assert {tag: attribute.value for tag, attribute in document.in_languages("family_name").items()} == {"ar": "حداد"}
    assert policy.chosen(document, "family_name") == document.values("family_name")[0]


@pytest.mark.parametrize("language", ["AR", "tlh", "x", "ar ", "ar\u0000"])
def test_a_language_that_is_not_offered_is_refused(
    shared: World, account_id: str, key: VaultKey, language: str
) -> None:
    with pytest.raises(UnknownLanguageError):
        shared.vault.add(account_id, key, PLAIN, replace(ARABIC, language=language))
    assert shared.vault.read(account_id, key).attributes == ()


def test_kinds_without_languages_take_none(shared: World, account_id: str, key: VaultKey) -> None:
    with pytest.raises(UnknownLanguageError):
        shared.vault.add(account_id, key, NewDetail("website", "https://a.example/", language="ar"))


def test_a_language_needs_the_plain_value_first(shared: World, account_id: str, key: VaultKey) -> None:
    with pytest.raises(UnknownLanguageError):
        shared.vault.add(account_id, key, ARABIC)


def test_each_language_is_held_once_and_only_so_many(shared: World, account_id: str, key: VaultKey) -> None:
    shared.vault.add(account_id, key, PLAIN, ARABIC)

    with pytest.raises(DetailHeldError):
        shared.vault.add(account_id, key, replace(ARABIC, raw="الحداد"))
    many = [replace(ARABIC, language=tag) for tag in CATALOGUE.value_languages if tag != "ar"]
    with pytest.raises(TooManyDetailsError):
        shared.vault.add(account_id, key, *many[: policy.MAX_VALUES_OF_A_CLAIM])


def test_a_value_in_another_language_is_checked_like_the_plain_one(
    shared: World, account_id: str, key: VaultKey
) -> None:
    shared.vault.add(account_id, key, PLAIN)

    with pytest.raises(InvalidDetailError):
        shared.vault.add(account_id, key, replace(ARABIC, raw="\u202eHaddad"))


def test_removing_the_plain_value_takes_its_languages_and_no_others(
    shared: World, account_id: str, key: VaultKey
) -> None:
    given = NewDetail("given_name", "Amina"), NewDetail("given_name", "أمينة", language="ar")
    document = shared.vault.add(account_id, key, PLAIN, ARABIC, *given)

    after = shared.vault.remove(account_id, key, document.values("family_name")[0].id)
    assert [(attribute.claim, attribute.language) for attribute in after.attributes] == [
        ("given_name", ""),
        ("given_name", "ar"),
    ]
    after = shared.vault.remove(account_id, key, after.in_languages("given_name")["ar"].id)
    assert [attribute.value for attribute in after.attributes] == ["Amina"]


def test_a_document_without_languages_is_sealed_as_ever(shared: World, account_id: str, key: VaultKey) -> None:
    """What older versions wrote opens, and they open what was written since."""
    document = shared.vault.add(account_id, key, PLAIN)
    plain = seal_document(key, document, account_id=account_id, persona="main")
    tagged = replace(document, attributes=(replace(document.attributes[0], language="ar"),))
    beside = seal_document(key, tagged, account_id=account_id, persona="main")

    assert len(beside) - len(plain) == len(',"language":"ar"')
    opened: Document = open_document(key, plain, account_id=account_id, persona="main", version=document.version)
    assert opened == document


def test_languages_stand_in_no_row(shared: World, account_id: str, key: VaultKey) -> None:
    shared.vault.add(account_id, key, PLAIN, replace(ARABIC, language="ja-Kana-JP"))

    with shared.db.reading() as connection:
        for table in ("activity", "vault_document"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            assert "kana" not in repr(rows).lower()
