"""The word library: all enabled packs and the deny list in memory, so that rooms never wait for the database."""

import asyncio
import logging
import threading
import time
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
RETRY_AFTER_S = 5.0
"""Pages ask a database that was unavailable again after this time."""


class PackInfo(msgspec.Struct, frozen=True, rename="camel"):
    """A pack as pages list it. The counts are of enabled words; ``min_age`` is in years."""

    id: str
    name: str
    language: str
    is_default: bool
    word_count: int
    by_difficulty: dict[Difficulty, int]
    min_age: int = 0


class WordLibrary:
    """All enabled packs and words of one version of the database; immutable.

    ``owners`` maps private packs to their accounts. An argument ``owner_id`` is the account that chooses packs; None
    sees public packs alone.
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
        """The words of these packs in ``language``; ``difficulty`` ``mixed`` means any.

        A word of several packs is returned once, from the first. The order is deterministic. Ownership of the packs is
        not checked here but when they are chosen.
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
        """Whether ``name`` contains a word that is denied in ``language``."""
        return self._denied.forbids(name, language)

    def has_pack(self, pack_id: str, owner_id: int | None = None) -> bool:
        """Whether an enabled pack of this id is public or belongs to this account."""
        return pack_id in self._packs and self._owners.get(pack_id) in (None, owner_id)

    def is_private(self, pack_id: str) -> bool:
        """Whether only its owner may choose the pack."""
        return pack_id in self._owners

    def packs(self, language: str | None = None, owner_id: int | None = None) -> list[PackInfo]:
        """The enabled packs with at least one word, of one language (None: of all), in display order."""
        return [
            pack
            for pack in self._packs.values()
            if pack.word_count and language in (None, pack.language) and self.has_pack(pack.id, owner_id)
        ]

    def default_pack_ids(self, language: str) -> tuple[str, ...]:
        """The packs of a new room whose host chooses none.

        These are the packs marked as default; without any, those fit for every age; without any, all of the language.
        """
        packs = self.packs(language)
        marked = [pack for pack in packs if pack.is_default]
        chosen = marked or [pack for pack in packs if not pack.min_age] or packs
        return tuple(pack.id for pack in chosen)


_current: WordLibrary | None = None
_unavailable_until_s = 0.0
_refreshing = threading.Lock()


def current_library() -> WordLibrary:
    """The library of this process.

    The first call loads it, which blocks on the database: call `load_library` first on an event loop.
    """
    return _current or refresh()


async def load_library() -> WordLibrary:
    """`refresh` in a thread. While the database is unavailable, the library as it was; an error only without one."""
    global _unavailable_until_s
    if _current is not None and time.monotonic() < _unavailable_until_s:
        return _current
    try:
        return await _refresh_in_thread()
    except DatabaseError:
        if _current is None:
            raise
        # Each of these calls may take until a connection times out; pages must not queue up for it.
        _unavailable_until_s = time.monotonic() + RETRY_AFTER_S
        return _current


async def _refresh_in_thread() -> WordLibrary:
    loaded: WordLibrary = await database_sync_to_async(refresh, thread_sensitive=False)()
    return loaded


def refresh() -> WordLibrary:
    """Reload the library if the database has a newer version. Blocks on the database."""
    global _current
    with _refreshing:
        version = LibraryVersion.current()
        if _current is None or _current.version != version:
            _current = _read(version)
        return _current


def unload() -> None:
    """Drop the library; the next use loads it."""
    global _current, _unavailable_until_s
    _current, _unavailable_until_s = None, 0.0


async def poll_for_changes(sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
    """`refresh` every `CHECK_INTERVAL_S`, for changes by other processes, until cancelled; log database errors."""
    while True:
        await sleep(CHECK_INTERVAL_S)
        try:
            await _refresh_in_thread()
        except DatabaseError as error:
            logger.warning("Refreshing the word library failed: %s", error)


def invalidate(origin: object = None, sender: object = None, **_signal: Any) -> None:
    """Raise the library's version and, once the change is committed, refresh the library of this process.

    Call it after a bulk change of packs, words or denied names; it also receives their ``post_save`` and
    ``post_delete``. Deleting a pack or its owner cascades to every word, and Django sends one signal a word: thousands
    of versions for one change. Such a signal has ``sender`` Word and an ``origin`` (the object or queryset whose
    `delete` was called) of another model. It is ignored, because the signal of the pack itself follows; deleting words
    has an ``origin`` of words and counts.
    """
    is_cascade = origin is not None and getattr(origin, "model", type(origin)) is not WordRow
    if is_cascade and sender is WordRow:
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
        logger.warning("Skipping word %s of pack %s: %s", ref, pack_id, fault)
        return None
    return Word(ref=ref, text=text, difficulty=cast(Difficulty, difficulty), pack_id=pack_id)
