"""The words of all enabled packs, and those denied to names, in memory: rooms never wait for the database."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec
from channels.db import database_sync_to_async
from django.db import Error as DatabaseError
from django.db import transaction

from gameplay.engine.model import Difficulty, Word
from gameplay.models import DeniedName, LibraryVersion, WordPack
from gameplay.models import Word as WordRow
from gameplay.words import wordlist
from gameplay.words.denylist import DeniedWord, DenyList

logger = logging.getLogger(__name__)

CHECK_INTERVAL_S = 30


class PackInfo(msgspec.Struct, frozen=True, rename="camel"):
    """What a page says about a pack. The counts are of enabled words; ``min_age`` is in years."""

    id: str
    name: str
    language: str
    is_default: bool
    word_count: int
    by_difficulty: dict[Difficulty, int]
    min_age: int = 0


class WordLibrary:
    """All enabled packs and words as of one version of the database; never changed, only replaced.

    ``owners`` are the accounts of packs that are not for everybody, by pack. Where an ``owner_id`` is asked for, it is
    the account that chooses; None sees what everybody sees.
    """

    def __init__(
        self,
        packs: Iterable[PackInfo],
        words: Iterable[Word],
        version: int = 0,
        owners: Mapping[str, int] | None = None,
        denied: DenyList | None = None,
    ) -> None:
        self.version = version
        self._denied = denied or DenyList()
        self._owners = dict(owners or {})
        self._packs = {pack.id: pack for pack in packs}
        self._words: dict[str, list[tuple[str, Word]]] = {pack_id: [] for pack_id in self._packs}
        for word in words:
            self._words[word.pack_id].append((wordlist.word_key(word.text), word))

    def words(self, pack_ids: Sequence[str], difficulty: str, language: str) -> list[Word]:
        """The words of these packs that are in ``language``; ``difficulty`` ``mixed`` means any.

        A word that stands in several of the packs comes once, from the first. The order is always the same. Whose the
        packs are is asked when they are chosen, not here.
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

    def forbids_name(self, name: str, language: str) -> bool:
        """Whether a name contains a word that is denied to names in this language."""
        return self._denied.forbids(name, language)

    def has_pack(self, pack_id: str, owner_id: int | None = None) -> bool:
        """Whether there is an enabled pack of this id for this account to choose."""
        return pack_id in self._packs and self._owners.get(pack_id) in (None, owner_id)

    def is_private(self, pack_id: str) -> bool:
        """Whether the pack is its owner's alone."""
        return pack_id in self._owners

    def packs(self, language: str | None = None, owner_id: int | None = None) -> list[PackInfo]:
        """The enabled packs with at least one word, of one language or of all, in the order to show them."""
        return [
            pack
            for pack in self._packs.values()
            if pack.word_count and language in (None, pack.language) and self.has_pack(pack.id, owner_id)
        ]

    def default_pack_ids(self, language: str) -> tuple[str, ...]:
        """The packs that a room starts with when its host chooses none.

        If none of the language is marked, all that are fit for every age; if there are none of these, all.
        """
        packs = self.packs(language)
        marked = [pack for pack in packs if pack.is_default]
        chosen = marked or [pack for pack in packs if not pack.min_age] or packs
        return tuple(pack.id for pack in chosen)


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


async def poll_for_changes(sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
    """Look for changes that other processes made, every 30 s, until cancelled. Without the database play goes on."""
    while True:
        await sleep(CHECK_INTERVAL_S)
        try:
            await load_library()
        except DatabaseError as error:
            logger.warning("Word packs could not be checked for changes: %s", error)


def invalidate(origin: object = None, **_signal: Any) -> None:
    """Count a change of packs or words and, once it is committed, refresh this process's library if it has one.

    Words that go because their pack goes, or its owner, count once, with the pack.
    """
    is_cascade = origin is not None and getattr(origin, "model", type(origin)) is not WordRow
    if is_cascade and _signal.get("sender") is WordRow:
        return
    LibraryVersion.bump()
    transaction.on_commit(_refresh_if_loaded, robust=True)


def _refresh_if_loaded() -> None:
    if _current is not None:
        refresh()


def _read(version: int) -> WordLibrary:
    word_rows = (
        WordRow.objects.filter(is_enabled=True, pack__is_enabled=True)
        .order_by("pk")
        .values_list("pk", "text", "difficulty", "pack__pack_id")
    )
    words = [word for row in word_rows if (word := _word(*row))]
    counts: dict[str, dict[Difficulty, int]] = {}
    for word in words:
        by_difficulty = counts.setdefault(word.pack_id, dict.fromkeys(("easy", "medium", "hard"), 0))
        by_difficulty[word.difficulty] += 1
    pack_rows = list(WordPack.objects.filter(is_enabled=True))
    packs = [
        PackInfo(
            id=pack.pack_id,
            name=pack.name,
            language=pack.language,
            is_default=pack.is_default,
            word_count=sum(counts.get(pack.pack_id, {}).values()),
            by_difficulty=counts.get(pack.pack_id, {}),
            min_age=pack.age_rating,
        )
        for pack in pack_rows
    ]
    known = {pack.id for pack in packs}
    owners = {pack.pack_id: pack.owner_id for pack in pack_rows if pack.owner_id is not None}
    denied = DenyList(
        DeniedWord(*row)
        for row in DeniedName.objects.filter(is_enabled=True).values_list("text", "language", "is_anywhere")
    )
    return WordLibrary(packs, [word for word in words if word.pack_id in known], version, owners, denied)


def _word(ref: int, text: str, difficulty: str, pack_id: str) -> Word | None:
    fault = wordlist.text_fault(text) or wordlist.difficulty_fault(difficulty)
    if fault:
        logger.warning("Word %s of pack %s is left out: %s", ref, pack_id, fault)
        return None
    return Word(ref=ref, text=text, difficulty=cast(Difficulty, difficulty), pack_id=pack_id)
