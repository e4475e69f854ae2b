"""A worker that is asked to stop ends, whatever its pages are busy with, and its rooms are written."""

import asyncio
import contextlib
import http.client
import json
import secrets
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing

import psutil
import pytest

from tests.support.accounts import TOKEN, make_accounts
from tests.support.guest import Guest
from tests.support.site import DATABASE, Site
from tests.support.valkey import Valkey, stored

ENDS_S = 25.0
"""Docker and systemd wait for 30 and 40 s; a graceful stop takes about 2 s, the bounds of all its steps are 22 s."""
ENDS_HURRIED_S = 8.0
RESULTS = 50_000
PIPELINES = 20


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    """The Redis of the site, which is still there when the site has ended."""
    valkey = Valkey()
    valkey.start()
    yield valkey
    valkey.dispose()


@pytest.fixture(scope="module")
def big_site(valkey: Valkey) -> Iterator[tuple[Site, str]]:
    """A site with many results, not running, and the session of an administrator."""
    site = Site({"REDIS_URL": valkey.url})
    site.start()
    try:
        session = make_accounts(site.server, root={"is_staff": True, "is_superuser": True})["root"].session
        site.stop()
        add_results(site)
        yield site, session
        assert not site.tracebacks(), site.tracebacks()
    finally:
        site.dispose()


def add_results(site: Site) -> None:
    teams = json.dumps(
        [{"id": "team_1", "name": "Red", "color": "#f00", "score": 1, "rank": 1, "players": ["Bob"] * 5}]
    )
    row = (1, "Alice", *["2026-11-01 20:00:00"] * 3, 600, "Red", "Bob", 40, 4, teams, "[]", "{}")
    with closing(sqlite3.connect(site.server.var_dir / DATABASE)) as database, database:
        database.executemany(
            "INSERT INTO gameplay_gameresult (public_id, room_code, game_number, host_name, room_created_at,"
            " started_at, ended_at, duration_s, winner, mvp, words_guessed, words_skipped, teams, rounds, settings)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((secrets.token_urlsafe(16), f"{number:06}", *row) for number in range(RESULTS)),
        )


@asynccontextmanager
async def a_room_whose_host_is_there(site: Site, valkey: Valkey) -> AsyncIterator[None]:
    """A room that was changed a moment before the worker stops: its host gets 1012, and Redis has the change."""
    await asyncio.to_thread(site.start)
    created = await site.create_room("Alice")
    async with Guest(site, created.room_id, "Alice") as alice:
        await alice.connect("host", sessionId=created.session_id)
        yield
        assert await alice.closed() == 1012
    with valkey.client() as client:
        found = stored(client, created.room_id)
        owner = client.get(f"pf:{{{created.room_id}}}:owner")
    assert found is not None
    assert found.room.host.name == "Alice"
    assert owner is not None
    assert owner.decode().split(" ")[1:] in ([], [""]), "the room was handed over"


async def time_to_end(site: Site, *signals_at_s: float) -> float:
    """SIGTERM, and again so many seconds later; how long it took until the process had ended with 0."""
    process = psutil.Process(site.server.pid)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    for at_s in signals_at_s:
        await asyncio.sleep(max(0.0, began + at_s - time.monotonic()))
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGTERM)
    code = await asyncio.to_thread(process.wait, ENDS_S)
    took_s = time.monotonic() - began
    assert code == 0
    site.server.kill()  # it has ended: the next start is of a new process
    return took_s


async def test_clients_that_ask_for_pages_back_to_back_do_not_keep_it(
    big_site: tuple[Site, str], valkey: Valkey, figures: Callable[[str, object], None]
) -> None:
    site, _ = big_site
    answers: list[tuple[int, str | None]] = []

    def ask_back_to_back() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=ENDS_S)
        with contextlib.suppress(OSError, http.client.HTTPException), closing(connection):
            while True:
                connection.request("GET", "/")
                answer = connection.getresponse()
                answer.read()
                answers.append((answer.status, answer.headers["Connection"]))
                if answer.headers["Connection"] == "close":
                    return

    async with a_room_whose_host_is_there(site, valkey):
        threads = [threading.Thread(target=ask_back_to_back, daemon=True) for _ in range(4)]
        for thread in threads:
            thread.start()
        await asyncio.sleep(1.0)
        figures("back_to_back_ends_s", round(await time_to_end(site), 2))
    for thread in threads:
        await asyncio.to_thread(thread.join, ENDS_S)
        assert not thread.is_alive()
    assert {status for status, _ in answers} <= {200, 503}
    assert [status for status, connection in answers if connection == "close"].count(200) <= len(threads)
    assert len(answers) > len(threads), "they were kept alive before"


async def test_an_export_that_takes_minutes_does_not_keep_it(
    big_site: tuple[Site, str], valkey: Valkey, figures: Callable[[str, object], None]
) -> None:
    site, session = big_site
    async with a_room_whose_host_is_there(site, valkey), an_export(site, session):
        figures("export_ends_s", round(await time_to_end(site), 2))


async def test_a_second_signal_ends_it_as_soon_as_the_rooms_are_written(
    big_site: tuple[Site, str], valkey: Valkey, figures: Callable[[str, object], None]
) -> None:
    site, session = big_site
    async with a_room_whose_host_is_there(site, valkey), an_export(site, session):
        took_s = await time_to_end(site, 0.5, 1.0)
    figures("second_signal_ends_s", round(took_s, 2))
    assert took_s < ENDS_HURRIED_S
    assert "Second signal" in site.log()


@asynccontextmanager
async def an_export(site: Site, session: str) -> AsyncIterator[None]:
    """An export of all results that has begun; it must not have ended when the block is left."""
    body = f"csrfmiddlewaretoken={TOKEN}&format=0&resource=0".encode()
    lines = [
        "POST /admin/gameplay/gameresult/export/ HTTP/1.1",
        f"Host: 127.0.0.1:{site.port}",
        f"Origin: {site.origin}",
        f"Cookie: sessionid={session}; csrftoken={TOKEN}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "\r\n",
    ]
    with socket.create_connection(("127.0.0.1", site.port), timeout=ENDS_S) as connection:
        connection.sendall("\r\n".join(lines).encode() + body)
        await asyncio.sleep(1.0)
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            connection.recv(1)
        yield
        connection.settimeout(ENDS_S)
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while data := await asyncio.to_thread(connection.recv, 65536):
                received += data
        assert received.count(b"\n") < RESULTS, "the export was done before the worker was asked to stop"


async def test_connections_that_ask_without_reading_do_not_keep_it(
    big_site: tuple[Site, str], valkey: Valkey, figures: Callable[[str, object], None]
) -> None:
    site, _ = big_site
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n\r\n".encode()
    async with a_room_whose_host_is_there(site, valkey):
        with contextlib.ExitStack() as stack:
            for _ in range(PIPELINES):
                connection = stack.enter_context(socket.socket())
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.connect(("127.0.0.1", site.port))
                connection.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    connection.send(request * 200)
            await asyncio.sleep(2.0)
            figures("pipelines_end_s", round(await time_to_end(site), 2))
