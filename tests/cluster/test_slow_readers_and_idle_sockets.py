"""Sockets that take and give nothing, by the dozen and by the thousand: the others play on (cases 9 and 21)."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Callable

import pytest

from bench.launcher import ROOT
from bench.report import percentile
from tests.support.acknowledged import AcknowledgedActions
from tests.support.background_game import Play, being_played
from tests.support.cluster import Cluster, Worker
from tests.support.party import CAST, MANY_WORDS
from tests.support.phone import Phone, PhoneParty
from tests.support.state_comparison import check_agreement
from tests.support.tasks import cancelled

SETTINGS = MANY_WORDS | {"roundDurationSec": 180}
PLAY_P95_S = 0.1
READERS = 5
CUT_WITHIN_S = 20.0
UNSENT_BYTES = 256 * 1024
"""What may lie in a worker for one socket."""
IDLE, ONLOOKERS_IN_A_ROOM = 10_000, 100
SLOW_HEADERS = 200
CROWD_PATIENCE_S = 240.0


async def test_readers_that_never_read_are_cut_on_both_sides(
    build_cluster: Callable[..., Cluster], figures: Callable[[str, object], None]
) -> None:
    """Ten onlookers stop reading, five at the owner through nginx and five that are relayed."""
    cluster = build_cluster(2)
    await asyncio.to_thread(cluster.start)
    party = await PhoneParty.throw(cluster, CAST, SETTINGS)
    owner = cluster.worker_of(party.room_id)
    (elsewhere,) = [worker for worker in cluster.workers.values() if worker is not owner]
    frozen = [Phone(door, party.room_id, "Onlooker") for door in (cluster, elsewhere) for _ in range(READERS)]
    await asyncio.gather(*(phone.connect("spectator") for phone in frozen))
    await party.start_game()
    async with being_played(party, pause_s=0.01) as alone:
        await asyncio.sleep(3)
    before = {worker.name: worker.server.rss_bytes() for worker in cluster.workers.values()}
    async with being_played(party, pause_s=0.01) as play:
        for phone in frozen:
            phone.freeze()
        began = time.monotonic()
        await until_sockets(owner, len(party.guests), CUT_WITHIN_S)
        await until_sockets(elsewhere, 0, CUT_WITHIN_S)
        figures("cut_after_s", round(time.monotonic() - began, 1))
    check_they_play_as_before(alone, play, figures)
    for worker in cluster.workers.values():
        grown = worker.server.rss_bytes() - before[worker.name]
        figures(f"grown_{worker.name}_kib", grown // 1024)
        assert grown < len(frozen) * UNSENT_BYTES + 8 * 2**20
    assert [len(phone.connections) for phone in party.guests] == [1] * 5, "a socket was closed"
    await check_agreement(party, AcknowledgedActions())
    async with party:
        await party.end_game()
    assert not cluster.tracebacks(), cluster.tracebacks()


def check_they_play_as_before(alone: Play, crowded: Play, figures: Callable[[str, object], None]) -> None:
    """Twice as slow at most; and nobody asks whether a moment that nobody notices has become two."""
    alone_s, crowded_s = (percentile(play.delays_s(), 0.95) for play in (alone, crowded))
    figures("swipe_p95_alone_ms", round(alone_s * 1000, 2))
    figures("swipe_p95_crowded_ms", round(crowded_s * 1000, 2))
    assert crowded_s < max(2 * alone_s, PLAY_P95_S)


async def until_sockets(worker: Worker, count: int, patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while (there := await worker.metric("sockets")) != count:
        assert time.monotonic() < deadline, f"{worker.name} has {there} sockets, not {count}"
        await asyncio.sleep(0.2)


@pytest.mark.long
async def test_ten_thousand_idle_sockets_and_slow_headers_disturb_nobody(
    build_cluster: Callable[..., Cluster], figures: Callable[[str, object], None]
) -> None:
    cluster = build_cluster(2)
    await asyncio.to_thread(cluster.start)
    parties = [await PhoneParty.throw(cluster, CAST, SETTINGS) for _ in range(4)]
    lobbies = [(await cluster.create_room()).room_id for _ in range(IDLE // ONLOOKERS_IN_A_ROOM)]
    await asyncio.gather(*(party.start_game() for party in parties))
    async with being_played(*parties, pause_s=0.1) as alone:
        await asyncio.sleep(8)
    async with idlers(cluster, lobbies), slow_headers(cluster) as kept_waiting, connect_flood(cluster) as flooded:
        async with being_played(*parties, pause_s=0.1) as crowded:
            await asyncio.sleep(15)
        figures("sockets", sum([await worker.metric("sockets") for worker in cluster.workers.values()]))
    figures("flood_connections", len(flooded))
    check_they_play_as_before(alone, crowded, figures)
    # nginx has hung up on those who took too long over their headers.
    assert kept_waiting
    assert max(kept_waiting) < CUT_WITHIN_S
    for party in parties:
        assert [len(phone.connections) for phone in party.guests] == [1] * 5, "a socket was closed"
        await check_agreement(party, AcknowledgedActions())
        async with party:
            pass
    assert not cluster.tracebacks(), cluster.tracebacks()


@contextlib.asynccontextmanager
async def idlers(cluster: Cluster, rooms: list[str]) -> AsyncIterator[None]:
    """Ten thousand onlookers, as long as the block runs; none of them is closed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.idle_sockets", "--port", str(cluster.port), "--origin", cluster.origin),
        *("--count", str(IDLE), *rooms),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(CROWD_PATIENCE_S):
            assert await process.stdout.readline() == f"{IDLE} in\n".encode()
        yield
        process.stdin.close()
        async with asyncio.timeout(CROWD_PATIENCE_S):
            assert await process.stdout.readline() == b"0 closed\n"
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@contextlib.asynccontextmanager
async def slow_headers(cluster: Cluster) -> AsyncIterator[list[float]]:
    """Two hundred connections that send a header a second; how long each was borne, in seconds."""
    borne_s: list[float] = []

    async def drip() -> None:
        while True:
            reader, writer = await asyncio.open_connection("127.0.0.1", cluster.port)
            began = time.monotonic()
            with contextlib.suppress(ConnectionError):
                writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
                while not reader.at_eof():
                    writer.write(b"X-Slow: yes\r\n")
                    await writer.drain()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(1), 1)
            borne_s.append(time.monotonic() - began)
            writer.close()

    drips = [asyncio.create_task(drip()) for _ in range(SLOW_HEADERS)]
    try:
        yield borne_s
    finally:
        errors = await cancelled(drips)
    assert not errors, errors


@contextlib.asynccontextmanager
async def connect_flood(cluster: Cluster) -> AsyncIterator[list[int]]:
    """Connections that are opened and dropped, a hundred a second."""
    opened: list[int] = []

    async def flood() -> None:
        while True:
            _, writer = await asyncio.open_connection("127.0.0.1", cluster.port)
            writer.transport.abort()
            opened.append(1)
            await asyncio.sleep(0.01)

    task = asyncio.create_task(flood())
    try:
        yield opened
    finally:
        errors = await cancelled([task])
    assert not errors, errors
