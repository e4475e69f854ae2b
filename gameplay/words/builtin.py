"""Loader of the built-in word packs: CSV files beside this module, merged into the database.

How changes on both sides are merged:

- The file determines the name, language and position of a pack, and the text and difficulty of a word.
- The first load sets whether a pack is enabled or a default, and whether a word is enabled; later loads keep what the
  administrator has set, along with edited and added words.
- A word that was removed from the file is deleted, unless it was edited: then it becomes the administrator's own.
- A pack that was removed from the manifest is disabled and becomes the administrator's own; its return enables it.

A word keeps its database key while its letters and digits stay the same.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from gameplay.models import Word, WordPack
from gameplay.words import library, wordlist

PACKS_DIR: Final = Path(__file__).parent / "packs"
MANIFEST: Final = "packs.csv"


class FaultyFiles(Exception):
    """The files are invalid; the database is unchanged. ``faults`` are messages of the form ``file:line: fault``."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class PackFile(NamedTuple):
    """A row of the manifest with the content of its file."""

    pack_id: str
    name: str
    language: str
    is_default: bool
    position: int
    path: Path
    content: bytes

    @property
    def checksum(self) -> str:
        """SHA-256 of everything that a load reads: manifest row and content."""
        about = f"{self.name}\n{self.language}\n{self.position}\n"
        return hashlib.sha256(about.encode() + self.content).hexdigest()


class FileWord(NamedTuple):
    """A word of a file."""

    key: str
    text: str
    difficulty: str


class Summary(NamedTuple):
    """The totals of a load, and its changes."""

    packs: int
    words: int
    added: int = 0
    changed: int = 0
    removed: int = 0


def load(directory: Path = PACKS_DIR) -> Summary:
    """Merge the packs of ``directory`` into the database. Raises `FaultyFiles`.

    Files that have not changed since their last load are not parsed.
    """
    files = _read_manifest(directory)
    added = changed = removed = 0
    if _stale(files) or _withdrawn(files).exists():
        with transaction.atomic():
            # First, because it locks a row: a process that loads at the same time waits, then finds nothing to do.
            library.invalidate()
            _withdrawn(files).update(is_builtin=False, is_enabled=False, is_default=False)
            stale = _stale(files)
            contents = _read_words(stale)
            for file, row in stale:
                counts = _save_words(_save_pack(file, row), contents[file.pack_id])
                added, changed, removed = added + counts[0], changed + counts[1], removed + counts[2]
    words = Word.objects.filter(pack__is_builtin=True).count()
    return Summary(len(files), words, added, changed, removed)


def read_pack(path: Path, content: bytes) -> list[FileWord]:
    """Parse one file. Raises `FaultyFiles`."""
    table = _read_table(path, content, ("text", "difficulty"))
    words: list[FileWord] = []
    faults: list[str] = []
    lines_by_key: dict[str, int] = {}
    for row in table.rows:
        word_text, difficulty = wordlist.clean_text(row.cells["text"]), row.cells["difficulty"]
        fault = wordlist.text_fault(word_text) or wordlist.difficulty_fault(difficulty)
        key = wordlist.word_key(word_text)
        if row.surplus:
            fault = _("The line has more cells than the header.")
        elif not fault and key in lines_by_key:
            fault = _("“%(text)s” stands in line %(number)d already.") % {
                "text": word_text,
                "number": lines_by_key[key],
            }
        if fault:
            faults.append(f"{path.name}:{row.number}: {fault}")
        else:
            lines_by_key[key] = row.number
            words.append(FileWord(key, word_text, difficulty))
    if faults:
        raise FaultyFiles(faults)
    return words


def _read_table(path: Path, content: bytes, columns: Iterable[str]) -> wordlist.CsvTable:
    try:
        table = wordlist.read_table(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FaultyFiles([f"{path.name}:{line}: {_('The file is not UTF-8 text.')}"]) from error
    except wordlist.UnreadableLine as error:
        raise FaultyFiles([f"{path.name}:{error.number}: {error}"]) from error
    if missing := [name for name in columns if name not in table.columns]:
        fault = _("The header lacks the column “%(name)s”.") % {"name": missing[0]}
        raise FaultyFiles([f"{path.name}:1: {fault}"])
    return table


def _read_manifest(directory: Path) -> list[PackFile]:
    path = directory / MANIFEST
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FaultyFiles([f"{path.name}:1: {error.strerror}"]) from error
    files: dict[str, PackFile] = {}
    faults: list[str] = []
    for row in _read_table(path, content, ("pack_id", "name", "language", "default")).rows:
        cells = row.cells
        pack_path = directory / f"{cells['pack_id']}.csv"
        pack = WordPack(pack_id=cells["pack_id"], name=cells["name"], language=cells["language"])
        try:
            pack.clean_fields(exclude=["owner"])
            if cells["pack_id"] in files:
                raise ValueError(_("The pack “%(pack)s” is listed twice.") % {"pack": cells["pack_id"]})
            if cells["default"] not in ("yes", "no"):
                raise ValueError(_("The column “default” has to say yes or no."))
            files[cells["pack_id"]] = PackFile(
                pack_id=cells["pack_id"],
                name=cells["name"],
                language=cells["language"],
                is_default=cells["default"] == "yes",
                position=len(files) + 1,
                path=pack_path,
                content=pack_path.read_bytes(),
            )
        except ValidationError as error:
            faults += [f"{path.name}:{row.number}: {name}: {texts[0]}" for name, texts in error.message_dict.items()]
        except OSError as error:
            faults.append(f"{path.name}:{row.number}: {pack_path.name}: {error.strerror}")
        except ValueError as error:
            faults.append(f"{path.name}:{row.number}: {error}")
    if faults:
        raise FaultyFiles(faults)
    return list(files.values())


def _withdrawn(files: list[PackFile]) -> QuerySet[WordPack]:
    """The built-in packs that are no longer in the manifest."""
    return WordPack.objects.filter(is_builtin=True).exclude(pack_id__in=[file.pack_id for file in files])


def _stale(files: list[PackFile]) -> list[tuple[PackFile, WordPack | None]]:
    """The files that differ from their last load, each with its pack, if any."""
    rows = {pack.pack_id: pack for pack in WordPack.objects.filter(pack_id__in=[file.pack_id for file in files])}
    return [(file, rows.get(file.pack_id)) for file in files if not _is_loaded(file, rows.get(file.pack_id))]


def _is_loaded(file: PackFile, row: WordPack | None) -> bool:
    return row is not None and row.is_builtin and row.checksum == file.checksum


def _read_words(stale: list[tuple[PackFile, WordPack | None]]) -> dict[str, list[FileWord]]:
    contents: dict[str, list[FileWord]] = {}
    faults: list[str] = []
    for file, row in stale:
        if row and row.owner_id is not None:
            owned = _("The pack “%(pack)s” belongs to a user; rename one of the two.") % {"pack": file.pack_id}
            faults.append(f"{file.path.name}:1: {owned}")
        try:
            contents[file.pack_id] = read_pack(file.path, file.content)
        except FaultyFiles as error:
            faults += error.faults
    if faults:
        raise FaultyFiles(faults)
    return contents


def _save_pack(file: PackFile, row: WordPack | None) -> WordPack:
    if row is None:
        row = WordPack(pack_id=file.pack_id, is_default=file.is_default)
    elif not row.is_builtin:
        row.is_enabled = True
    row.is_builtin = True
    row.name, row.language, row.position, row.checksum = file.name, file.language, file.position, file.checksum
    row.save()
    return row


def _save_words(pack: WordPack, file_words: list[FileWord]) -> tuple[int, int, int]:
    """Merge the words of a pack; the counts of those added, changed and removed."""
    rows = list(pack.words.all())
    by_source = {row.source_key: row for row in rows if row.source_key}
    by_key = {row.key: row for row in rows}
    file_keys = {word.key for word in file_words}
    new: list[Word] = []
    changed: dict[int, Word] = {}
    removed: list[int] = []
    for row in by_source.values():
        if row.source_key not in file_keys:
            if row.is_edited:
                row.source_key = ""
                changed[row.pk] = row
            else:
                removed.append(row.pk)
    for word in file_words:
        known, namesake = by_source.get(word.key), by_key.get(word.key)
        if known:
            if not known.is_edited and (known.text, known.difficulty) != (word.text, word.difficulty):
                known.text, known.difficulty = word.text, word.difficulty
                changed[known.pk] = known
        elif namesake is None:
            new.append(Word(pack=pack, text=word.text, difficulty=word.difficulty, key=word.key, source_key=word.key))
        elif not namesake.source_key:
            namesake.source_key, namesake.is_edited = word.key, True
            changed[namesake.pk] = namesake
    Word.objects.filter(pk__in=removed).delete()
    Word.objects.bulk_update(changed.values(), ["text", "difficulty", "source_key", "is_edited"], batch_size=500)
    Word.objects.bulk_create(new, batch_size=500)
    return len(new), len(changed), len(removed)
