"""Worker membership: heartbeats in Redis every 0.5 s, a lease of 3 s, failure detection.

A worker has a name that outlives its restarts; each incarnation is ``NAME.START``. ``pf:worker:NAME`` holds the live
incarnation (TTL 3 s), ``pf:worker:NAME.START:seen`` the time of its last heartbeat (2 h), ``pf:workers`` all names.
"""

import asyncio
from dataclasses import dataclass
from typing import cast

from redis.asyncio import Redis

from rooms import clock
from rooms.storage.keys import ROOM_TTL_S, last_seen_key

WORKERS = "pf:workers"
LEASE_MS = 3_000
"""A worker without a heartbeat for this long is dead."""
REFRESH_INTERVAL_MS = 100
FORGET_MS = 24 * 3600 * 1000
DRAINING = "draining"

# The first heartbeat of a later incarnation takes the name over; the earlier one then gets 0.
_RENEW = """
local there = redis.call('GET', KEYS[1]) or ''
if ARGV[4] == '0' and there ~= '' and string.match(there, '^%S+') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', ARGV[3])
return 1
"""
_DEREGISTER = """
if string.match(redis.call('GET', KEYS[1]) or '', '^%S+') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""


@dataclass(frozen=True, slots=True)
class Incarnation:
    """A live incarnation of a worker."""

    worker: str
    is_draining: bool


class Membership:
    """This worker's heartbeats and its view of the others. Methods that call Redis raise redis-py's `RedisError`."""

    def __init__(self, redis: Redis, worker: str) -> None:
        self.worker = worker
        self.name = name_of(worker)
        self.is_draining = False
        self.is_superseded = False
        """Whether a later incarnation of the same name is live."""
        self._redis = redis
        self._renewed_ms: int | None = None
        self._unbroken_since_ms: int | None = None
        self._names: list[str] = []
        self._incarnations: dict[str, Incarnation] = {}
        self._last_renewal_ms: dict[str, int] = {}
        self._refreshed_ms = 0
        self._refreshing: asyncio.Task[None] | None = None

    @property
    def others(self) -> dict[str, Incarnation]:
        """The other live workers by name, as of the last `refresh`."""
        return {name: other for name, other in self._incarnations.items() if name != self.name}

    def is_alive(self, worker: str) -> bool:
        """Whether this incarnation is live, as of the last `refresh`."""
        live = self._incarnations.get(name_of(worker))
        return live is not None and live.worker == worker

    def can_take_over_from(self, worker: str) -> bool:
        """Whether this worker may take over the rooms of the incarnation ``worker``.

        Yes for its own name, in this or an earlier incarnation, and for one that a later incarnation has replaced.
        Otherwise ``worker`` must be dead: after an outage of Redis every lease has expired, so an expired lease alone
        proves nothing. This worker must itself have reached Redis without a break for a whole lease and have seen no
        renewal of ``worker`` in that time.
        """
        if name_of(worker) == self.name:
            return True
        if name_of(worker) in self._incarnations:
            return not self.is_alive(worker)
        since_ms = clock.now_ms() - LEASE_MS
        has_watched = self._unbroken_since_ms is not None and self._unbroken_since_ms <= since_ms
        return has_watched and self._last_renewal_ms.get(worker, 0) <= since_ms

    async def heartbeat(self) -> bool:
        """Renew the lease and store the time; False if Redis does not know the last heartbeat.

        Then Redis has lost its data or has come back with an older copy. The time is by the worker's own clock: a
        restore compares it with other times that this worker wrote.
        """
        now_ms, before_ms = clock.now_ms(), self._renewed_ms
        suffix = f" {DRAINING}" if self.is_draining else ""
        is_first = "1" if before_ms is None else "0"
        try:
            pipeline = self._redis.pipeline(transaction=False)
            pipeline.eval(_RENEW, 1, _key(self.name), self.worker, suffix, str(LEASE_MS), is_first)
            pipeline.set(last_seen_key(self.worker), str(now_ms), ex=ROOM_TTL_S, get=True)
            pipeline.zadd(WORKERS, {self.name: now_ms})
            is_ours, seen, _ = await pipeline.execute()
        except BaseException:
            self._unbroken_since_ms = None
            raise
        is_known = before_ms is not None and seen is not None and int(seen) >= before_ms
        if not is_known or self._unbroken_since_ms is None:
            self._unbroken_since_ms = now_ms
        self.is_superseded = not is_ours
        self._renewed_ms = now_ms
        return is_known

    @property
    def has_lapsed(self) -> bool:
        """Whether the last heartbeat is older than the lease, so that others may have taken over."""
        return self._renewed_ms is not None and clock.now_ms() - self._renewed_ms > LEASE_MS

    async def refresh(self) -> None:
        """Read the live workers from Redis, at most every 100 ms; concurrent calls share one read."""
        if self._refreshing is None:
            if clock.now_ms() - self._refreshed_ms < REFRESH_INTERVAL_MS:
                return
            self._refreshing = asyncio.create_task(self._refresh())
            self._refreshing.add_done_callback(lambda _: setattr(self, "_refreshing", None))
        await asyncio.shield(self._refreshing)

    async def deregister(self) -> None:
        """Remove this worker from the membership, so that its rooms can be taken over without waiting."""
        if await self._redis.eval(_DEREGISTER, 1, _key(self.name), self.worker):
            await self._redis.zrem(WORKERS, self.name)

    async def prune(self) -> None:
        """Remove names without a heartbeat for a day."""
        await self._redis.zremrangebyscore(WORKERS, "-inf", str(clock.now_ms() - FORGET_MS))

    async def _refresh(self) -> None:
        now_ms = clock.now_ms()
        try:
            pipeline = self._redis.pipeline(transaction=False)
            for name in self._names:
                pipeline.get(_key(name))
                pipeline.pttl(_key(name))
            pipeline.zrange(WORKERS, 0, -1)
            *answers, names = await pipeline.execute()
        except BaseException:
            self._unbroken_since_ms = None
            raise
        # Taken after the reply, so that a renewal is never dated too early.
        answered_ms, live = clock.now_ms(), dict[str, Incarnation]()
        for name, value, left_ms in zip(self._names, answers[::2], answers[1::2], strict=True):
            if value is not None:
                incarnation = live[name] = _parsed(value)
                self._last_renewal_ms[incarnation.worker] = answered_ms - max(0, LEASE_MS - left_ms)
        self._incarnations = live
        self._refreshed_ms = now_ms
        known, self._names = set(self._names), [name.decode() for name in names]
        if not known.issuperset(self._names):
            await self._refresh()


async def live_workers(redis: Redis) -> dict[str, Incarnation]:
    """The live workers by name. Raises redis-py's `RedisError`."""
    names = [name.decode() for name in cast(list[bytes], await redis.zrange(WORKERS, 0, -1))]
    pipeline = redis.pipeline(transaction=False)
    for name in names:
        pipeline.get(_key(name))
    values = await pipeline.execute() if names else []
    return {name: _parsed(value) for name, value in zip(names, values, strict=True) if value is not None}


def name_of(worker: str) -> str:
    """The name of an incarnation's worker, which outlives restarts."""
    return worker.rpartition(".")[0] or worker


def _key(name: str) -> str:
    return f"pf:worker:{name}"


def _parsed(value: bytes) -> Incarnation:
    worker, _, state = value.decode().partition(" ")
    return Incarnation(worker, state == DRAINING)
