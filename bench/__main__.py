"""``python -m bench --rooms 100``: a server, and rooms of seven that all play on it at once."""

import argparse
import asyncio
import contextlib
import gc
import http.client
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec
import psutil
import uvloop

from bench.launcher import ServerProcess, raise_file_limit
from bench.report import Report, percentile
from bench.sockets import CreatedRoom, LoadRoom, Tally

WARM_UP_S = 3.0
# Long rounds, so that all rooms are in play for the whole measurement.
SETTINGS = {"roundDurationSec": 180, "roundsPerTeam": 10}


def main() -> int:
    options = parse_arguments()
    raise_file_limit()
    with tempfile.TemporaryDirectory(prefix="partyflow-bench-") as directory:
        server = ServerProcess(Path(directory) / "var", {"RATE_LIMITS": "off"})
        try:
            server.start()
            report = uvloop.run(measure(server, options))
        finally:
            server.dispose()
    print("\n".join(report.lines()))
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_bytes(report.as_json())
    return 1 if report.errors else 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rooms", type=int, default=100, help="rooms of 7 sockets each (100)")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long to measure, at most 150 (30)")
    parser.add_argument("--swipe-every", type=float, default=3.0, help="seconds between the swipes of a room (3)")
    parser.add_argument("--connecting", type=int, default=16, help="rooms that come in at the same time (16)")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args()
    if not 0 < options.seconds <= 150:
        parser.error("a round lasts 180 s: --seconds must be at most 150")
    return options


async def measure(server: ServerProcess, options: argparse.Namespace) -> Report:
    """Create, fill and start all rooms, let them play, and look at both processes meanwhile."""
    tally = Tally()
    rooms = [
        LoadRoom(created.room_id, created.session_id, tally, options.swipe_every)
        for created in await asyncio.to_thread(create_rooms, server, options.rooms)
    ]
    rss_before = server.rss_bytes()
    began = time.perf_counter()
    await in_batches([lambda room=room: room.fill(server) for room in rooms], options.connecting)
    connecting_s = time.perf_counter() - began
    sockets = len(tally.connect_s)
    rss_connected = server.rss_bytes()
    await in_batches([room.start_game for room in rooms], len(rooms))
    gc.collect()
    gc.freeze()

    activities = [asyncio.create_task(job()) for room in rooms for job in (room.play, room.keep_alive)]
    await asyncio.sleep(WARM_UP_S)
    generator = psutil.Process()
    server_cpu, generator_cpu, since = server.cpu_s(), sum(generator.cpu_times()[:2]), time.perf_counter()
    tally.start()
    await asyncio.sleep(options.seconds)
    tally.is_counting = False
    seconds = time.perf_counter() - since
    server_cpu = server.cpu_s() - server_cpu
    generator_cpu = sum(generator.cpu_times()[:2]) - generator_cpu
    delivered, rss = tally.delivered, server.rss_bytes()

    for activity in activities:
        activity.cancel()
    await asyncio.sleep(1)
    for room in rooms:
        room.note_missing()
        room.leave()
    return Report(
        rooms=len(rooms),
        sockets=sockets,
        seconds=round(seconds, 1),
        connects_per_s=round(sockets / connecting_s, 1),
        connect_p95_ms=round(percentile(tally.connect_s, 0.95) * 1e3, 2),
        delivered_per_s=round(delivered / seconds, 1),
        swipes=tally.swipes,
        swipe_p50_ms=round(percentile(tally.latencies_us, 0.5) / 1e3, 3),
        swipe_p95_ms=round(percentile(tally.latencies_us, 0.95) / 1e3, 3),
        swipe_p99_ms=round(percentile(tally.latencies_us, 0.99) / 1e3, 3),
        swipe_max_ms=round(max(tally.latencies_us, default=float("nan")) / 1e3, 3),
        server_cpu_percent=round(server_cpu / seconds * 100, 1),
        server_cpu_us_per_message=round(server_cpu / max(1, delivered) * 1e6, 2),
        generator_cpu_percent=round(generator_cpu / seconds * 100, 1),
        server_rss_mib=round(rss / 2**20, 1),
        server_rss_kib_per_socket=round((rss_connected - rss_before) / 2**10 / max(1, sockets), 2),
        errors=dict(tally.errors),
    )


def create_rooms(server: ServerProcess, count: int) -> list[CreatedRoom]:
    """``count`` fresh rooms, one after another over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    body = msgspec.json.encode({"hostName": "Alice", "settings": SETTINGS})
    rooms = []
    with contextlib.closing(connection):
        for _ in range(count):
            connection.request("POST", "/api/rooms", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 201:
                raise SystemExit(f"creating a room was answered with {answer.status}: {text[:500]!r}")
            rooms.append(msgspec.json.decode(text, type=CreatedRoom))
    return rooms


async def in_batches(jobs: Sequence[Callable[[], Awaitable[None]]], width: int) -> None:
    """Run all jobs, at most ``width`` at the same time."""
    gate = asyncio.Semaphore(width)

    async def run(job: Callable[[], Awaitable[None]]) -> None:
        async with gate:
            await job()

    await asyncio.gather(*(run(job) for job in jobs))


if __name__ == "__main__":
    random.seed(1)
    sys.exit(main())
