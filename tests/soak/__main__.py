"""``python -m tests.soak --minutes 30``: fifty parties, phones that come and go, and a server that is killed.

In the first third the server is killed, asked to end, and loses its Valkey, over and over. In the rest it stays up, for
its memory to be watched. The exit code is 0 if nothing was lost, nobody was astray and the memory stayed flat.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

import psutil

from bench.launcher import raise_file_limit
from bench.report import percentile
from tests.soak.phone_faults import Mischief
from tests.soak.room import SoakRoom
from tests.support.site import Site

FAULT_EVERY_S = 45.0
SAMPLE_EVERY_S = 5.0
WARM_UP_S = 60.0
DEAD_WITHIN_S = 25.0
"""A socket whose phone went without a word is found dead within 20 s."""
BACK_WITHIN_S = 5.0
GROWTH_ALLOWED = 0.05
MIB = 2**20


class Soak:
    """All rooms on one site, and the figures."""

    def __init__(self, site: Site, options: argparse.Namespace) -> None:
        self.site = site
        self.options = options
        self.mischief = Mischief(options.seed)
        self.rooms: list[SoakRoom] = []
        self.faults: Counter[str] = Counter()
        self.back_s: list[float] = []
        self.lost = 0
        self.rss: list[tuple[float, int]] = []
        self._random = random.Random(options.seed)

    async def run(self) -> None:
        """Raises AssertionError when an invariant does not hold."""
        for seed in range(self.options.rooms):
            self.rooms.append(await SoakRoom.open(self.site, self.mischief, self.options.seed + seed))
        self._start_all()
        began = time.monotonic()
        end = began + self.options.minutes * 60
        calm_from = began + (end - began) / 3
        while time.monotonic() < calm_from - FAULT_EVERY_S / 2:
            await self._watch(self._random.uniform(0.5, 1.5) * FAULT_EVERY_S)
            await self._random.choice((self._kill_server, self._kill_server, self._end_server, self._kill_valkey))()
        await self._watch(WARM_UP_S)
        while time.monotonic() < end:
            self.rss.append((time.monotonic(), self.site.server.rss_bytes()))
            await self._watch(SAMPLE_EVERY_S)
        await self._finish()

    # Faults

    async def _kill_server(self) -> None:
        await self._watch_the_machine()
        self.site.kill9()
        crashed_at_s = time.monotonic()
        self._stop_all()
        await self._restart()
        self.lost += sum(await asyncio.gather(*(room.check_after_crash(crashed_at_s) for room in self.rooms)))
        self._start_all()
        self.faults["kill -9"] += 1

    async def _end_server(self) -> None:
        os.kill(self.site.server.pid, signal.SIGTERM)
        self._stop_all()
        assert await asyncio.to_thread(self.site.stop) == 0
        await self._restart()
        await asyncio.gather(*(room.check_nothing_lost() for room in self.rooms))
        self._start_all()
        self.faults["SIGTERM"] += 1

    async def _kill_valkey(self) -> None:
        children = psutil.Process(self.site.server.pid).children()
        for child in children:
            if "valkey" in child.name():
                child.kill()
        # Play goes on. A crash before it is back, and all is written, would be two faults at once.
        await self._watch(5)
        self.faults["Valkey killed"] += 1

    async def _restart(self) -> None:
        phones = [phone for room in self.rooms for phone in room.party.guests]
        await asyncio.gather(*(room.stopped() for room in self.rooms))
        await asyncio.gather(*(phone.lose_line() for phone in phones))
        await asyncio.to_thread(self.site.start)
        self.back_s.append(max(await asyncio.gather(*(room.everybody_back() for room in self.rooms))))
        assert self.back_s[-1] <= BACK_WITHIN_S, f"the last phone was back after {self.back_s[-1]:.1f} s"

    async def _watch_the_machine(self) -> None:
        """Wait for a moment in which this machine is not at a standstill, or the 100 ms would be its own."""
        calm = 0
        while calm < 20:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            calm = calm + 1 if time.monotonic() - before < 0.03 else 0

    # The rest

    def _start_all(self) -> None:
        for room in self.rooms:
            room.start()

    def _stop_all(self) -> None:
        for room in self.rooms:
            room.stop()

    async def _watch(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(min(1.0, max(0.0, until - time.monotonic())))
            for room in self.rooms:
                if (error := room.trouble()) is not None:
                    raise error

    async def _finish(self) -> None:
        self._stop_all()
        await asyncio.gather(*(room.stopped() for room in self.rooms))
        await asyncio.gather(*(room.everybody_back() for room in self.rooms))
        for room in self.rooms:
            await room.check_nothing_lost()
        await asyncio.gather(*(phone.hang_up() for room in self.rooms for phone in room.party.guests))
        deadline_s = time.monotonic() + DEAD_WITHIN_S
        while left_over := await self._open_sockets():
            assert time.monotonic() < deadline_s, f"sockets are left over: {left_over}"
            await asyncio.sleep(1)

    async def _open_sockets(self) -> list[str]:
        metrics = (await self.site.get("/metrics")).body.decode().splitlines()
        counted = [line for line in metrics if line.startswith("partyflow_sockets{")]
        assert counted
        return [line for line in counted if not line.endswith(" 0.0")]

    def growth(self) -> tuple[float, float]:
        """Resident memory in MiB, early and late in the calm time: medians of its first and its last fifth."""
        sizes = [size / MIB for _, size in self.rss]
        part = max(1, len(sizes) // 5)
        return statistics.median(sizes[:part]), statistics.median(sizes[-part:])

    def report(self) -> dict[str, object]:
        before, after = self.growth() if self.rss else (0.0, 0.0)
        return {
            "rooms": len(self.rooms),
            "phones": sum(len(room.party.guests) for room in self.rooms),
            "games": sum(room.games for room in self.rooms),
            "swipes": sum(room.swipes for room in self.rooms),
            "what happened to phones": dict(self.mischief.done),
            "returns": len(self.mischief.returns_s),
            "return p95 s": round(percentile(self.mischief.returns_s, 0.95), 3),
            "faults": dict(self.faults),
            "back after restart, max s": round(max(self.back_s, default=0.0), 2),
            "acknowledged changes lost (all of the last 100 ms)": self.lost,
            "errors answered": dict(sum((room.errors for room in self.rooms), Counter())),
            "RSS MiB, calm time: beginning, end": [round(before, 1), round(after, 1)],
            "RSS samples": len(self.rss),
        }


def main() -> int:
    options = parse_arguments()
    raise_file_limit()
    site = Site()
    soak = Soak(site, options)
    try:
        site.start()
        asyncio.run(soak.run())
        assert site.stop() == 0
        assert not site.tracebacks(), site.tracebacks()
    finally:
        print(json.dumps(soak.report(), indent=1))
        if options.log is not None:
            options.log.write_text(site.log())
        site.dispose()
    before, after = soak.growth()
    is_flat = after <= before * (1 + GROWTH_ALLOWED)
    print(f"memory is {'flat' if is_flat else 'NOT flat'}: {before:.1f} MiB, then {after:.1f} MiB")
    return 0 if is_flat else 1


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long (30)")
    parser.add_argument("--rooms", type=int, default=50, help="how many parties (50)")
    parser.add_argument("--seed", type=int, default=1, help="what happens when (1)")
    parser.add_argument("--log", type=Path, help="keep the server's log in this file")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
