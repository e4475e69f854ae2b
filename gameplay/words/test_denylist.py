"""The deny list of names: disguised words are found, harmless names are not."""

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client

from gameplay.models import DeniedName, LibraryVersion
from gameplay.words import builtin_denied, library
from gameplay.words.builtin_denied import FILE, read
from gameplay.words.denylist import DeniedWord, DenyList, denial_key

RUDE = DenyList([DeniedWord("toad", "en", anywhere=True), DeniedWord("newt", "en"), DeniedWord("жаба", "uk")])
LANGUAGES = ("en", "de", "es", "fr", "uk")
BLAMELESS = [
    "Cassandra", "Dickens", "Hancock", "Yamashita", "Shital", "Pornchai", "Scunthorpe", "Fickert", "Kaput", "Nazanin",
    "Hitomi", "Sussex", "Peniston", "Matsuko", "Putri", "Fagin", "Fitzgerald", "Huresh", "Mercedes", "Bitsy", "Sukarno",
    "Negin", "Tobias", "Alice", "Bob", "Carol", "Dave", "Erin", "Ivan", "Юля", "Олександр", "Суканя", "François",
]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "toad", "Toad", "TOAD", "a toad!", "Toadstool", "t o a d", "t.o.a.d", "t0ad", "7o@d", "tоаd", "toаⅾ",
        "t\u200doad", "tóäd", "Ｔｏａｄ", "newt", "Newt 2", "new-t", "Sir Newt!", "n3wt",
    ],
)  # fmt: skip
def test_a_denied_word_is_found_in_every_disguise(name: str) -> None:
    assert RUDE.forbids(name, "en")


@pytest.mark.parametrize("name", ["Newton", "Tod", "Ada", "Toa Dog", "жаба", "李雷", "🐸", "!?"])
def test_harmless_names_are_permitted(name: str) -> None:
    assert RUDE.forbids(name, "en") == (name == "Toa Dog"), "run together it is the word"


def test_each_language_has_a_list_of_its_own() -> None:
    assert RUDE.forbids("жаба", "uk")
    assert not RUDE.forbids("toad", "uk")
    assert DenyList([DeniedWord("toad")]).forbids("toad", "uk"), "listed for every language"


def test_a_word_without_letters_denies_nothing() -> None:
    assert denial_key("!?") == ""
    assert not DenyList([DeniedWord("!?", anywhere=True)]).forbids("Bob", "en")


@pytest.mark.parametrize("name", BLAMELESS)
def test_the_built_in_list_permits_common_names(name: str) -> None:
    denied = DenyList(DeniedWord(row.text, row.language, row.is_anywhere) for row in read(FILE))
    assert not [language for language in LANGUAGES if denied.forbids(name, language)]


def test_the_built_in_file_is_valid() -> None:
    rows = read(FILE)
    assert {row.language for row in rows} == {"", *LANGUAGES}
    assert all(row.key for row in rows)
    assert len({(row.language, row.key) for row in rows}) == len(rows)


@pytest.mark.django_db
def test_a_load_adds_what_is_missing_and_changes_nothing_else() -> None:
    call_command("load_wordpacks", verbosity=0)
    first = DeniedName.objects.filter(is_builtin=True).earliest("pk")
    first.is_enabled = False
    first.save()
    DeniedName.objects.exclude(pk=first.pk).filter(language="de").delete()
    version = LibraryVersion.current()
    assert builtin_denied.load() > 0
    assert LibraryVersion.current() > version
    first.refresh_from_db()
    assert not first.is_enabled
    assert builtin_denied.load() == 0


@pytest.mark.django_db
def test_a_change_in_the_admin_takes_effect_immediately(
    admin_client: Client, django_capture_on_commit_callbacks: object
) -> None:
    words = library.refresh()
    assert not words.forbids_name("Toad", "en")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        answer = admin_client.post(
            "/admin/gameplay/deniedname/add/", {"language": "en", "text": "toad", "is_enabled": "on"}
        )
    assert answer.status_code == 302
    assert library.current_library().forbids_name("Toad", "en")
    assert not library.current_library().forbids_name("Toad", "de")


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["Tóad", "!!!"])
def test_a_word_is_listed_once_in_whatever_spelling(text: str) -> None:
    DeniedName.objects.create(language="en", text="toad")
    with pytest.raises(ValidationError):
        DeniedName(language="en", text=text).full_clean()
    DeniedName(language="de", text="toad").full_clean()


@pytest.mark.django_db
def test_built_in_words_can_be_disabled_but_not_deleted(admin_client: Client, tmp_path: Path) -> None:
    builtin_denied.load()
    word = DeniedName.objects.filter(is_builtin=True).earliest("pk")
    address = f"/admin/gameplay/deniedname/{word.pk}/"
    assert admin_client.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    admin_client.post(f"{address}change/", {"language": "xx", "text": "other"})
    word.refresh_from_db()
    assert (word.is_enabled, word.language != "xx", word.text != "other") == (False, True, True)
