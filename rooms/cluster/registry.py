"""Registry of the rooms in memory: room code → live room."""

import asyncio
import logging
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gameplay.engine import game, names, snapshot
from gameplay.engine.model import Settings
from rooms import clock
from rooms.access.sessions import new_session, session_hash
from rooms.cluster.membership import Membership
from rooms.cluster.ownership import Elsewhere, acquire
from rooms.errors import BUSY, Unavailable
from rooms.live.room import LiveRoom, RoomHost
from rooms.protocol.errors import CloseCode
from rooms.protocol.limits import SNAPSHOT_RETENTION_MS
from rooms.storage.redis_client import REDIS_ERRORS
from rooms.storage.restore import restore
from rooms.storage.room_summary import RoomSummary, summarize
from rooms.storage.store import Store
from rooms.storage.write_behind import Saveable, WriteBehind
from rooms.telemetry.counters import counters
from rooms.telemetry.spans import span

logger = logging.getLogger(__name__)

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6
RESERVED = frozenset({"READYZ", "HEALTH"})
"""Codes that fixed routes would hide."""

REFRESH_MS = 30 * 60 * 1000
"""An open room without changes is written this often, so that it does not expire in Redis."""


@dataclass(frozen=True, slots=True)
class CreatedRoom:
    """A new room. ``session_id`` is the host's secret, for the host alone."""

    code: str
    host_id: str
    session_id: str


class Registry:
    """The rooms of this process by code: creates, finds, claims, releases and sweeps them."""

    def __init__(self, store: Store, membership: Membership, writer: WriteBehind, host: RoomHost) -> None:
        self._store = store
        self._membership = membership
        self._writer = writer
        self._host = host
        self._rooms: dict[str, LiveRoom] = {}
        self._opening: dict[str, asyncio.Task[LiveRoom | Elsewhere | None]] = {}

    def __iter__(self) -> Iterator[LiveRoom]:
        return iter(tuple(self._rooms.values()))

    def __len__(self) -> int:
        """Live rooms."""
        return len(self._rooms)

    @property
    def socket_count(self) -> int:
        """Sockets in the rooms."""
        return sum(len(live.hub) for live in self._rooms.values())

    async def create(
        self, host_name: str, chosen: Settings, creator_id: int | None = None, team_names: tuple[str, ...] = ()
    ) -> CreatedRoom:
        """Create a room and write it to Redis; it has no owner until its first client comes.

        ``creator_id`` is the creator's account, None without one; ``team_names`` are cleaned names.

        Raises `NameInvalid`, `Unavailable`.
        """
        secret, now_ms = new_session(), clock.now_ms()
        if self._membership.is_draining:
            raise Unavailable(BUSY)
        host_name = names.clean_permitted(host_name, chosen.language, self._host.library())
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
                is_new = code not in self._rooms and await self._store.create(
                    summarize(room, now_ms), snapshot.dump_state(room), now_ms
                )
            except REDIS_ERRORS as error:
                self._writer.record_failure(error)
                raise Unavailable(BUSY) from error
            if is_new:
                counters.rooms_created += 1
                return CreatedRoom(code, room.host_id, secret)

    async def find(self, code: str) -> LiveRoom | Elsewhere | None:
        """The live room; `Elsewhere` if another worker owns it, None without it. An unowned one is claimed.

        Concurrent calls for one room share one task. It is shielded, because a caller that disconnects must not cancel
        it for the others; a drain cancels the task itself, which every caller then sees as `Unavailable`.

        Raises `Unavailable`.
        """
        if self._host.must_verify():
            await self._host.verify_ownership()
        live = self._rooms.get(code)
        if live is not None and not live.is_stopped:
            return live
        if live is not None or self._membership.is_draining:
            raise Unavailable(BUSY)
        if not is_code(code) or self._writer.is_closing(code):
            return None
        opening = self._opening.get(code)
        if opening is None:
            opening = self._opening[code] = asyncio.create_task(self._open(code))
            opening.add_done_callback(lambda _: self._opening.pop(code, None))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            if opening.cancelled():
                raise Unavailable(BUSY) from None
            raise

    def get(self, code: str) -> LiveRoom | None:
        """The room if it is in memory."""
        return self._rooms.get(code)

    async def summary(self, code: str) -> RoomSummary | None:
        """The public summary of a room, without opening it; None without such a room. Raises `Unavailable`."""
        live = self._rooms.get(code)
        if live is not None:
            return live.summary()
        if not is_code(code) or self._writer.is_closing(code):
            return None
        try:
            return await self._store.summary(code)
        except REDIS_ERRORS as error:
            self._writer.record_failure(error)
            raise Unavailable(BUSY) from error

    def remove(self, live: LiveRoom) -> None:
        """Forget a closed room."""
        self._rooms.pop(live.code, None)

    def on_claim_lost(self, saveable: Saveable) -> None:
        """Drop a room whose write was refused because another worker owns it."""
        live = self._rooms.get(saveable.code)
        if live is saveable:
            self.lose(live)

    def opening(self) -> list["asyncio.Task[LiveRoom | Elsewhere | None]"]:
        """The rooms that are being claimed and restored right now."""
        return list(self._opening.values())

    async def release(self, rooms: Iterable[LiveRoom]) -> bool:
        """Stop these rooms and write that they have no owner; False if that failed, and they stay stopped."""
        mine = [live for live in rooms if self._rooms.get(live.code) is live]
        for live in mine:
            live.stop()
            live.save_state.is_released = True
        await self._writer.save(*mine)
        return not any(self._writer.is_unsaved(live) for live in mine)

    async def move_out(self, live: LiveRoom) -> bool:
        """Release a room to another worker; False if that could not be written, and the room goes on here."""
        if await self.release([live]):
            self.forget(live)
            live.close_all(CloseCode.RESTARTING)
            counters.handovers += 1
            return True
        if self._rooms.get(live.code) is live:
            live.save_state.is_released = False
            live.resume()
            self._writer.mark_dirty(live)
        return False

    def forget(self, live: LiveRoom) -> None:
        """Drop a room from memory; another worker may own it."""
        if self._rooms.get(live.code) is live:
            del self._rooms[live.code]
            self._writer.discard(live)

    def lose(self, live: LiveRoom) -> None:
        """Drop a room that another worker owns and send its sockets there."""
        if self._rooms.get(live.code) is live:
            logger.error("Room %s: ownership lost to another worker", live.code)
            live.stop()
            self.forget(live)
            live.close_all(CloseCode.RESTARTING)

    async def sweep(self) -> None:
        """Release rooms that have been empty for 10 minutes, refresh the others in Redis, prune the index.

        Raises `REDIS_ERRORS`.
        """
        now_ms = clock.now_ms()
        for live in tuple(self._rooms.values()):
            if live.hub:
                if now_ms - live.save_state.saved_at_ms >= REFRESH_MS:
                    self._writer.mark_dirty(live)
            elif now_ms - live.empty_since_ms >= SNAPSHOT_RETENTION_MS:
                await self._release_if_empty(live)
        await self._store.prune_index(now_ms)

    async def _open(self, code: str) -> LiveRoom | Elsewhere | None:
        try:
            with span("open room", room=code):
                acquired = await acquire(code, self._store, self._membership)
        except REDIS_ERRORS as error:
            self._writer.record_failure(error)
            raise Unavailable(BUSY) from error
        if acquired is None or isinstance(acquired, Elsewhere):
            return acquired
        restored = restore(code, acquired.stored, clock.now_ms())
        if restored is None:
            return None
        counters.takeovers += acquired.is_takeover
        live = LiveRoom(*restored, node=self._host)
        # Written before any client gets a sequence number, so that a crash cannot issue the same numbers again.
        if not await self._writer.save(live):
            self._writer.discard(live)
            raise Unavailable(BUSY)
        self._rooms[code] = live
        live.arm()
        return live

    async def _release_if_empty(self, live: LiveRoom) -> None:
        empty_since_ms = live.empty_since_ms
        live.save_state.is_released = True
        is_written = await self._writer.save(live)
        is_untouched = not live.hub and live.empty_since_ms == empty_since_ms
        if is_written and is_untouched:
            live.stop()
            self.forget(live)
        elif self._rooms.get(live.code) is live:
            live.save_state.is_released = False
            self._writer.mark_dirty(live)


def new_code() -> str:
    """A random code that no route hides."""
    while (code := "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))) in RESERVED:
        pass
    return code


def is_code(text: str) -> bool:
    """Whether ``text`` could be a room's code."""
    return len(text) == CODE_LENGTH and all(character in ALPHABET for character in text)
