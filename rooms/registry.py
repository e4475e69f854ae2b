"""The rooms of this process: made, opened, looked up, let go."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, cast

from channels.layers import get_channel_layer
from django.conf import settings
from redis.exceptions import RedisError

from gameplay.engine import game, names, snapshot
from gameplay.engine.model import Settings
from gameplay.library import WordLibrary, keep_fresh, library, load_library
from rooms import clock
from rooms.errors import Unavailable
from rooms.lines import Layer
from rooms.loop_lag import watch_loop
from rooms.metrics import counters
from rooms.persistence import Saveable, Writer
from rooms.protocol.errors import CloseCode
from rooms.protocol.limits import SNAPSHOT_RETENTION_MS
from rooms.ratelimit import Crowd, Limiter
from rooms.redis_address import connect
from rooms.restore import restore
from rooms.room import LiveRoom, facts_of
from rooms.sessions import Session, new_session, session_hash
from rooms.store import RoomFacts, Store

__all__ = ["CreatedRoom", "Registry", "RoomFacts", "current_registry", "forget_registry", "redeem_seat", "registry"]

logger = logging.getLogger(__name__)

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6
RESERVED = frozenset({"READYZ", "HEALTH"})
"""Codes that would hide behind a fixed route."""

BEAT_INTERVAL_S = 0.5
"""After a crash the clocks of the rooms go on where the last sign of life came; that is to be within a second."""
SWEEP_INTERVAL_S = 30.0
REFRESH_MS = 30 * 60 * 1000
"""A room that is open but in which nothing happens is written this often, so that it does not expire."""
STOP_TIMEOUT_S = 4.0
CANCEL_AGAIN_S = 0.1
AFTER_FAULT_S = 1.0
FINISH_PAUSE_S = 0.25

AWAY = (RedisError, OSError, TimeoutError)
BUSY = "The server is busy right now. Please try again in a moment."


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
        self.store = Store(connect(redis_url), f"{worker}.{clock.now_ms():x}")
        self.layer: Layer = cast(Layer, get_channel_layer("local"))
        self.writer = Writer(self.store, self._lose)
        self.limiter = Limiter(settings.CACHE_URL, settings.RATE_LIMITS)
        self.crowd = Crowd(settings.RATE_LIMITS)
        self.is_draining = False
        self._rooms: dict[str, LiveRoom] = {}
        self._opening: dict[str, asyncio.Task[LiveRoom | None]] = {}
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
        host_name = names.admit(host_name, chosen.language, self.library())
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
            )
            try:
                is_new = code not in self._rooms and await self.store.create(
                    facts_of(room, now_ms), snapshot.dump_state(room), now_ms
                )
            except AWAY as error:
                self.writer.failed(error)
                raise Unavailable(BUSY) from error
            if is_new:
                counters.rooms_created += 1
                return CreatedRoom(code, room.host_id, secret)

    async def open(self, code: str) -> LiveRoom | None:
        """The live room, read back from Redis if it is not in memory; None if there is none. Raises `Unavailable`."""
        if self.is_draining:
            raise Unavailable(BUSY)
        live = self._rooms.get(code)
        if live is not None:
            return live
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

    def get(self, code: str) -> LiveRoom | None:
        """The room if it is in memory."""
        return self._rooms.get(code)

    async def facts(self, code: str) -> RoomFacts | None:
        """What may be said about a room, without opening it; None if there is none. Raises `Unavailable`."""
        live = self._rooms.get(code)
        if live is not None:
            return live.facts()
        if not is_code(code) or self.writer.is_closing(code):
            return None
        try:
            return await self.store.facts(code)
        except AWAY as error:
            self.writer.failed(error)
            raise Unavailable(BUSY) from error

    async def redeem_seat(self, code: str, token: str) -> Session | None:
        """Open a seat with a one-time link: a new secret that puts the old one, and its socket, out of use.

        None if the link is used up, too old or was never made. Raises `Unavailable`.
        """
        if not is_code(code):
            return None
        live = await self.open(code)
        try:
            actor_id = await self.store.take_seat_link(code, session_hash(token))
        except AWAY as error:
            self.writer.failed(error)
            raise Unavailable(BUSY) from error
        member = live.room.members.get(actor_id or "") if live is not None else None
        if live is None or member is None or live.is_stopped:
            return None
        secret = new_session()
        member.session = session_hash(secret)
        live.expel(member.id)
        await self.writer.save(live, self.store.worker)
        return Session(code, member.id, secret, is_host=member.id == live.room.host_id)

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
        return sum(len(live.lines) for live in self._rooms.values())

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
            self.writer.mark(live)

    def closed(self, live: LiveRoom) -> None:
        """Forget the room everywhere."""
        self._rooms.pop(live.code, None)
        self.writer.remove(live)

    def spawn(self, work: Coroutine[Any, Any, object], what: str) -> None:
        """Have something done beside the rooms; failures are logged as ``what``."""
        task = asyncio.create_task(work, name=what)
        self._errands.add(task)
        task.add_done_callback(self._errand_done)

    # The process

    async def start(self, *services: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin to write, to show signs of life and to sweep, and whatever else runs beside. Redis may be away."""
        await load_library()
        every = (self.writer.run, self._beat, self._sweep, keep_fresh, watch_loop, *services)
        self._services = [asyncio.create_task(_for_ever(work)) for work in every]

    async def stop(self) -> None:
        """Let every room go where it stands, tell the sockets to come back, and end."""
        self.is_draining = True
        # First of all nobody else writes: what is cut short here is written again below.
        await _cancelled(*self._services, *self._opening.values())
        for live in self._rooms.values():
            live.stop()
            self.writer.mark(live)
        await self._finish()
        for live in self._rooms.values():
            live.dismiss_all(CloseCode.RESTARTING)
        self._rooms.clear()
        with contextlib.suppress(*AWAY):
            await self.store.sign_off()
        await self.limiter.close()
        await self.store.redis.aclose()

    async def sweep(self) -> None:
        """Let rooms go that nobody has been in for 10 minutes, keep the others alive in Redis, tidy the index."""
        now_ms = clock.now_ms()
        for live in tuple(self._rooms.values()):
            if live.lines:
                if now_ms - live.record.saved_at_ms >= REFRESH_MS:
                    self.writer.mark(live)
            elif now_ms - live.empty_since_ms >= SNAPSHOT_RETENTION_MS:
                await self._let_go(live)
        try:
            await self.store.sweep(now_ms)
        except AWAY as error:
            self.writer.failed(error)

    async def beat(self) -> None:
        """Show a sign of life. Redis that does not know the last one has lost its data, and gets all of it again."""
        try:
            is_known = await self.store.beat(clock.now_ms())
        except AWAY as error:
            self.writer.failed(error)
            return
        if not is_known:
            for live in self._rooms.values():
                live.record.forget()
                self.writer.mark(live)
        self.writer.answered()

    async def _open(self, code: str) -> LiveRoom | None:
        try:
            restored = await restore(self.store, code, clock.now_ms())
        except AWAY as error:
            self.writer.failed(error)
            raise Unavailable(BUSY) from error
        if restored is None:
            return None
        live = LiveRoom(*restored, keeper=self)
        # Written before anybody hears a number, so that a crash cannot bring the same numbers again.
        if not await self.writer.save(live, self.store.worker):
            self.writer.drop(live)
            raise Unavailable(BUSY)
        self._rooms[code] = live
        live.arm()
        return live

    async def _let_go(self, live: LiveRoom) -> None:
        empty_since_ms = live.empty_since_ms
        is_written = await self.writer.save(live, worker="")
        is_untouched = not live.lines and live.empty_since_ms == empty_since_ms  # or somebody came by in the meantime
        if is_written and is_untouched and self._rooms.get(live.code) is live:
            live.stop()
            del self._rooms[live.code]
            self.writer.drop(live)

    def _lose(self, saveable: Saveable) -> None:
        live = self._rooms.get(saveable.code)
        if live is saveable:
            live.stop()
            del self._rooms[live.code]
            live.dismiss_all(CloseCode.RESTARTING)

    async def _finish(self) -> None:
        deadline_s = asyncio.get_running_loop().time() + STOP_TIMEOUT_S
        while not await self.writer.flush(worker="") or self.writer.unsaved_count:
            if asyncio.get_running_loop().time() > deadline_s:
                logger.error("%d rooms could not be written", self.writer.unsaved_count)
                break
            await asyncio.sleep(FINISH_PAUSE_S)
        if self._errands:
            await asyncio.wait(self._errands, timeout=max(0.1, deadline_s - asyncio.get_running_loop().time()))

    async def _beat(self) -> None:
        while True:
            await self.beat()
            await asyncio.sleep(BEAT_INTERVAL_S)

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


async def redeem_seat(code: str, token: str) -> Session | None:
    """Open a seat with a one-time link; None if it does not work any more. Raises `Unavailable`."""
    return await registry().redeem_seat(code, token)
