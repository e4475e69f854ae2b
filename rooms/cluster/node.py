"""The node: this process as a member of the cluster, with everything that its rooms share."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any, cast

from channels.layers import get_channel_layer
from django.conf import settings

from gameplay.models import GameResult
from gameplay.words.library import WordLibrary, current_library, load_library
from rooms import clock
from rooms.access.connection_limit import ConnectionLimit
from rooms.access.rate_limits import RateLimiter
from rooms.cluster import drain
from rooms.cluster.lease_guard import LeaseGuard
from rooms.cluster.membership import Membership
from rooms.cluster.registry import Registry
from rooms.live.hub import GroupLayer
from rooms.live.room import LiveRoom
from rooms.live.timer_wheel import TimerWheel
from rooms.storage.redis_client import REDIS_ERRORS, connect
from rooms.storage.result_writer import ResultWriter
from rooms.storage.store import Store
from rooms.storage.write_behind import Saveable, WriteBehind

logger = logging.getLogger(__name__)

SWEEP_INTERVAL_S = 30.0
STOP_TIMEOUT_S = 1.0
CANCEL_AGAIN_S = 0.1
RESTART_DELAY_S = 1.0


class Node:
    """Redis store, membership, lease guard, write-behind, limits and registry of one process.

    It is the `RoomHost` of its rooms. Each start has a worker name of its own, ``NAME.<hex milliseconds>``, so that its
    heartbeats are not taken for those of the incarnation before.
    """

    def __init__(self, redis_url: str, name: str) -> None:
        redis = connect(redis_url)
        self.store = Store(redis, f"{name}.{clock.now_ms():x}")
        self.membership = Membership(redis, self.store.worker)
        self.layer: GroupLayer = cast(GroupLayer, get_channel_layer("local"))
        self.timers = TimerWheel()
        self.writer = WriteBehind(self.store, self._on_claim_lost)
        self.results = ResultWriter(self.store, self.writer)
        self.registry = Registry(self.store, self.membership, self.writer, self)
        self.lease_guard = LeaseGuard(self.store, self.membership, self.writer, self.registry)
        # Bound once: asked for every message.
        self.must_verify = self.lease_guard.must_verify
        self.verify_ownership = self.lease_guard.verify_ownership
        self.limiter = RateLimiter(settings.CACHE_URL, settings.RATE_LIMITS)
        self.connection_limit = ConnectionLimit(settings.RATE_LIMITS)
        self._services: list[asyncio.Task[None]] = []
        self._background: set[asyncio.Task[object]] = set()

    @property
    def is_draining(self) -> bool:
        """Whether the node hands its rooms over and accepts no new ones."""
        return self.membership.is_draining

    # For the rooms

    def library(self) -> WordLibrary:
        """The word library."""
        return current_library()

    def changed(self, live: LiveRoom) -> None:
        """Schedule a write of the room."""
        if not live.is_stopped:
            self.writer.mark_dirty(live)

    def closed(self, live: LiveRoom) -> None:
        """Remove a closed room from memory and Redis."""
        self.registry.remove(live)
        self.writer.delete(live)

    def game_ended(self, result: GameResult) -> None:
        """Save the result of a game, now or when the database is back."""
        self.results.add(result)

    def spawn(self, work: Coroutine[Any, Any, object], what: str) -> None:
        """Run ``work`` in the background; a failure is logged as ``what``."""
        task = asyncio.create_task(work, name=what)
        self._background.add(task)
        task.add_done_callback(self._background_done)

    def _on_claim_lost(self, saveable: Saveable) -> None:
        self.registry.on_claim_lost(saveable)

    # The process

    async def start(self, *services: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Load the words, send the first heartbeat, and run ``services`` until `stop`. Redis may be down."""
        await load_library()
        await self.lease_guard.heartbeat()
        self._services = [asyncio.create_task(_restarted(service)) for service in services]

    async def stop(self) -> None:
        """Hand all rooms over, stop the services, write what is unsaved, and leave the cluster."""
        await self.hand_over()
        await _cancelled(*self._services)
        # What the database does not take in this time is in Redis, and saved by the next worker.
        self.spawn(self.results.flush(), "the results of games")
        await self.writer.flush()
        if self._background:
            await asyncio.wait(self._background, timeout=STOP_TIMEOUT_S)
        await self.writer.flush()
        with contextlib.suppress(*REDIS_ERRORS):
            await self.membership.deregister()
        await self.limiter.close()
        await self.store.redis.aclose()

    async def hand_over(self) -> None:
        """Drain: hand all rooms over in batches; those of later batches are played on meanwhile."""
        self.membership.is_draining = True
        await _cancelled(*self.registry.opening())
        await drain.drain(self.registry)

    async def sweep(self) -> None:
        """Sweep the registry and prune dead workers from the membership."""
        try:
            await self.registry.sweep()
            await self.membership.prune()
        except REDIS_ERRORS as error:
            self.writer.record_failure(error)

    async def sweep_periodically(self) -> None:
        """Sweep every 30 s until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_INTERVAL_S)
            await self.sweep()

    def _background_done(self, task: "asyncio.Task[object]") -> None:
        self._background.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("Background task failed: %s", task.get_name(), exc_info=task.exception())


async def _restarted(service: Callable[[], Coroutine[Any, Any, None]]) -> None:
    while True:
        try:
            await service()
        except Exception:
            logger.exception("%s failed, restarting", service.__qualname__)
            await asyncio.sleep(RESTART_DELAY_S)


async def _cancelled(*tasks: "asyncio.Task[Any]") -> None:
    pending = set(tasks)
    while pending:  # repeatedly, because redis-py swallows a cancellation now and then
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)


_node: Node | None = None


def running_node() -> Node | None:
    """This process's node if it has one; a management command has none."""
    return _node


def current_node() -> Node:
    """This process's node, created on the first call."""
    global _node
    if _node is None:
        _node = Node(settings.REDIS_URL, settings.WORKER_ID)
    return _node


def forget_node() -> None:
    """Drop the stopped node; `current_node` then creates another."""
    global _node
    _node = None
