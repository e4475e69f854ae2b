"""One run: fill a site with rooms, let them play, and look at all processes meanwhile."""

import asyncio
import math
import shlex
import sys
import time
from collections import Counter
from dataclasses import dataclass

from bench.generator_pool import GeneratorPool
from bench.reconnect_storm import Return
from bench.report import KIB, MIB, Connecting, Joins, Memory, Redis, Report, Storm, Usage, latency, percentile
from bench.resource_usage import RedisTraffic, bound_of_share, cpu_s, redis_traffic, rss_bytes, saves
from bench.room_creation import Coming, Elsewhere
from bench.rooms import SOCKETS_PER_ROOM, Ticket
from bench.socket_stats import SocketStats
from bench.topologies import Site

STORM_NOTICE_S = 0.5
SWIPES_AFTER_STORM = 2.3
"""So many swipes more in each room: whoever is not really back is missing then."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is put on a site. ``joins_per_s`` sockets come in anew all the while, if it is not 0."""

    rooms: int
    seconds: float
    warm_up_s: float = 3.0
    swipe_every_s: float = 3.0
    connecting: int = 32
    processes: int | None = None
    joins_per_s: float = 0.0
    has_storm: bool = False


@dataclass(frozen=True, slots=True)
class _Moment:
    at_s: float
    cpu_s: dict[str, float]
    infrastructure_cpu_s: dict[str, float]
    traffic: RedisTraffic
    saves: Counter[float]

    @classmethod
    def now(cls, site: Site) -> "_Moment":
        return cls(
            time.perf_counter(),
            cpu_s(site.servers()),
            cpu_s(site.infrastructure()),
            redis_traffic(site.redis_url),
            saves(site.metrics),
        )


class Run:
    """The steps of one run on a site that has been started. `LoadFailed` when one cannot be done."""

    def __init__(self, site: Site, load: Load, tickets: list[Ticket]) -> None:
        self._site = site
        self._load = load
        self._crowd = GeneratorPool(site.wire, tickets, load.swipe_every_s, load.connecting, load.processes)
        self._rss = [self._rss_now()]

    async def run(self) -> Report:
        """All of it."""
        with self._crowd:
            connecting = await self._connect()
            await self._crowd.order("start_games")
            await self._crowd.order("play")
            await asyncio.sleep(self._load.warm_up_s)
            joins = await self._begin_joins()
            before, generators_before = await self._count()
            await asyncio.sleep(self._load.seconds)
            counted, after, generators_after = await self._tell()
            coming = _together(Coming(), await self._crowd.order("end_joins")) if joins else None
            rss, usages = self._rss_now(), self._usages(before, after)
            stopped = await self._crowd.order("stop")
            storm = await self._storm() if self._load.has_storm else None
            final = _total(await self._crowd.order("stop") if storm else stopped)
            await self._crowd.order("leave")
        seconds = after.at_s - before.at_s
        sockets = self._load.rooms * SOCKETS_PER_ROOM
        used_s = sum(after.cpu_s.values()) - sum(before.cpu_s.values())
        return Report(
            command=shlex.join(["python", "-m", "bench", *sys.argv[1:]]),
            what=self._site.description,
            rooms=self._load.rooms,
            sockets=sockets,
            seconds=round(seconds, 1),
            connecting=connecting,
            delivered_per_s=round(counted.delivered / seconds, 1),
            bytes_per_delivery=round(counted.bytes / max(1, counted.delivered), 1),
            swipes=counted.swipes,
            latency=latency(counted.latencies_s),
            servers=usages[0],
            infrastructure=usages[1],
            cpu_us_per_delivery=round(used_s / max(1, counted.delivered) * 1e6, 2),
            memory=self._memory(rss),
            generators=len(self._crowd.plans),
            generator_cpu_percent=round((generators_after - generators_before) / seconds * 100, 1),
            errors=dict(final.errors),
            redis=None if self._site.redis_url is None else _redis(before, after),
            storm=None if storm is None else _storm(storm, final),
            joins=None if coming is None else _joins(coming, seconds),
        )

    # Steps

    async def _connect(self) -> Connecting:
        began = time.perf_counter()
        await self._crowd.order("let_hosts_in")
        self._rss.append(self._rss_now())
        tally = _total(await self._crowd.order("let_players_in"))
        took_s = time.perf_counter() - began
        self._rss.append(self._rss_now())
        return Connecting(
            per_s=round(len(tally.connect_s) / took_s, 1), p95_ms=round(percentile(tally.connect_s, 0.95) * 1e3, 1)
        )

    async def _begin_joins(self) -> bool:
        if not self._load.joins_per_s:
            return False
        count, doors = len(self._crowd.plans), self._site.doors
        places = [
            Elsewhere(doors[own % len(doors)], self._site.wire, 0, (own + 1) * 100_000, self._load.swipe_every_s)
            for own in range(count)
        ]
        await self._crowd.order_each("begin_joins", [(place, self._load.joins_per_s / count) for place in places])
        return True

    async def _count(self) -> tuple[_Moment, float]:
        generators = sum(await self._crowd.order("count"))
        return _Moment.now(self._site), generators

    async def _tell(self) -> tuple[SocketStats, _Moment, float]:
        after = _Moment.now(self._site)
        answers = await self._crowd.order("tell")
        return _total([tally for tally, _ in answers]), after, sum(cpu for _, cpu in answers)

    async def _storm(self) -> list[Return]:
        answers = await self._crowd.order("storm", time.perf_counter() + STORM_NOTICE_S)
        await self._crowd.order("play")
        await asyncio.sleep(SWIPES_AFTER_STORM * self._load.swipe_every_s)
        return [one for answer in answers for one in answer]

    # Figures

    def _rss_now(self) -> int:
        return sum(rss_bytes(self._site.servers()).values())

    def _memory(self, rss: int) -> Memory:
        empty, with_hosts, with_players = self._rss
        rooms, players = self._load.rooms, self._load.rooms * (SOCKETS_PER_ROOM - 1)
        per_room = (rss - empty) / KIB / rooms
        return Memory(
            per_room=round(per_room, 1),
            per_socket=round(per_room / SOCKETS_PER_ROOM, 2),
            per_player=round((with_players - with_hosts) / KIB / players, 2),
        )

    def _usages(self, before: _Moment, after: _Moment) -> tuple[dict[str, Usage], dict[str, Usage]]:
        seconds = after.at_s - before.at_s
        servers, infrastructure = rss_bytes(self._site.servers()), rss_bytes(self._site.infrastructure())
        return (
            _usages(servers, before.cpu_s, after.cpu_s, seconds),
            _usages(infrastructure, before.infrastructure_cpu_s, after.infrastructure_cpu_s, seconds),
        )


def _usages(
    rss: dict[str, int], before_s: dict[str, float], after_s: dict[str, float], seconds: float
) -> dict[str, Usage]:
    return {
        name: Usage(round((after_s[name] - before_s[name]) / seconds * 100, 1), round(size / MIB, 1))
        for name, size in rss.items()
    }


def _total(tallies: list[SocketStats]) -> SocketStats:
    total = SocketStats()
    for tally in tallies:
        total.add(tally)
    return total


def _together(total: Coming, parts: list[Coming]) -> Coming:
    for part in parts:
        total.add(part)
    return total


def _redis(before: _Moment, after: _Moment) -> Redis:
    seconds = after.at_s - before.at_s
    saved = Counter(after.saves)
    saved.subtract(before.saves)
    return Redis(
        written_per_s=round((after.traffic.received - before.traffic.received) / seconds),
        read_per_s=round((after.traffic.sent - before.traffic.sent) / seconds),
        lag_p50_ms=bound_of_share(saved, 0.5) * 1e3 if saved else None,
        lag_p99_ms=bound_of_share(saved, 0.99) * 1e3 if saved else None,
    )


def _joins(coming: Coming, seconds: float) -> Joins:
    return Joins(
        per_s=round(coming.happened["joined"] / seconds, 1), p95_ms=round(percentile(coming.took_s, 0.95) * 1e3, 1)
    )


def _storm(returns: list[Return], final: SocketStats) -> Storm:
    back_s = [one.back_s for one in returns if not math.isnan(one.back_s)]
    playing_s = [one.playing_s for one in returns if not math.isnan(one.playing_s)]
    return Storm(
        sockets=len(returns),
        back_p50_s=round(percentile(back_s, 0.5), 2),
        back_max_s=round(max(back_s, default=math.nan), 2),
        playing_max_s=round(max(playing_s, default=math.nan), 2),
        retried=sum(one.attempts > 0 for one in returns),
        refusals=dict(final.refusals),
    )
