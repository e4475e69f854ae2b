"""Which workers live. Each says so over and over; who has not been heard of for 3 s is taken for dead.

A worker has a name that outlives its restarts, and each start is ``NAME.START``. ``pf:worker:NAME`` holds the start
that lives, for 3 s; ``pf:worker:NAME.START:seen`` until when its clock ran, for 2 h; ``pf:workers`` all names.
"""

import asyncio
from dataclasses import dataclass
from typing import cast

from redis.asyncio import Redis

from rooms import clock
from rooms.storage.keys import ROOM_TTL_S, last_seen_key

WORKERS = "pf:workers"
LEASE_MS = 3_000
"""A worker that has not said for so long that it lives is taken for dead."""
LOOK_INTERVAL_MS = 100
FORGET_MS = 24 * 3600 * 1000
DRAINING = "draining"

# A later start of the same name takes it over, once; from then on the earlier one is told so.
_RENEW = """
local there = redis.call('GET', KEYS[1]) or ''
if ARGV[4] == '0' and there ~= '' and string.match(there, '^%S+') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', ARGV[3])
return 1
"""
_SIGN_OFF = """
if string.match(redis.call('GET', KEYS[1]) or '', '^%S+') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""


@dataclass(frozen=True, slots=True)
class Start:
    """A start of a worker that lives."""

    worker: str
    is_draining: bool


class Liveness:
    """This worker's signs of life, and what it sees of the others'. Methods that ask Redis raise its `RedisError`."""

    def __init__(self, redis: Redis, worker: str) -> None:
        self.worker = worker
        self.name = name_of(worker)
        self.is_draining = False
        self.is_superseded = False
        """Whether a later start of the same name has been seen."""
        self._redis = redis
        self._renewed_ms: int | None = None
        self._unbroken_since_ms: int | None = None
        self._names: list[str] = []
        self._living: dict[str, Start] = {}
        self._last_renewal_ms: dict[str, int] = {}
        self._looked_ms = 0
        self._looking: asyncio.Task[None] | None = None

    @property
    def others(self) -> dict[str, Start]:
        """The other living workers by name, as of the last `look` or `beat`."""
        return {name: start for name, start in self._living.items() if name != self.name}

    def is_alive(self, worker: str) -> bool:
        """Whether this start of a worker lives, as of the last `look` or `beat`."""
        start = self._living.get(name_of(worker))
        return start is not None and start.worker == worker

    def may_replace(self, worker: str) -> bool:
        """Whether the rooms of this start of a worker may be taken by this one.

        So it is if it is this one, or was; and if a later start of it lives. Else only somebody can tell who has
        reached Redis without a break for 3 s and has seen no renewal in that time: after an outage of Redis everybody
        looks dead for a moment.
        """
        if name_of(worker) == self.name:
            return True
        if name_of(worker) in self._living:
            return not self.is_alive(worker)
        since_ms = clock.now_ms() - LEASE_MS
        has_watched = self._unbroken_since_ms is not None and self._unbroken_since_ms <= since_ms
        return has_watched and self._last_renewal_ms.get(worker, 0) <= since_ms

    async def beat(self) -> bool:
        """Say that this worker lives and until when its clock ran; False if Redis knows nothing of the last time.

        Then Redis has lost what it had, or has come back from an older copy. The time is the worker's own: a restore
        compares it with times that this worker has written.
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
        """Whether the last renewal is so long ago that others may have taken this worker for dead."""
        return self._renewed_ms is not None and clock.now_ms() - self._renewed_ms > LEASE_MS

    async def look(self) -> None:
        """See which workers live; what was seen less than 100 ms ago is fresh enough."""
        if self._looking is None:
            if clock.now_ms() - self._looked_ms < LOOK_INTERVAL_MS:
                return
            self._looking = asyncio.create_task(self._look())
            self._looking.add_done_callback(lambda _: setattr(self, "_looking", None))
        await asyncio.shield(self._looking)

    async def sign_off(self) -> None:
        """Say that this worker has ended, so that nobody waits for it."""
        if await self._redis.eval(_SIGN_OFF, 1, _key(self.name), self.worker):
            await self._redis.zrem(WORKERS, self.name)

    async def tidy(self) -> None:
        """Forget names that nobody has had for a day."""
        await self._redis.zremrangebyscore(WORKERS, "-inf", str(clock.now_ms() - FORGET_MS))

    async def _look(self) -> None:
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
        # Measured after the answer: rather too late than too early.
        answered_ms, living = clock.now_ms(), dict[str, Start]()
        for name, value, left_ms in zip(self._names, answers[::2], answers[1::2], strict=True):
            if value is not None:
                start = living[name] = _parsed(value)
                self._last_renewal_ms[start.worker] = answered_ms - max(0, LEASE_MS - left_ms)
        self._living = living
        self._looked_ms = now_ms
        known, self._names = set(self._names), [name.decode() for name in names]
        if not known.issuperset(self._names):
            await self._look()


async def living_workers(redis: Redis) -> dict[str, Start]:
    """The workers that live, by their names. Raises redis-py's `RedisError`."""
    names = [name.decode() for name in cast(list[bytes], await redis.zrange(WORKERS, 0, -1))]
    pipeline = redis.pipeline(transaction=False)
    for name in names:
        pipeline.get(_key(name))
    values = await pipeline.execute() if names else []
    return {name: _parsed(value) for name, value in zip(names, values, strict=True) if value is not None}


def name_of(worker: str) -> str:
    """The name that outlives restarts."""
    return worker.rpartition(".")[0] or worker


def _key(name: str) -> str:
    return f"pf:worker:{name}"


def _parsed(value: bytes) -> Start:
    worker, _, state = value.decode().partition(" ")
    return Start(worker, state == DRAINING)
