"""Churn over minutes, and whether the workers' memory stays as it is."""

import asyncio
import shlex
import statistics
import sys
import time

import msgspec

from bench.generator_pool import GeneratorPool
from bench.report import KIB, MIB, listed, percentile, slope
from bench.resource_usage import metrics, rss_bytes
from bench.room_creation import Coming, Elsewhere
from bench.socket_stats import SocketStats
from bench.topologies import Site

SAMPLE_EVERY_S = 5.0
GROWTH_ALLOWED = 0.05
FIRST_NUMBER = 1_000


class ChurnReport(msgspec.Struct, frozen=True):
    """What happened, and the workers' resident memory: minutes since the beginning, MiB of all of them together."""

    command: str
    what: str
    rooms: int
    minutes: float
    happened: dict[str, int]
    back_p95_s: float
    delivered: int
    rss: list[tuple[float, float]]
    errors: dict[str, int]
    refusals: dict[str, int]

    @property
    def calm(self) -> list[tuple[float, float]]:
        """The samples without the first fifth of the time, in which the rooms fill up for the first time."""
        return [(minute, mib) for minute, mib in self.rss if minute >= self.minutes / 5]

    @property
    def begin_and_end_mib(self) -> tuple[float, float]:
        """Medians of the first and the last fifth of the calm samples."""
        sizes = [mib for _, mib in self.calm]
        part = max(1, len(sizes) // 5)
        return statistics.median(sizes[:part]), statistics.median(sizes[-part:])

    @property
    def is_flat(self) -> bool:
        """Whether the end is at most a twentieth above the beginning."""
        begin, end = self.begin_and_end_mib
        return end <= begin * (1 + GROWTH_ALLOWED)

    def lines(self) -> list[str]:
        """The report for a terminal."""
        begin, end = self.begin_and_end_mib
        slope_kib = slope(self.calm) * MIB / KIB
        rows = [
            ("", f"{self.what}: {self.rooms} rooms of which everybody comes and goes, {self.minutes:.0f} minutes"),
            ("happened", ", ".join(f"{count} × {what}" for what, count in sorted(self.happened.items()))),
            ("getting in again", f"p95 {self.back_p95_s:.2f} s"),
            ("delivered", f"{self.delivered} messages"),
            ("memory", f"{begin:.1f} MiB, then {end:.1f} MiB; {slope_kib:+.0f} KiB a minute by least squares"),
            ("so it is", "flat" if self.is_flat else "NOT flat"),
            ("tried again", listed(self.refusals)),
            ("errors", listed(self.errors)),
        ]
        width = max(len(name) for name, _ in rows)
        return [f"{name:<{width}}  {value}" for name, value in rows]

    def as_json(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self)) + b"\n"


async def watch_churn(site: Site, rooms: int, minutes: float, swipe_every_s: float) -> ChurnReport:
    """Keep ``rooms`` rooms coming and going on a site that has been started. `LoadFailed` when it cannot be done."""
    rss: list[tuple[float, float]] = []
    with GeneratorPool(site.wire, [], swipe_every_s, 1) as crowd:
        where = Elsewhere(site.doors[0], site.wire, rooms, FIRST_NUMBER, swipe_every_s)
        await crowd.order("begin_churn", where)
        began = time.monotonic()
        while (passed_s := time.monotonic() - began) < minutes * 60:
            rss.append((round(passed_s / 60, 2), round(sum(rss_bytes(site.servers()).values()) / MIB, 2)))
            await asyncio.sleep(SAMPLE_EVERY_S)
        (coming,) = await crowd.order("end_churn")
        (tally,) = await crowd.order("stop")
    return _report(site, rooms, minutes, coming, tally, rss)


def _report(
    site: Site, rooms: int, minutes: float, coming: Coming, tally: SocketStats, rss: list[tuple[float, float]]
) -> ChurnReport:
    for found in map(metrics, site.metrics):
        for name in ("rooms", "sockets"):
            if left := found.total(name):
                tally.errors[f"{name} left over"] += int(left)
    return ChurnReport(
        command=shlex.join(["python", "-m", "bench", *sys.argv[1:]]),
        what=site.description,
        rooms=rooms,
        minutes=minutes,
        happened=dict(coming.happened),
        back_p95_s=round(percentile(coming.took_s, 0.95), 3),
        delivered=tally.delivered,
        rss=rss,
        errors=dict(tally.errors),
        refusals=dict(tally.refusals),
    )
