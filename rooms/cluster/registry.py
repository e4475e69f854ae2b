"""The rooms of this process: made, opened, looked up, let go."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from channels.layers import get_channel_layer
from django.conf import settings

from gameplay.engine import game, names, snapshot
from gameplay.engine.model import Settings
from gameplay.words.library import WordLibrary, library, load_library, poll_for_changes
from rooms import clock
from rooms.access.connection_limit import ConnectionLimit
from rooms.access.rate_limits import RateLimiter
from rooms.access.sessions import new_session, session_hash
from rooms.cluster.drain import hand_over
from rooms.cluster.lease_guard import Tenure
from rooms.cluster.membership import Liveness
from rooms.cluster.ownership import Elsewhere, take
from rooms.errors import BUSY, Unavailable
from rooms.live.hub import GroupLayer
from rooms.live.room import LiveRoom
from rooms.live.timer_wheel import TimerWheel
from rooms.protocol.errors import CloseCode
from rooms.protocol.limits import SNAPSHOT_RETENTION_MS
from rooms.storage.redis_client import REDIS_ERRORS, connect
from rooms.storage.restore import restore
from rooms.storage.store import Store
from rooms.storage.summary import RoomSummary, summarize
from rooms.storage.write_behind import Saveable, WriteBehind
from rooms.telemetry.counters import counters
from rooms.telemetry.loop_lag import measure_loop_lag
from rooms.telemetry.spans import span

__all__ = ["CreatedRoom", "Registry", "current_registry", "forget_registry", "registry"]

logger = logging.getLogger(__name__)

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6
RESERVED = frozenset({"READYZ", "HEALTH"})
"""Codes that would hide behind a fixed route."""

SWEEP_INTERVAL_S = 30.0
REFRESH_MS = 30 * 60 * 1000
"""A room that is open but in which nothing happens is written this often, so that it does not expire."""
STOP_TIMEOUT_S = 1.0
CANCEL_AGAIN_S = 0.1
AFTER_FAULT_S = 1.0


@dataclass(frozen=True, slots=True)
class CreatedRoom:
    """A new room. ``session_id`` is the host's secret, for the host alone."""

    code: str
    host_id: str
    session_id: str


class Registry:
    """Code → live room. One per process; it is the `Keeper` of its rooms."""

    def __init__(self, redis_url: str, worker: str) -> None:
        # Each start has a name of its own, so that nobody takes its signs of life for those of the one before.
        redis = connect(redis_url)
        self.store = Store(redis, f"{worker}.{clock.now_ms():x}")
        self.liveness = Liveness(redis, self.store.worker)
        self.layer: GroupLayer = cast(GroupLayer, get_channel_layer("local"))
        self.timers = TimerWheel()
        self.writer = WriteBehind(self.store, self._lost)
        self.tenure = Tenure(self.store, self.liveness, self.writer, self)
        self.is_in_doubt = self.tenure.is_in_doubt  # as it is, for it is asked about every message
        self.limiter = RateLimiter(settings.CACHE_URL, settings.RATE_LIMITS)
        self.connection_limit = ConnectionLimit(settings.RATE_LIMITS)
        self.is_draining = False
        self._rooms: dict[str, LiveRoom] = {}
        self._opening: dict[str, asyncio.Task[LiveRoom | Elsewhere | None]] = {}
        self._services: list[asyncio.Task[None]] = []
        self._errands: set[asyncio.Task[object]] = set()

    # What pages and sockets ask for

    async def create(
        self, host_name: str, chosen: Settings, creator_id: int | None = None, team_names: tuple[str, ...] = ()
    ) -> CreatedRoom:
        """Make a room and write it down; it belongs to no worker until somebody comes.

        ``creator_id`` is the account of who makes it, None if they are not logged in; ``team_names`` are cleaned names.

        Raises `NameInvalid`, `Unavailable`.
        """
        secret, now_ms = new_session(), clock.now_ms()
        if self.is_draining:
            raise Unavailable(BUSY)
        host_name = names.clean_permitted(host_name, chosen.language, self.library())
        while True:
            code = new_code()
            room = game.create(
                code,
                host_name,
                session_hash(secret),
                chosen,
                secrets.randbits(63),
                now_ms,
                creator_id=creator_id,
                team_names=team_names,
                share_key=secrets.token_urlsafe(16),
            )
            try:
                is_new = code not in self._rooms and await self.store.create(
                    summarize(room, now_ms), snapshot.dump_state(room), now_ms
                )
            except REDIS_ERRORS as error:
                self.writer.record_failure(error)
                raise Unavailable(BUSY) from error
            if is_new:
                counters.rooms_created += 1
                return CreatedRoom(code, room.host_id, secret)

    async def find(self, code: str) -> LiveRoom | Elsewhere | None:
        """The live room, made this worker's if it is nobody's; where it is, if it is another's; None if there is none.

        Raises `Unavailable`.
        """
        if self.is_in_doubt():
            await self.make_sure()
        live = self._rooms.get(code)
        if live is not None and not live.is_stopped:
            return live
        if live is not None or self.is_draining:
            raise Unavailable(BUSY)
        if not is_code(code) or self.writer.is_closing(code):
            return None
        opening = self._opening.get(code)
        if opening is None:
            opening = self._opening[code] = asyncio.create_task(self._open(code))
            opening.add_done_callback(lambda _: self._opening.pop(code, None))
        try:
            # Shielded: whoever else waits for the same room must not lose it because one of them hung up.
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            if opening.cancelled():
                raise Unavailable(BUSY) from None
            raise

    async def open(self, code: str) -> LiveRoom | None:
        """The live room; None if there is none. Raises `Unavailable`, also if another worker has it."""
        found = await self.find(code)
        if isinstance(found, Elsewhere):
            raise Unavailable(BUSY)
        return found

    def get(self, code: str) -> LiveRoom | None:
        """The room if it is in memory."""
        return self._rooms.get(code)

    async def summary(self, code: str) -> RoomSummary | None:
        """What may be said about a room, without opening it; None if there is none. Raises `Unavailable`."""
        live = self._rooms.get(code)
        if live is not None:
            return live.summary()
        if not is_code(code) or self.writer.is_closing(code):
            return None
        try:
            return await self.store.summary(code)
        except REDIS_ERRORS as error:
            self.writer.record_failure(error)
            raise Unavailable(BUSY) from error

    # Figures

    def __iter__(self) -> Iterator[LiveRoom]:
        return iter(tuple(self._rooms.values()))

    @property
    def room_count(self) -> int:
        """Live rooms."""
        return len(self._rooms)

    @property
    def socket_count(self) -> int:
        """Sockets in them."""
        return sum(len(live.hub) for live in self._rooms.values())

    @property
    def unsaved_count(self) -> int:
        """Rooms that are yet to be written."""
        return self.writer.unsaved_count

    @property
    def write_lag_s(self) -> float:
        """How long the oldest of them has been waiting."""
        return self.writer.write_lag_s

    @property
    def is_redis_up(self) -> bool:
        """Whether the last attempt to reach Redis succeeded."""
        return self.writer.is_redis_up

    # What rooms ask for

    def library(self) -> WordLibrary:
        """The words."""
        return library()

    def changed(self, live: LiveRoom) -> None:
        """Have the room written soon."""
        if not live.is_stopped:
            self.writer.mark_dirty(live)

    def closed(self, live: LiveRoom) -> None:
        """Forget the room everywhere."""
        self._rooms.pop(live.code, None)
        self.writer.delete(live)

    async def make_sure(self) -> None:
        """Let go of the rooms that are another worker's; afterwards there is no doubt."""
        await self.tenure.make_sure()

    def spawn(self, work: Coroutine[Any, Any, object], what: str) -> None:
        """Have something done beside the rooms; failures are logged as ``what``."""
        task = asyncio.create_task(work, name=what)
        self._errands.add(task)
        task.add_done_callback(self._errand_done)

    # The process

    async def start(self, *services: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin to write, to show signs of life and to sweep, and whatever else runs beside. Redis may be away."""
        await load_library()
        await self.beat()
        every = (self.writer.run, self.tenure.run, self._sweep, poll_for_changes, measure_loop_lag, *services)
        self._services = [asyncio.create_task(_for_ever(work)) for work in every]

    async def stop(self) -> None:
        """Hand every room over where it stands, tell the sockets to come back, and end."""
        await self.hand_over()
        await _cancelled(*self._services)
        await self._finish()
        with contextlib.suppress(*REDIS_ERRORS):
            await self.liveness.sign_off()
        await self.limiter.close()
        await self.store.redis.aclose()

    async def hand_over(self) -> None:
        """Let every room go to other workers, wave by wave; those that are still to go are played on meanwhile."""
        self.is_draining = self.liveness.is_draining = True
        await _cancelled(*self._opening.values())
        await hand_over(self, self)

    async def release(self, rooms: Iterable[LiveRoom]) -> bool:
        """Stop these rooms and write that nobody has them; False if Redis would not have it, and they stand."""
        mine = [live for live in rooms if self._rooms.get(live.code) is live]
        for live in mine:
            live.stop()
            live.save_state.is_released = True
        await self.writer.save(*mine)
        return not any(self.writer.is_unsaved(live) for live in mine)

    async def move_out(self, live: LiveRoom) -> bool:
        """Let a room go to another worker; False if that could not be written, and the room goes on here."""
        if await self.release([live]):
            self.forget(live)
            live.close_all(CloseCode.RESTARTING)
            counters.handovers += 1
            return True
        if self._rooms.get(live.code) is live:
            live.save_state.is_released = False
            live.resume()
            self.writer.mark_dirty(live)
        return False

    def forget(self, live: LiveRoom) -> None:
        """Have the room no more; it is not this worker's."""
        if self._rooms.get(live.code) is live:
            del self._rooms[live.code]
            self.writer.discard(live)

    def lose(self, live: LiveRoom) -> None:
        """The room is another worker's: whoever is in it has to go there."""
        if self._rooms.get(live.code) is live:
            logger.error("Room %s is another worker's now", live.code)
            live.stop()
            self.forget(live)
            live.close_all(CloseCode.RESTARTING)

    async def sweep(self) -> None:
        """Let rooms go that nobody has been in for 10 minutes, keep the others alive in Redis, tidy the index."""
        now_ms = clock.now_ms()
        for live in tuple(self._rooms.values()):
            if live.hub:
                if now_ms - live.save_state.saved_at_ms >= REFRESH_MS:
                    self.writer.mark_dirty(live)
            elif now_ms - live.empty_since_ms >= SNAPSHOT_RETENTION_MS:
                await self._let_go(live)
        try:
            await self.store.prune_index(now_ms)
            await self.liveness.tidy()
        except REDIS_ERRORS as error:
            self.writer.record_failure(error)

    async def beat(self) -> None:
        """Show a sign of life."""
        await self.tenure.beat()

    async def _open(self, code: str) -> LiveRoom | Elsewhere | None:
        try:
            with span("open room", room=code):
                taken = await take(code, self.store, self.liveness)
        except REDIS_ERRORS as error:
            self.writer.record_failure(error)
            raise Unavailable(BUSY) from error
        if taken is None or isinstance(taken, Elsewhere):
            return taken
        restored = restore(code, taken.found, clock.now_ms())
        if restored is None:
            return None
        counters.takeovers += taken.is_takeover
        live = LiveRoom(*restored, keeper=self)
        # Written before anybody hears a number, so that a crash cannot bring the same numbers again.
        if not await self.writer.save(live):
            self.writer.discard(live)
            raise Unavailable(BUSY)
        self._rooms[code] = live
        live.arm()
        return live

    async def _let_go(self, live: LiveRoom) -> None:
        empty_since_ms = live.empty_since_ms
        live.save_state.is_released = True
        is_written = await self.writer.save(live)
        is_untouched = not live.hub and live.empty_since_ms == empty_since_ms  # or somebody came by in the meantime
        if is_written and is_untouched:
            live.stop()
            self.forget(live)
        elif self._rooms.get(live.code) is live:
            live.save_state.is_released = False
            self.writer.mark_dirty(live)

    def _lost(self, saveable: Saveable) -> None:
        live = self._rooms.get(saveable.code)
        if live is saveable:
            self.lose(live)

    async def _finish(self) -> None:
        await self.writer.flush()
        if self._errands:
            await asyncio.wait(self._errands, timeout=STOP_TIMEOUT_S)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_INTERVAL_S)
            await self.sweep()

    def _errand_done(self, task: "asyncio.Task[object]") -> None:
        self._errands.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("Failed: %s", task.get_name(), exc_info=task.exception())


async def _for_ever(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    while True:
        try:
            await work()
        except Exception:
            logger.exception("%s stumbled, and begins again", work.__qualname__)
            await asyncio.sleep(AFTER_FAULT_S)


async def _cancelled(*tasks: "asyncio.Task[Any]") -> None:
    pending = set(tasks)
    while pending:  # again and again, for redis-py swallows a cancellation now and then
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)


def new_code() -> str:
    """A random code that no route hides."""
    while (code := "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))) in RESERVED:
        pass
    return code


def is_code(text: str) -> bool:
    """Whether ``text`` could be a room's code."""
    return len(text) == CODE_LENGTH and all(character in ALPHABET for character in text)


_registry: Registry | None = None


def current_registry() -> Registry | None:
    """This process's registry if it has one: a command has none."""
    return _registry


def registry() -> Registry:
    """This process's registry, made if need be."""
    global _registry
    if _registry is None:
        _registry = Registry(settings.REDIS_URL, settings.WORKER_ID)
    return _registry


def forget_registry() -> None:
    """The registry has been stopped; the next one asked for is another."""
    global _registry
    _registry = None
