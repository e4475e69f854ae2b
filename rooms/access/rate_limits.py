"""Rate limits per client, counted in Redis by all workers together; by each worker alone while Redis is unavailable.

A circuit breaker keeps requests from waiting for a Redis that does not answer: after a failure nobody asks it for a
second, then one request does. A household is nowhere near these limits.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from limits import RateLimitItem, RateLimitItemPerMinute, WindowStats
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from rooms.access.client_key import UNKNOWN_CLIENT
from rooms.access.fixed_window import FixedWindow
from rooms.errors import RateLimited
from rooms.storage.redis_client import REDIS_ERRORS, connect
from rooms.telemetry.counters import counters

logger = logging.getLogger(__name__)

ROOM_CREATIONS = RateLimitItemPerMinute(30, namespace="rooms")
UNKNOWN_CODES = RateLimitItemPerMinute(60, namespace="codes")
"""Lookups of rooms that do not exist."""
JOINS = RateLimitItemPerMinute(240, namespace="joins")
"""New players and spectators; not those who have a seat already."""
SEAT_CLAIMS = RateLimitItemPerMinute(10, namespace="claims")
"""Claims to seats of others."""
API_REQUESTS = RateLimitItemPerMinute(300, namespace="rest")
"""Requests for ``/api/``."""
PAGE_REQUESTS = RateLimitItemPerMinute(1200, namespace="pages")
"""All other requests but those for static files and probes."""
LOGIN_ATTEMPTS = RateLimitItemPerMinute(20, namespace="logins")
"""Attempts to log in to the administration, under any name."""

_LIMITS = (ROOM_CREATIONS, UNKNOWN_CODES, JOINS, SEAT_CLAIMS, API_REQUESTS, PAGE_REQUESTS, LOGIN_ATTEMPTS)
NAMES = tuple(limit.namespace for limit in _LIMITS)

TIMEOUT_S = 0.25
CIRCUIT_OPEN_S = 1.0

T = TypeVar("T")


class Strategy(Protocol):
    """A strategy of `limits`, as far as it is used here."""

    async def hit(self, item: RateLimitItem, /, *identifiers: str) -> bool:
        """Count one more; False if the limit is reached."""

    async def test(self, item: RateLimitItem, /, *identifiers: str) -> bool:
        """Whether a hit would be counted."""

    async def get_window_stats(self, item: RateLimitItem, /, *identifiers: str) -> WindowStats:
        """When it is worth trying again, in seconds since 1970, and how many hits are left until then."""


class RateLimiter:
    """Counts what each client does."""

    def __init__(self, redis_url: str, is_on: bool) -> None:
        self._is_on = is_on
        self._redis = connect(redis_url, TIMEOUT_S)
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix="pf:limits",
            connection_pool=self._redis.connection_pool,  # type: ignore[arg-type]
        )
        self._shared: Strategy = SlidingWindowCounterRateLimiter(storage)
        self._local: Strategy = FixedWindow()
        self._is_redis_down = False
        self._open_until_s = 0.0

    async def hit(self, limit: RateLimitItem, client_key: str) -> None:
        """Count one more. Raises `RateLimited` if the limit is reached."""
        await self._require(lambda strategy: strategy.hit(limit, client_key), limit, client_key)

    async def check(self, limit: RateLimitItem, client_key: str) -> None:
        """Count nothing. Raises `RateLimited` if the limit is reached."""
        await self._require(lambda strategy: strategy.test(limit, client_key), limit, client_key)

    async def close(self) -> None:
        """Close the connections to Redis."""
        await self._redis.aclose()

    async def _require(
        self, is_allowed: Callable[[Strategy], Awaitable[bool]], limit: RateLimitItem, client_key: str
    ) -> None:
        if not self._is_on or client_key == UNKNOWN_CLIENT or await self._ask(is_allowed):
            return
        counters.rate_limited[limit.namespace] += 1
        stats = await self._ask(lambda strategy: strategy.get_window_stats(limit, client_key))
        raise RateLimited(min(max(1, math.ceil(stats.reset_time - time.time())), limit.get_expiry()))

    async def _ask(self, call: Callable[[Strategy], Awaitable[T]]) -> T:
        """The answer of the shared counts, or of this worker's own if Redis does not answer in time."""
        now_s = time.monotonic()
        if now_s < self._open_until_s:
            return await call(self._local)
        if self._is_redis_down:
            # Half-open: this request asks, all others count locally until it has an answer.
            self._open_until_s = now_s + CIRCUIT_OPEN_S
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await call(self._shared)
        except REDIS_ERRORS as error:
            if not self._is_redis_down:
                logger.warning("Rate limits: Redis unavailable, counting per worker: %s", error or type(error).__name__)
            self._is_redis_down = True
            self._open_until_s = time.monotonic() + CIRCUIT_OPEN_S
            return await call(self._local)
        self._is_redis_down = False
        self._open_until_s = 0.0
        return answer
