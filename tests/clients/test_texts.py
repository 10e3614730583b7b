"""Which of several texts a reader gets. OIDC Registration §2.1, BCP 47 §2.1.1."""

from idp.clients.texts import Texts, Wording


def test_a_reader_gets_the_nearest_text_there_is() -> None:
    texts = {"": "Untagged", "en": "English", "fr-CA": "Du Canada", "PT": "Português"}

    assert Texts.of(texts).read("fr") == Wording("Du Canada", "fr-CA")
    assert Texts.of(texts).read("fr-FR") == Wording("Du Canada", "fr-CA")
    assert Texts.of(texts).read("pt-BR") == Wording("Português", "PT")
    assert Texts.of(texts).read("en-GB") == Wording("English", "en")
    assert Texts.of(texts).read("ar") == Wording("Untagged", "")
    assert Texts.of({"en": "English", "de": "Deutsch"}).read("ar") == Wording("English", "en")
    assert Texts.of({"de": "Deutsch"}).read("ar") == Wording("Deutsch", "de")
    assert Texts.of({}).read("ar") is None
