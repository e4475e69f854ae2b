"""The words of all enabled packs in memory: rooms deal from here and never wait for the database."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, cast

import msgspec
from channels.db import database_sync_to_async
from django.db import Error as DatabaseError
from django.db import transaction

from gameplay import wordlist
from gameplay.engine.model import Difficulty, Word
from gameplay.models import LibraryVersion, WordPack
from gameplay.models import Word as WordRow

logger = logging.getLogger(__name__)

CHECK_INTERVAL_S = 30


class PackInfo(msgspec.Struct, frozen=True, rename="camel"):
    """What a page says about a pack. The counts are of enabled words."""

    id: str
    name: str
    language: str
    is_default: bool
    word_count: int
    by_difficulty: dict[Difficulty, int]


class WordLibrary:
    """All enabled packs and words as of one version of the database; never changed, only replaced."""

    def __init__(self, packs: Iterable[PackInfo], words: Iterable[Word], version: int = 0) -> None:
        self.version = version
        self._packs = {pack.id: pack for pack in packs}
        self._words: dict[str, list[tuple[str, Word]]] = {pack_id: [] for pack_id in self._packs}
        for word in words:
            self._words[word.pack_id].append((wordlist.normalise(word.text), word))

    def words(self, pack_ids: Sequence[str], difficulty: str, language: str) -> list[Word]:
        """The words of these packs that are in ``language``; ``difficulty`` ``mixed`` means any.

        A word that stands in several of the packs comes once, from the first. The order is always the same.
        """
        chosen: dict[str, Word] = {}
        for pack_id in pack_ids:
            pack = self._packs.get(pack_id)
            if pack is None or pack.language != language:
                continue
            for key, word in self._words[pack_id]:
                if difficulty in ("mixed", word.difficulty):
                    chosen.setdefault(key, word)
        return list(chosen.values())

    def has_pack(self, pack_id: str) -> bool:
        """Whether there is an enabled pack of this id."""
        return pack_id in self._packs

    def packs(self, language: str | None = None) -> list[PackInfo]:
        """The enabled packs with at least one word, of one language or of all, in the order to show them."""
        return [
            pack for pack in self._packs.values() if pack.word_count and (language is None or pack.language == language)
        ]

    def default_pack_ids(self, language: str) -> tuple[str, ...]:
        """The packs that a room starts with when its host chooses none; all of the language if none is marked."""
        packs = self.packs(language)
        return tuple(pack.id for pack in packs if pack.is_default) or tuple(pack.id for pack in packs)


_current: WordLibrary | None = None
_refreshing = threading.Lock()


def library() -> WordLibrary:
    """The library as it was last loaded; loads it if that has not happened yet.

    The first call reads the database: on an event loop `load_library` has to come before it.
    """
    return _current or refresh()


async def load_library() -> WordLibrary:
    """Bring the library up to date in a thread of its own."""
    loaded: WordLibrary = await database_sync_to_async(refresh, thread_sensitive=False)()
    return loaded


def refresh() -> WordLibrary:
    """Read the packs anew if they have changed since the last time. Blocks on the database."""
    global _current
    with _refreshing:
        version = LibraryVersion.current()
        if _current is None or _current.version != version:
            _current = _read(version)
        return _current


def forget() -> None:
    """Drop what was loaded; the next use reads the database."""
    global _current
    _current = None


async def keep_fresh(sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
    """Look for changes that other processes made, every 30 s, until cancelled. Without the database play goes on."""
    while True:
        await sleep(CHECK_INTERVAL_S)
        try:
            await load_library()
        except DatabaseError as error:
            logger.warning("Word packs could not be checked for changes: %s", error)


def note_change(origin: object = None, **_signal: Any) -> None:
    """Count a change of packs or words and, once it is committed, refresh this process's library if it has one.

    Words that go because their pack goes count once, with the pack.
    """
    if isinstance(origin, WordPack) and _signal.get("sender") is WordRow:
        return
    LibraryVersion.bump()
    transaction.on_commit(_refresh_if_loaded, robust=True)


def _refresh_if_loaded() -> None:
    if _current is not None:
        refresh()


def _read(version: int) -> WordLibrary:
    rows = (
        WordRow.objects.filter(is_enabled=True, pack__is_enabled=True)
        .order_by("pk")
        .values_list("pk", "text", "difficulty", "pack__pack_id")
    )
    words = [word for row in rows if (word := _word(*row))]
    counts: dict[str, dict[Difficulty, int]] = {}
    for word in words:
        by_difficulty = counts.setdefault(word.pack_id, dict.fromkeys(("easy", "medium", "hard"), 0))
        by_difficulty[word.difficulty] += 1
    packs = [
        PackInfo(
            id=pack.pack_id,
            name=pack.name,
            language=pack.language,
            is_default=pack.is_default,
            word_count=sum(counts.get(pack.pack_id, {}).values()),
            by_difficulty=counts.get(pack.pack_id, {}),
        )
        for pack in WordPack.objects.filter(is_enabled=True)
    ]
    known = {pack.id for pack in packs}
    return WordLibrary(packs, [word for word in words if word.pack_id in known], version)


def _word(ref: int, text: str, difficulty: str, pack_id: str) -> Word | None:
    fault = wordlist.text_fault(text) or wordlist.difficulty_fault(difficulty)
    if fault:
        logger.warning("Word %s of pack %s is left out: %s", ref, pack_id, fault)
        return None
    return Word(ref=ref, text=text, difficulty=cast(Difficulty, difficulty), pack_id=pack_id)
