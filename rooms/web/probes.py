"""What machines ask: ``/healthz``, ``/readyz`` and ``/metrics``. Answered within a moment, whoever hangs behind."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from channels.db import database_sync_to_async
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from redis.exceptions import RedisError

from rooms.cluster.registry import registry
from rooms.web import prometheus

PATIENCE_S = 2.0
"""Who has not answered by then does not answer."""


@require_GET
@never_cache
async def healthz(request: HttpRequest) -> HttpResponse:
    """The process is alive."""
    return JsonResponse({"status": "ok"})


@require_GET
@never_cache
async def readyz(request: HttpRequest) -> HttpResponse:
    """Redis and the database answer, and the worker is not about to stop."""
    redis, database = await asyncio.gather(_redis.answers(), _database.answers())
    checks = {"redis": redis, "database": database, "accepting": not registry().is_draining}
    is_ready = all(checks.values())
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"status": "ok" if is_ready else "unavailable", **checks}, status=status)


@require_GET
@never_cache
async def metrics(request: HttpRequest) -> HttpResponse:
    """``GET /metrics``: Prometheus text."""
    return HttpResponse(prometheus.text(registry()), content_type="text/plain; version=0.0.4; charset=utf-8")


class Question:
    """Asked once at a time: while one that hangs has no answer yet, the next probe waits for the same one."""

    def __init__(self, ask: Callable[[], Awaitable[object]]) -> None:
        self._ask = ask
        self._asking: asyncio.Task[bool] | None = None

    async def answers(self) -> bool:
        """Whether there is a good answer, within `PATIENCE_S`."""
        asking = self._asking
        if asking is None or asking.done():
            asking = self._asking = asyncio.create_task(self._is_answered())
        # Not wait_for: what hangs in a thread cannot be cancelled, and redis-py does not always let itself be.
        answered, _ = await asyncio.wait([asking], timeout=PATIENCE_S)
        return bool(answered) and asking.result()

    async def _is_answered(self) -> bool:
        try:
            await self._ask()
        except (RedisError, DatabaseError, OSError, TimeoutError):
            return False
        return True


async def _ping_redis() -> None:
    await registry().store.redis.ping()


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


_redis = Question(_ping_redis)
_database = Question(database_sync_to_async(_ask_database, thread_sensitive=False))

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
