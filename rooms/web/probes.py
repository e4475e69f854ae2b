"""Probes: ``/healthz``, ``/readyz`` and ``/metrics``; bounded by a 2 s timeout even if a dependency hangs."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from channels.db import database_sync_to_async
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from rooms.cluster.node import current_node
from rooms.web import prometheus

CHECK_TIMEOUT_S = 2.0
"""Timeout of a dependency check."""


@require_safe
@never_cache
async def healthz(request: HttpRequest) -> HttpResponse:
    """Liveness: the process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
async def readyz(request: HttpRequest) -> HttpResponse:
    """Readiness: Redis and the database answer, and the worker is not draining."""
    redis, database = await asyncio.gather(_redis.passes(), _database.passes())
    checks = {"redis": redis, "database": database, "accepting": not current_node().is_draining}
    is_ready = all(checks.values())
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"status": "ok" if is_ready else "unavailable", **checks}, status=status)


@require_safe
@never_cache
async def metrics(request: HttpRequest) -> HttpResponse:
    """``GET /metrics``: Prometheus text."""
    return HttpResponse(prometheus.text(current_node()), content_type="text/plain; version=0.0.4; charset=utf-8")


class SharedCheck:
    """A dependency check that runs once at a time: probes that come while it hangs share its result."""

    def __init__(self, check: Callable[[], Awaitable[object]]) -> None:
        self._check = check
        self._running: asyncio.Task[bool] | None = None

    async def passes(self) -> bool:
        """Whether the dependency answers within `CHECK_TIMEOUT_S`."""
        running = self._running
        if running is None or running.done():
            running = self._running = asyncio.create_task(self._run())
        # Not wait_for: a hanging thread cannot be cancelled, and redis-py does not always let itself be.
        done, _ = await asyncio.wait([running], timeout=CHECK_TIMEOUT_S)
        return bool(done) and running.result()

    async def _run(self) -> bool:
        try:
            await self._check()
        except (RedisError, DatabaseError, OSError, TimeoutError):
            return False
        return True


async def _ping_redis() -> None:
    await current_node().store.redis.ping()


def _query_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


_redis = SharedCheck(_ping_redis)
_database = SharedCheck(database_sync_to_async(_query_database, thread_sensitive=False))

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
