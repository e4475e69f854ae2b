"""How often one address may knock, and how many sockets it may hold.

How often is counted in Redis, so that all workers agree, and by each worker for itself while Redis is away. Nobody
waits for a Redis that does not answer for longer than a moment, and most do not wait at all. A household is nowhere
near these numbers; each address is known by its fingerprint alone (`rooms.access.client_key`).
"""

import asyncio
import logging
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from rooms.access.client_key import UNKNOWN_CLIENT
from rooms.errors import RateLimited
from rooms.storage.redis_client import REDIS_ERRORS, connect
from rooms.telemetry.counters import counters

logger = logging.getLogger(__name__)

ROOM_CREATIONS = RateLimitItemPerMinute(30, namespace="rooms")
"""Rooms made."""
UNKNOWN_CODES = RateLimitItemPerMinute(60, namespace="codes")
"""Codes asked for that no room has."""
JOINS = RateLimitItemPerMinute(240, namespace="joins")
"""People who come in, to play or to look on. Who has a seat already is not counted."""
API_REQUESTS = RateLimitItemPerMinute(300, namespace="rest")
"""Requests for ``/api/``."""
PAGE_REQUESTS = RateLimitItemPerMinute(1200, namespace="pages")
"""Requests for anything else but files and health."""
LOGIN_ATTEMPTS = RateLimitItemPerMinute(20, namespace="logins")
"""Attempts to log in to the administration, whoever as."""

SOCKETS = "sockets"
MAX_SOCKETS_PER_CLIENT = 250
"""Open at a time, from one address to one worker: it is the worker's memory that they take up."""

LIMIT_NAMES = (
    *(limit.namespace for limit in (ROOM_CREATIONS, UNKNOWN_CODES, JOINS, API_REQUESTS, PAGE_REQUESTS, LOGIN_ATTEMPTS)),
    SOCKETS,
)

TIMEOUT_S = 0.25
CIRCUIT_OPEN_S = 1.0
"""For how long nobody asks Redis again after it has not answered."""

T = TypeVar("T")


class RateLimiter:
    """Counts what each address does."""

    def __init__(self, redis_url: str, is_on: bool) -> None:
        self._is_on = is_on
        self._redis = connect(redis_url, TIMEOUT_S)
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix="pf:limits",
            connection_pool=self._redis.connection_pool,  # type: ignore[arg-type]
        )
        self._shared = SlidingWindowCounterRateLimiter(storage)
        self._own = LocalCounts()
        self._is_redis_down = False
        self._open_until_s = 0.0

    async def hit(self, limit: RateLimitItem, client_key: str) -> None:
        """Count one more. Raises `RateLimited` if it is one too many."""
        if self._is_on and client_key != UNKNOWN_CLIENT and not await self._hit(limit, client_key):
            await self._refuse(limit, client_key)

    async def check(self, limit: RateLimitItem, client_key: str) -> None:
        """Count nothing. Raises `RateLimited` if one more would be too many."""
        if self._is_on and client_key != UNKNOWN_CLIENT and not await self._has_left(limit, client_key):
            await self._refuse(limit, client_key)

    async def close(self) -> None:
        """Let go of Redis."""
        await self._redis.aclose()

    async def _refuse(self, limit: RateLimitItem, client_key: str) -> NoReturn:
        counters.rate_limited[limit.namespace] += 1
        raise RateLimited(await self._wait_s(limit, client_key))

    async def _hit(self, limit: RateLimitItem, client_key: str) -> bool:
        return await self._ask(
            lambda: self._shared.hit(limit, client_key), lambda: self._own.hit(limit, client_key, time.monotonic())
        )

    async def _has_left(self, limit: RateLimitItem, client_key: str) -> bool:
        return await self._ask(
            lambda: self._shared.test(limit, client_key),
            lambda: self._own.has_left(limit, client_key, time.monotonic()),
        )

    async def _wait_s(self, limit: RateLimitItem, client_key: str) -> int:
        """In how many seconds it is worth trying again."""

        async def shared() -> int:
            stats = await self._shared.get_window_stats(limit, client_key)
            return min(max(1, math.ceil(stats.reset_time - time.time())), limit.get_expiry())

        return await self._ask(shared, lambda: self._own.wait_s(time.monotonic()))

    async def _ask(self, shared: Callable[[], Awaitable[T]], own: Callable[[], T]) -> T:
        """What all workers together know; what this one knows if Redis does not say so in time."""
        now_s = time.monotonic()
        if now_s < self._open_until_s:
            return own()
        if self._is_redis_down:
            # One asks; until it knows, nobody else waits.
            self._open_until_s = now_s + CIRCUIT_OPEN_S
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await shared()
        except REDIS_ERRORS as error:
            if not self._is_redis_down:
                logger.warning("Limits are counted by this worker alone: %s", error or type(error).__name__)
            self._is_redis_down = True
            self._open_until_s = time.monotonic() + CIRCUIT_OPEN_S
            return own()
        self._is_redis_down = False
        self._open_until_s = 0.0
        return answer


class LocalCounts:
    """What a worker counts by itself: whole minutes, forgotten when the next one begins."""

    WINDOW_S = 60

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._until_s = 0.0

    def hit(self, limit: RateLimitItem, client_key: str, now_s: float) -> bool:
        """Count one more; False, and nothing counted, if it is one too many."""
        if not self.has_left(limit, client_key, now_s):
            return False
        self._counts[limit.namespace, client_key] += 1
        return True

    def has_left(self, limit: RateLimitItem, client_key: str, now_s: float) -> bool:
        """Whether one more would be all right."""
        if now_s >= self._until_s:
            self._counts.clear()
            self._until_s = now_s + self.WINDOW_S
        return self._counts[limit.namespace, client_key] < limit.amount

    def wait_s(self, now_s: float) -> int:
        """Seconds until the next minute begins."""
        return max(1, math.ceil(self._until_s - now_s))


class ConnectionLimit:
    """The open sockets of this worker by address."""

    def __init__(self, is_on: bool) -> None:
        self._is_on = is_on
        self._open: Counter[str] = Counter()

    def acquire(self, client_key: str) -> bool:
        """Count a socket, which has to `release` at its end; False if its address has too many already."""
        self._open[client_key] += 1
        if not self._is_on or client_key == UNKNOWN_CLIENT or self._open[client_key] <= MAX_SOCKETS_PER_CLIENT:
            return True
        counters.rate_limited[SOCKETS] += 1
        return False

    def release(self, client_key: str) -> None:
        """A socket has ended."""
        self._open[client_key] -= 1
        if self._open[client_key] <= 0:
            del self._open[client_key]
