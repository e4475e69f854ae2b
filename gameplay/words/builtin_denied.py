"""Loader of the built-in deny list of names, a short list that administrators extend.

A load adds missing words and never changes existing ones, so that disabled words stay disabled.
"""

from pathlib import Path
from typing import Final

from django.db import transaction

from gameplay.models import DeniedName
from gameplay.words import library, wordlist
from gameplay.words.denylist import denial_key

FILE: Final = Path(__file__).parent / "denied_names.csv"


def load(path: Path = FILE) -> int:
    """Add the words of the file that are not in the database yet; return their number."""
    known = set(DeniedName.objects.values_list("language", "key"))
    missing = [row for row in read(path) if (row.language, row.key) not in known]
    if missing:
        with transaction.atomic():
            library.invalidate()
            # Conflicts come from another process that loads at the same time.
            DeniedName.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def read(path: Path) -> list[DeniedName]:
    """Parse the file into unsaved rows. Raises `gameplay.words.wordlist.UnreadableLine`, `OSError`."""
    table = wordlist.read_table(path.read_text(encoding="utf-8"))
    return [
        DeniedName(
            language=row.cells["language"],
            text=row.cells["text"],
            key=denial_key(row.cells["text"]),
            is_anywhere=row.cells["anywhere"] == "yes",
            is_builtin=True,
        )
        for row in table.rows
    ]
