"""A laptop that lost its power in the middle of an evening: `manage.py serve` starts, whatever the files look like."""

import asyncio
import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.guest import Guest
from tests.support.site import DATABASE, Site


def overwrite(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def only(pattern: str) -> Callable[[Path], Path]:
    return lambda var: next(iter(sorted(var.glob(pattern), reverse=True)))


increment = only("valkey/appendonlydir/*.incr.aof")
base = only("valkey/appendonlydir/*.base.rdb")
manifest = only("valkey/appendonlydir/*.manifest")
database = only(DATABASE)

DAMAGES: dict[str, Callable[[Path], object]] = {
    "zeros at the end of the append-only file": lambda var: overwrite(
        increment(var), increment(var).stat().st_size, bytes(4096)
    ),
    "an empty manifest": lambda var: os.truncate(manifest(var), 0),
}


def notices(site: Site) -> list[str]:
    return [line for line in site.log().splitlines() if line.startswith("partyflow: ")]


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
async def test_a_room_survives_damaged_files_of_the_valkey(
    build_site: Callable[..., Site], damage: Callable[[Path], object]
) -> None:
    site = build_site()
    await asyncio.to_thread(site.start)
    created = await site.create_room("Alice", {"numTeams": 4})
    await asyncio.to_thread(site.stop)
    damage(site.server.var_dir)
    await asyncio.to_thread(site.start)
    (line,) = notices(site)
    assert "the data of the embedded Valkey was damaged" in line
    (aside,) = (site.server.var_dir / "valkey").glob("appendonlydir.damaged-*")
    assert str(aside) in line
    async with Guest(site, created.room_id, "Alice") as alice:
        connected = await alice.connect("host", sessionId=created.session_id)
        assert connected["gameState"]["settings"]["numTeams"] == 4
    assert await asyncio.to_thread(site.stop) == 0
    assert not site.tracebacks(), site.tracebacks()


async def test_everything_damaged_at_once_is_said_in_a_line_each(build_site: Callable[..., Site]) -> None:
    """More ways of damage: `partyflow/launch/test_aof_repair.py`, `partyflow/launch/test_sqlite_check.py`."""
    site = build_site()
    await asyncio.to_thread(site.start)
    await asyncio.to_thread(site.stop)
    var = site.server.var_dir
    for path in (increment(var), base(var), manifest(var), var / "secret_key"):
        path.write_bytes(bytes(path.stat().st_size))
    overwrite(database(var), 4096 * 4, b"\x55" * 4096 * 20)
    await asyncio.to_thread(site.start)
    assert ["secret_key" in line for line in notices(site)] == [True, False, False]
    _, of_sqlite, of_valkey = notices(site)
    (aside,) = var.glob(f"{DATABASE}.damaged-????????-??????")
    assert str(database(var)) in of_sqlite
    assert str(aside) in of_sqlite
    assert re.search(r"restore a backup.*\.recover", of_sqlite)
    (aside,) = (var / "valkey").glob("appendonlydir.damaged-*")
    assert str(aside) in of_valkey
    with closing(sqlite3.connect(database(var))) as connection:
        assert connection.execute("SELECT count(*) FROM gameplay_wordpack").fetchone()[0] > 0
    await site.create_room("Alice")
    assert (await site.get("/")).status == 200
    assert await asyncio.to_thread(site.stop) == 0
    assert not site.tracebacks(), site.tracebacks()
