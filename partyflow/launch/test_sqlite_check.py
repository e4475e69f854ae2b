import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from partyflow.launch.sqlite_check import find_damage, is_damage, set_aside

PAGE = 4096
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "db.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT)")
        connection.executemany(
            "INSERT INTO word (text) VALUES (?)", [(f"word {number}" * 20,) for number in range(500)]
        )
        connection.execute("CREATE INDEX by_text ON word (text)")
    return path


def overwrite(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "its header is zeros": lambda path: overwrite(path, 0, bytes(100)),
    "its first page is zeros": lambda path: overwrite(path, 0, bytes(PAGE)),
    "a page of a table is zeros": lambda path: overwrite(path, 3 * PAGE, bytes(PAGE)),
    "pages are garbage": lambda path: overwrite(path, 2 * PAGE, random.Random(1).randbytes(8 * PAGE)),
    "it is truncated in the middle": lambda path: os.truncate(path, path.stat().st_size // 2),
    "it is truncated in the header": lambda path: os.truncate(path, 50),
    "it is empty": lambda path: os.truncate(path, 0),
    "it is all zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "it is another kind of file": lambda path: path.write_text("This is a letter.\n" * 999),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_is_found_and_the_file_put_aside_with_what_belongs_to_it(
    database: Path, damage: Callable[[Path], object]
) -> None:
    damage(database)
    content = database.read_bytes()
    companion = database.with_name("db.sqlite3-wal")
    companion.write_bytes(b"wal")
    what = find_damage(database)
    assert what is not None
    line = set_aside(database, what)
    (aside,) = database.parent.glob("db.sqlite3.damaged-????????-??????")
    assert aside.read_bytes() == content
    assert aside.with_name(f"{aside.name}-wal").exists()
    assert not database.exists()
    assert not companion.exists(), "the new one must not read it"
    assert str(database) in line
    assert str(aside) in line
    assert "\n" not in line


def test_a_sound_database_and_none_at_all_have_no_damage(database: Path, tmp_path: Path) -> None:
    assert find_damage(database) is None
    assert find_damage(tmp_path / "no-such-file") is None


def test_garbage_in_the_log_of_writes_is_none_of_its_damage(database: Path) -> None:
    database.with_name("db.sqlite3-wal").write_bytes(random.Random(2).randbytes(3 * PAGE))
    assert find_damage(database) is None


def test_a_locked_database_is_not_damaged(database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        assert find_damage(database) is None
    assert not is_damage(sqlite3.OperationalError("database is locked"))
    assert not is_damage(None)


def test_two_at_the_same_second_have_different_names(database: Path) -> None:
    first, second = database.read_bytes(), b"second"
    set_aside(database, "it is damaged")
    database.write_bytes(second)
    set_aside(database, "it is damaged")
    aside = {path.read_bytes() for path in database.parent.glob("db.sqlite3.damaged-*")}
    assert aside == {first, second}


def test_damage_that_only_the_migration_meets_is_put_aside_as_well(tmp_path: Path) -> None:
    """In a process of its own, with a database of its own."""
    path = tmp_path / "db.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(
            "".join(f"CREATE TABLE table_{number} (name_of_a_column TEXT, another TEXT);" for number in range(200))
        )
    overwrite(path, PAGE, b"\x55" * (path.stat().st_size - PAGE))
    script = (
        "import django; django.setup()\n"
        "from partyflow.launch import preflight, sqlite_check\n"
        "sqlite_check.find_damage = lambda path: None\n"
        "preflight.prepare_database(print)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "partyflow.settings"}
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    (line,) = run.stdout.splitlines()
    assert str(path) in line
    assert find_damage(path) is None
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM gameplay_wordpack").fetchone()[0] > 0
