"""Checks the site's own SQLite before anything uses it, and puts a damaged one aside (docs/operations.md)."""

import contextlib
import sqlite3
from pathlib import Path

from partyflow.config.put_aside import put_aside

DAMAGED_CODES = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
COMPANIONS = ("-wal", "-shm", "-journal")
"""Endings of the files that belong to a database."""


def find_damage(path: Path) -> str | None:
    """What is wrong with the SQLite at ``path``, in a few words; None if it is sound or not there yet.

    Reads all of it. A database that is locked, or may not be read, is not damaged.
    """
    if not path.is_file():
        return None
    if path.stat().st_size == 0:
        return "it is empty"
    try:
        # Read-only: closing it must not bring the log of writes into a file that is damaged.
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error) if is_damage(error) else None
    return None if found == "ok" else " ".join(str(found).split())


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite says with ``error`` that its file is damaged, as opposed to locked, full or not readable."""
    # The lower byte is the kind, the others say more of it.
    return isinstance(error, sqlite3.DatabaseError) and getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGED_CODES


def set_aside(path: Path, damage: str) -> str:
    """Rename a damaged database, so that a fresh one is made; what was done, and what can be done, in one line.

    Raises `OSError`.
    """
    aside = put_aside(path)
    for ending in COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    return (
        f"the database {path} is damaged ({damage}). It was put aside as {aside}, and a new one is made, without the "
        "accounts and results of the old one: stop PartyFlow and restore a backup, or recover what can be read "
        f'("sqlite3 {aside.name} .recover"); docs/operations.md says how'
    )
