"""The database is away while games are played and end: nothing waits for it, and no result is lost."""

import asyncio
import json
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing

import pytest

from tests.support.party import Party
from tests.support.postgres import Postgres
from tests.support.site import DATABASE, Site

AWAY_S = [1, pytest.param(120, marks=pytest.mark.long)]
LOCKED_S = 13.0
SAVED_AFTER_S = 30.0
"""A retry comes after 10 s at most."""
UNKNOWN_RESULT = "AAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    postgres = Postgres()
    try:
        postgres.start()
        yield postgres
    finally:
        postgres.dispose()


@pytest.fixture(scope="module")
def site(postgres: Postgres) -> Iterator[Site]:
    site = Site({"DATABASE_URL": postgres.url})
    try:
        for command in ("migrate", "load_wordpacks"):
            site.server.manage(command)
        yield site
        assert not site.tracebacks(), site.tracebacks()
    finally:
        site.dispose()


@asynccontextmanager
async def a_game(site: Site) -> AsyncIterator[Party]:
    """A party in the middle of a round."""
    async with await Party.throw(site) as party:
        await party.start_game()
        await party.swipe()
        yield party


async def end_of(party: Party) -> str:
    """The host ends the game; the id of its result."""
    began = time.monotonic()
    await party.end_game()
    assert time.monotonic() - began < 2, "nothing on a message's way waits for the database"
    return str((await party.look())["final"]["resultId"])


async def until_saved(site: Site, public_id: str) -> str:
    """Wait until the result is no longer on its way; its page."""
    deadline = time.monotonic() + SAVED_AFTER_S
    while True:
        answer = await site.get(f"/results/{public_id}/")
        if answer.status == 200 and b"being saved" not in answer.body:
            return answer.body.decode()
        assert time.monotonic() < deadline, (answer.status, text_of(answer.body)[:300])
        await asyncio.sleep(0.2)


def text_of(body: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body.decode()))


def saved_results(site: Site, public_id: str) -> int:
    """How often the database has the result."""
    question = f"from gameplay.models import GameResult as G; print(G.objects.filter(public_id={public_id!r}).count())"
    return int(site.server.manage("shell", "--no-imports", "-c", question).split()[-1])


async def check_what_pages_say(site: Site, public_id: str) -> None:
    """Without a database: what needs none works, the rest is a 503, each in its form."""
    answer = await site.get(f"/results/{public_id}/")
    assert answer.status == 200
    assert "being saved" in text_of(answer.body)
    assert answer.headers["cache-control"] == "no-store"
    assert (await site.get(f"/results/{public_id}/picture.png")).body.startswith(b"\x89PNG")
    answer = await site.get(f"/results/{UNKNOWN_RESULT}/")
    assert answer.status == 503
    assert "One moment, please" in text_of(answer.body)
    assert "retry-after" in answer.headers
    assert (await site.get("/")).status == 200, "the packs are in memory"
    await site.create_room("Zoe")
    logged_in = {"Cookie": "sessionid=abcdefghijklmnopqrstuvwxyz012345"}
    answer = await site.get("/", logged_in)
    assert answer.status == 503
    assert "One moment, please" in text_of(answer.body)
    body = json.dumps({"hostName": "Zoe"}).encode()
    answer = await site.request("POST", "/api/rooms", body, logged_in | {"Content-Type": "application/json"})
    assert (answer.status, answer.json()["error"]["code"]) == (503, "SERVER_BUSY")
    assert (await site.get("/readyz")).status == 503


@pytest.mark.parametrize("away_s", AWAY_S)
async def test_a_result_is_saved_once_when_the_database_is_back(site: Site, postgres: Postgres, away_s: float) -> None:
    await asyncio.to_thread(site.start)
    failures = site.log().count("Saving a result failed")
    async with a_game(site) as party:
        await asyncio.to_thread(postgres.stop)
        public_id = await end_of(party)
        await check_what_pages_say(site, public_id)
        await asyncio.sleep(away_s)
        await asyncio.to_thread(postgres.start)
        page = await until_saved(site, public_id)
        assert "wins!" in page
    assert await asyncio.to_thread(saved_results, site, public_id) == 1
    assert await asyncio.to_thread(site.stop) == 0
    assert site.log().count("Saving a result failed") == failures + 1, "said once an outage"


@pytest.mark.parametrize("away_s", AWAY_S)
async def test_a_result_outlives_a_killed_server_and_its_room(site: Site, postgres: Postgres, away_s: float) -> None:
    await asyncio.to_thread(site.start)
    async with a_game(site) as party:
        await asyncio.to_thread(postgres.stop)
        public_id = await end_of(party)
        party.host.send("CLOSE_ROOM")
        await asyncio.gather(*(guest.closed() for guest in party.guests))
        await asyncio.sleep(away_s)  # what is older than 100 ms must survive
        site.kill9()
    await asyncio.to_thread(postgres.start)
    await asyncio.to_thread(site.start)
    await until_saved(site, public_id)
    assert await asyncio.to_thread(saved_results, site, public_id) == 1
    assert await asyncio.to_thread(site.stop) == 0


@pytest.mark.parametrize("is_killed", [False, True], ids=["alive", "killed"])
async def test_a_result_waits_for_a_locked_sqlite(build_site: Callable[..., Site], is_killed: bool) -> None:
    site = build_site()
    await asyncio.to_thread(site.start)
    async with a_game(site) as party:
        with closing(sqlite3.connect(site.server.var_dir / DATABASE, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            public_id = await end_of(party)
            answer = await site.get(f"/results/{public_id}/")
            assert "being saved" in text_of(answer.body)
            if is_killed:
                await asyncio.sleep(0.15)
                site.kill9()
            else:
                await asyncio.sleep(LOCKED_S)
            other.execute("ROLLBACK")
        if is_killed:
            await asyncio.to_thread(site.start)
        await until_saved(site, public_id)
    with closing(sqlite3.connect(site.server.var_dir / DATABASE)) as database:
        (count,) = database.execute(
            "SELECT count(*) FROM gameplay_gameresult WHERE public_id = ?", [public_id]
        ).fetchone()
    assert count == 1
    assert not site.tracebacks(), site.tracebacks()
