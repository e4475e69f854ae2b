"""Figures of the admin's dashboard: rooms, games, Redis and workers. A worker that does not answer costs 2 s."""

import asyncio
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import django
from asgiref.sync import async_to_sync, sync_to_async
from django.db.models import QuerySet
from django.utils import timezone

from gameplay.models import GameResult
from partyflow import __version__
from rooms.admin.list_query import read_rooms
from rooms.admin.permissions import User, may_view, sees_all_rooms
from rooms.admin.redis_reads import redis_errors_as_unavailable, rooms_redis
from rooms.cluster.room_rpc.client import ping_all
from rooms.cluster.room_rpc.messages import WorkerMetrics
from rooms.errors import Unavailable
from rooms.protocol.versions import SUPPORTED
from rooms.storage.keys import INDEX

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RedisStatus:
    """Latency, name and version of Redis, and the number of rooms in it."""

    lag_ms: float
    version: tuple[str, str]
    rooms: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The figures that one user may see; only ``rooms`` and ``games`` unless ``sees_everything``.

    ``redis`` and ``rooms`` are None while Redis does not answer. ``workers`` are those with a heartbeat; the figures of
    one that does not answer are None.
    """

    sees_all_rooms: bool
    rooms: int | None
    games: int
    redis: RedisStatus | None = None
    workers: dict[str, WorkerMetrics | None] | None = None
    versions: tuple[tuple[str, str], ...] = ()

    @property
    def unresponsive_workers(self) -> list[str]:
        """The workers that do not answer."""
        return [name for name, figures in (self.workers or {}).items() if figures is None]

    @property
    def sockets(self) -> int:
        """Sockets of all workers that answer."""
        return sum(figures.sockets for figures in (self.workers or {}).values() if figures is not None)


def dashboard_of(user: User) -> Dashboard | None:
    """The figures for ``user``; None without permission to view rooms."""
    if sees_all_rooms(user):
        redis, workers = async_to_sync(_fetch_status)()
        rooms = None if redis is None else redis.rooms
        return Dashboard(True, rooms, _count_games_today(GameResult.objects.all()), redis, workers, versions(redis))
    if not may_view(user):
        return None
    try:
        own_rooms = len(read_rooms(user))
    except Unavailable:
        own_rooms = None
    return Dashboard(False, own_rooms, _count_games_today(GameResult.objects.filter(creator_id=user.pk)))


def versions(redis: RedisStatus | None) -> tuple[tuple[str, str], ...]:
    """Names and versions of the software."""
    return (
        ("PartyFlow", __version__),
        ("Protocol", ", ".join(SUPPORTED.versions())),
        ("Django", django.get_version()),
        ("Python", platform.python_version()),
        ("Redis", "–") if redis is None else redis.version,
    )


async def _fetch_status() -> tuple[RedisStatus | None, dict[str, WorkerMetrics | None] | None]:
    """Query Redis and the workers concurrently."""
    redis, workers = await asyncio.gather(
        sync_to_async(fetch_redis_status, thread_sensitive=False)(), _fetch_worker_figures()
    )
    return redis, workers


async def _fetch_worker_figures() -> dict[str, WorkerMetrics | None] | None:
    try:
        return await ping_all()
    except Unavailable:
        return None


def fetch_redis_status() -> RedisStatus | None:
    """Query Redis; None if it does not answer."""
    asked_s = time.perf_counter()
    try:
        with redis_errors_as_unavailable():
            redis = rooms_redis()
            rooms = redis.zcard(INDEX)
            lag_ms = (time.perf_counter() - asked_s) * 1000
            server = redis.info("server")
    except Unavailable:
        return None
    return RedisStatus(lag_ms, _server_version(server), rooms)


def _server_version(server: Mapping[str, Any]) -> tuple[str, str]:
    if "redis_version" not in server:
        server = next(iter(server.values()))  # a cluster answers with a dict of its nodes
    name = "Valkey" if "valkey_version" in server else "Redis"
    return name, str(server.get(f"{name.lower()}_version", "–"))


def _count_games_today(results: QuerySet[GameResult]) -> int:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return results.filter(started_at__gte=midnight, started_at__lt=midnight + DAY).count()
