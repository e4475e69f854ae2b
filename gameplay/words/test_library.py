"""The word library and its refreshing."""

import asyncio
import logging

import pytest
from django.core.exceptions import SynchronousOnlyOperation
from django.db import OperationalError, connection
from pytest_django import DjangoCaptureOnCommitCallbacks

from gameplay.conftest import MakePack
from gameplay.engine.ports import Library
from gameplay.models import LibraryVersion, Word, WordPack
from gameplay.words import library


def texts(*pack_ids: str, difficulty: str = "mixed", language: str = "en") -> list[str]:
    return [word.text for word in library.refresh().words(pack_ids, difficulty, language)]


def test_the_library_implements_the_engines_port(make_pack: MakePack) -> None:
    make_pack("zoo", easy="Cat")
    words: Library = library.current_library()
    [word] = words.words(("zoo",), "mixed", "en")
    assert (word.ref, word.text, word.difficulty, word.pack_id) == (Word.objects.get().pk, "Cat", "easy", "zoo")
    assert words.has_pack("zoo")
    assert not words.has_pack("farm")


def test_words_come_by_pack_difficulty_and_language(make_pack: MakePack) -> None:
    make_pack("zoo", easy="Cat Dog", hard="Okapi")
    make_pack("kitchen", easy="Cup", medium="Whisk")
    make_pack("tiere", easy="Katze", language="de")
    assert texts("zoo") == ["Cat", "Dog", "Okapi"]
    assert texts("zoo", "kitchen", difficulty="easy") == ["Cat", "Dog", "Cup"]
    assert texts("zoo", "tiere", language="de") == ["Katze"]
    assert texts("zoo", "nowhere", difficulty="medium") == []


def test_a_word_of_two_packs_comes_once_from_the_first(make_pack: MakePack) -> None:
    make_pack("zoo", easy="Sea_lion")
    make_pack("coast", easy="Sea-lion Crab")
    assert texts("zoo", "coast") == ["Sea lion", "Crab"]
    assert texts("coast", "zoo") == ["Sea-lion", "Crab"]


def test_disabled_words_and_packs_are_excluded(make_pack: MakePack) -> None:
    make_pack("zoo", easy="Cat Dog")
    make_pack("farm", easy="Cow", is_enabled=False)
    Word.objects.filter(text="Dog").update(is_enabled=False)
    assert texts("zoo", "farm") == ["Cat"]
    assert not library.current_library().has_pack("farm")


def test_packs_are_listed_in_order_with_their_counts(make_pack: MakePack) -> None:
    make_pack("zoo", easy="Cat Dog", hard="Okapi", position=2)
    make_pack("kitchen", medium="Whisk", position=1, is_default=True)
    make_pack("tiere", easy="Katze", language="de")
    make_pack("empty")
    kitchen, zoo = library.current_library().packs("en")
    assert (kitchen.id, kitchen.name, kitchen.is_default, kitchen.word_count) == ("kitchen", "Kitchen", True, 1)
    assert (zoo.id, zoo.word_count) == ("zoo", 3)
    assert zoo.by_difficulty == {"easy": 2, "medium": 0, "hard": 1}
    assert len(library.current_library().packs()) == 3


def test_a_room_starts_with_the_default_packs_or_with_all_of_its_language(make_pack: MakePack) -> None:
    make_pack("zoo", easy="Cat", is_default=True)
    make_pack("kitchen", easy="Cup")
    make_pack("tiere", easy="Katze", language="de")
    assert library.current_library().default_pack_ids("en") == ("zoo",)
    assert library.current_library().default_pack_ids("de") == ("tiere",)
    assert library.current_library().default_pack_ids("fr") == ()


def test_an_invalid_word_in_the_database_is_skipped_and_logged(
    make_pack: MakePack, caplog: pytest.LogCaptureFixture
) -> None:
    make_pack("zoo", easy="Cat Dog Cow")
    Word.objects.filter(text="Dog").update(difficulty="eazy")
    Word.objects.filter(text="Cow").update(text="")
    with caplog.at_level(logging.WARNING):
        assert texts("zoo") == ["Cat"]
    assert len(caplog.records) == 2


def test_a_refresh_without_changes_keeps_the_library(make_pack: MakePack) -> None:
    make_pack("zoo", easy="Cat")
    first = library.current_library()
    Word.objects.filter(text="Cat").update(text="Lion")
    assert library.refresh() is first
    LibraryVersion.bump()
    assert texts("zoo") == ["Lion"]


@pytest.mark.parametrize("change", ["save a word", "delete a word", "save a pack", "delete a pack"])
def test_a_change_refreshes_the_library_on_commit(
    change: str, make_pack: MakePack, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    pack = make_pack("zoo", easy="Cat Dog")
    word = pack.words.get(text="Dog")
    before = library.current_library()
    with django_capture_on_commit_callbacks(execute=True):
        match change:
            case "save a word":
                word.text = "Wolf"
                word.save()
            case "delete a word":
                word.delete()
            case "save a pack":
                pack.is_enabled = False
                pack.save()
            case "delete a pack":
                pack.delete()
        assert library.current_library() is before
    expected = {"save a word": ["Cat", "Wolf"], "delete a word": ["Cat"]}.get(change, [])
    assert [found.text for found in library.current_library().words(("zoo",), "mixed", "en")] == expected


def test_a_change_does_not_load_a_library_that_was_not_loaded(
    make_pack: MakePack, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        make_pack("zoo", easy="Cat")
    assert callbacks
    assert library._current is None


@pytest.mark.usefixtures("db")
async def test_on_the_event_loop_the_library_must_be_loaded_first() -> None:
    with pytest.raises(SynchronousOnlyOperation):
        library.current_library()


@pytest.mark.django_db(transaction=True)
def test_once_loaded_on_the_event_loop_the_library_needs_no_database() -> None:
    pack = WordPack.objects.create(pack_id="zoo", name="Zoo")
    Word.objects.create(pack=pack, text="Cat", difficulty="easy")

    async def load() -> list[str]:
        await library.load_library()
        return [word.text for word in library.current_library().words(("zoo",), "mixed", "en")]

    assert asyncio.run(load()) == ["Cat"]


class Clock:
    """A sleep that returns immediately, a given number of times."""

    def __init__(self, naps: int) -> None:
        self.naps = naps
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        if len(self.slept) == self.naps:
            raise asyncio.CancelledError
        self.slept.append(seconds)


@pytest.mark.django_db(transaction=True)
def test_changes_by_another_process_are_polled_every_thirty_seconds() -> None:
    pack = WordPack.objects.create(pack_id="zoo", name="Zoo")
    library.refresh()
    Word.objects.bulk_create([Word(pack=pack, text="Cat", difficulty="easy", key="cat")])
    LibraryVersion.bump()
    clock = Clock(naps=1)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(library.poll_for_changes(clock.sleep))
    assert clock.slept == [30]
    assert [word.text for word in library.current_library().words(("zoo",), "mixed", "en")] == ["Cat"]


def test_a_database_error_stops_neither_polling_nor_the_library(
    make_pack: MakePack, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_pack("zoo", easy="Cat")
    loaded = library.current_library()

    def fail() -> int:
        raise OperationalError("the database is away")

    monkeypatch.setattr(LibraryVersion, "current", fail)
    with caplog.at_level(logging.WARNING), pytest.raises(asyncio.CancelledError):
        asyncio.run(library.poll_for_changes(Clock(naps=2).sleep))
    assert [record.getMessage() for record in caplog.records] == [
        "Refreshing the word library failed: the database is away"
    ] * 2
    assert library.current_library() is loaded


async def test_pages_use_the_library_as_it_was_while_the_database_is_away(
    make_pack: MakePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = library.WordLibrary([], [])
    asked = []

    def fail() -> None:
        asked.append(1)
        raise OperationalError("the database is away")

    monkeypatch.setattr(library, "refresh", fail)
    monkeypatch.setattr(library, "_current", None)
    monkeypatch.setattr(library, "_unavailable_until_s", 0.0)
    with pytest.raises(OperationalError):
        await library.load_library()
    monkeypatch.setattr(library, "_current", loaded)
    assert await library.load_library() is loaded
    assert await library.load_library() is loaded
    assert len(asked) == 2, "not each page waits for it"
    monkeypatch.setattr(library, "_unavailable_until_s", 0.0)
    assert await library.load_library() is loaded
    assert len(asked) == 3


def test_five_thousand_words_load_with_four_queries(make_pack: MakePack) -> None:
    pack = make_pack("zoo")
    Word.objects.bulk_create(
        Word(pack=pack, text=f"Animal {number}", difficulty="easy", key=f"animal{number}") for number in range(5000)
    )
    connection.queries_log.clear()
    connection.force_debug_cursor = True
    try:
        assert len(texts("zoo")) == 5000
        assert len(connection.queries_log) == 4
    finally:
        connection.force_debug_cursor = False
