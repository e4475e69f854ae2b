"""Write-behind: changed rooms are written to Redis in the background, the latest state winning (docs/spec.md §4.2).

A set of dirty rooms waits, not a queue of changes, so it cannot overflow. One round trip writes up to `BATCH` of them,
and with them the results of games that the database does not have yet.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import msgspec

from gameplay.engine import snapshot
from gameplay.engine.model import Room
from rooms import clock
from rooms.protocol.eventlog import EventLog
from rooms.storage.redis_client import REDIS_ERRORS
from rooms.storage.room_summary import RoomSummary
from rooms.storage.store import FENCED, RECREATED, DropResults, KeepResults, Save, Store, Tombstone
from rooms.telemetry.counters import counters
from rooms.telemetry.spans import span

logger = logging.getLogger(__name__)

FLUSH_INTERVAL_S = 0.05
RETRY_MIN_S = 0.1
RETRY_MAX_S = 0.5
BATCH = 500
MAX_LOG_PARTS = 64
"""A log of so many entries in Redis is replaced by a single one with the next write."""


@dataclass(slots=True)
class SaveState:
    """What Redis has of a room, and the epoch and revision that fence its writes.

    Each attempt to write is a new ``revision``; ``known_revision`` is the last one that Redis has confirmed. Once a
    room ``is_released``, its writes say that it has no owner.
    """

    epoch: int
    revision: int
    known_revision: int = 0
    deck_serial: int | None = None
    log_sequence_id: int | None = None
    log_parts: int = 0
    saved_at_ms: int = 0
    is_invalid: bool = False
    is_released: bool = False

    def invalidate(self) -> None:
        """Make the next write, not one that is under way, a complete one: Redis has lost the room."""
        self.is_invalid = True


class Saveable(Protocol):
    """A room as the write-behind sees it."""

    room: Room
    log: EventLog
    save_state: SaveState

    @property
    def code(self) -> str:
        """The room's code."""

    def summary(self, worker: str = "") -> RoomSummary:
        """The room's summary, with ``worker`` as its owner."""


class WriteBehind:
    """Writes changed rooms to Redis in the background. ``on_lost`` is called with a room that another worker owns."""

    def __init__(self, store: Store, on_lost: Callable[[Saveable], None]) -> None:
        self._store = store
        self._on_lost = on_lost
        self._unsaved: dict[str, tuple[Saveable, int]] = {}
        self._writing: dict[str, tuple[Saveable, int]] = {}
        self._closing: dict[str, SaveState] = {}
        self._kept_results: dict[str, bytes] = {}
        self._saved_results: set[str] = set()
        self._wakeup = asyncio.Event()
        self._write_lock = asyncio.Lock()
        self.is_redis_up = True

    @property
    def unsaved_count(self) -> int:
        """Rooms whose latest state Redis has not confirmed, those that are being written included."""
        return len(self._unsaved.keys() | self._writing.keys()) + len(self._closing)

    @property
    def write_lag_s(self) -> float:
        """How long the oldest of them has been waiting, in seconds."""
        waiting = itertools.chain(self._unsaved.values(), self._writing.values())
        oldest_ms = min((since_ms for _, since_ms in waiting), default=None)
        return 0.0 if oldest_ms is None else max(0, clock.now_ms() - oldest_ms) / 1000

    def mark_dirty(self, live: Saveable) -> None:
        """Schedule a write of ``live``, in the state that it has by then."""
        self._unsaved.setdefault(live.code, (live, clock.now_ms()))
        self._wakeup.set()

    def delete(self, live: Saveable) -> None:
        """Schedule the deletion of ``live``."""
        self._unsaved.pop(live.code, None)
        self._closing[live.code] = live.save_state
        self._wakeup.set()

    def keep_result(self, public_id: str, encoded: bytes) -> None:
        """Schedule a write of a game's result, which Redis keeps until `drop_result`."""
        self._kept_results[public_id] = encoded
        self._wakeup.set()

    def drop_result(self, public_id: str) -> None:
        """Schedule the deletion of a result, which the database has."""
        self._kept_results.pop(public_id, None)
        self._saved_results.add(public_id)
        self._wakeup.set()

    def discard(self, live: Saveable) -> None:
        """Unschedule ``live``."""
        self._unsaved.pop(live.code, None)

    def is_unsaved(self, live: Saveable) -> bool:
        """Whether a write of ``live`` is scheduled."""
        return live.code in self._unsaved

    def is_closing(self, code: str) -> bool:
        """Whether the room is closed, though Redis may still have it."""
        return code in self._closing

    async def run(self) -> None:
        """Write changes as they come, at most every 50 ms, until cancelled; retry with back-off."""
        retry_s = RETRY_MIN_S
        while True:
            await self._wakeup.wait()
            if await self.flush():
                retry_s = RETRY_MIN_S
                await asyncio.sleep(FLUSH_INTERVAL_S)
            else:
                await asyncio.sleep(retry_s)
                retry_s = min(retry_s * 2, RETRY_MAX_S)

    async def flush(self) -> bool:
        """Write all rooms and results that are scheduled now; False if that failed."""
        waiting = len(self._unsaved) + len(self._closing)
        while waiting > 0 or self._kept_results or self._saved_results:
            self._wakeup.clear()
            taken = dict(list(self._unsaved.items())[:BATCH])
            closing = dict(list(self._closing.items())[:BATCH])
            if not (taken or closing or self._kept_results or self._saved_results):
                break  # another flush has written them
            waiting -= len(taken) + len(closing)
            for code in taken:
                del self._unsaved[code]
            if not await self._write(taken, closing):
                return False
        return True

    async def save(self, *rooms: Saveable) -> bool:
        """Write these rooms now; False if that failed, or if another worker owns one of them."""
        for live in rooms:
            self._unsaved.pop(live.code, None)
        return await self._write({live.code: (live, clock.now_ms()) for live in rooms}, {})

    def record_success(self) -> None:
        """Note that Redis has answered."""
        if not self.is_redis_up:
            logger.info("Redis available again; %d rooms to be saved", self.unsaved_count)
        self.is_redis_up = True

    def record_failure(self, error: Exception) -> None:
        """Note that a call to Redis has failed. Only the first of a series is logged."""
        counters.write_failures += 1
        if self.is_redis_up:
            logger.warning("Redis unavailable; rooms are not being saved: %s: %s", type(error).__name__, error)
        self.is_redis_up = False

    def _result_writes(self) -> list[KeepResults | DropResults]:
        writes: list[KeepResults | DropResults] = []
        if self._kept_results:
            writes.append(KeepResults(dict(self._kept_results)))
        if self._saved_results:
            writes.append(DropResults(tuple(self._saved_results)))
        return writes

    def _on_result_written(self, write: KeepResults | DropResults, result: int | Exception) -> None:
        if isinstance(result, Exception):
            self._wakeup.set()
        elif isinstance(write, DropResults):
            self._saved_results.difference_update(write.ids)
        else:
            for public_id, encoded in write.by_id.items():
                if self._kept_results.get(public_id) is encoded:
                    del self._kept_results[public_id]

    def _try_build(self, live: Saveable) -> Save | None:
        try:
            return _build_save(live, "" if live.save_state.is_released else self._store.worker)
        except Exception:
            # One room that cannot be serialized must not keep the others from being written.
            logger.exception("Room %s: serialization failed", live.code)
            return None

    async def _write(self, taken: dict[str, tuple[Saveable, int]], closing: dict[str, SaveState]) -> bool:
        async with self._write_lock:
            saves = {code: save for code, (live, _) in taken.items() if (save := self._try_build(live)) is not None}
            closes = {code: _build_tombstone(code, save_state) for code, save_state in closing.items()}
            # First, so that no room in Redis says that its game has ended while the result is lost.
            of_games = self._result_writes()
            results: list[int | Exception]
            self._writing = taken
            try:
                with span("save rooms", rooms=len(saves), closed=len(closes)):
                    results = await self._store.write([*of_games, *saves.values(), *closes.values()])
            except REDIS_ERRORS as error:
                results = [error] * (len(of_games) + len(saves) + len(closes))
            finally:
                self._writing = {}
        failures = [result for result in results if isinstance(result, Exception)]
        if failures:
            self.record_failure(failures[0])
        else:
            self.record_success()
        for write, result in zip(of_games, results, strict=False):
            self._on_result_written(write, result)
        by_code = dict(zip((*saves, *closes), results[len(of_games) :], strict=True))
        for code, save in saves.items():
            self._on_written(taken[code], save, by_code[code])
        for code in closes:
            if not isinstance(by_code[code], Exception):
                self._closing.pop(code, None)
        return not failures and FENCED not in [by_code[code] for code in saves]

    def _on_written(self, taken: tuple[Saveable, int], save: Save, result: int | Exception) -> None:
        live, since_ms = taken
        if isinstance(result, Exception):
            if not self.is_closing(live.code):
                self._unsaved[live.code] = (live, since_ms)
                self._wakeup.set()
        elif result == FENCED:
            counters.writes_refused += 1
            self._on_lost(live)
        else:
            counters.writes += 1
            counters.save.observe(max(0, clock.now_ms() - since_ms) / 1000)
            _confirm(live, save)
            is_part = save.deck is None or not save.whole_log
            if result == RECREATED and is_part and not self.is_closing(live.code):
                # Redis had lost the room or has come back with an older copy, of its deck and log as well.
                live.save_state.invalidate()
                self.mark_dirty(live)


def _build_save(live: Saveable, worker: str) -> Save:
    save_state, room, log = live.save_state, live.room, live.log
    save_state.revision += 1
    if save_state.is_invalid:
        save_state.deck_serial = save_state.log_sequence_id = None
        save_state.is_invalid = False
    whole_log = save_state.log_sequence_id is None or save_state.log_parts >= MAX_LOG_PARTS
    has_news = whole_log or log.sequence_id != save_state.log_sequence_id
    return Save(
        code=live.code,
        epoch=save_state.epoch,
        revision=save_state.revision,
        known_revision=save_state.known_revision,
        worker=worker,
        saved_at_ms=clock.now_ms(),
        state=snapshot.dump_state(room),
        summary=msgspec.json.encode(live.summary(worker)),
        deck=None if room.deck.serial == save_state.deck_serial else snapshot.dump_deck(room),
        log=log.dump(None if whole_log else save_state.log_sequence_id) if has_news else None,
        whole_log=whole_log,
        deck_serial=room.deck.serial,
        log_sequence_id=log.sequence_id,
    )


def _confirm(live: Saveable, save: Save) -> None:
    save_state = live.save_state
    save_state.saved_at_ms = save.saved_at_ms
    save_state.known_revision = save.revision
    save_state.deck_serial = save.deck_serial
    save_state.log_sequence_id = save.log_sequence_id
    if save.log is not None:
        save_state.log_parts = 1 if save.whole_log else save_state.log_parts + 1


def _build_tombstone(code: str, save_state: SaveState) -> Tombstone:
    save_state.revision += 1
    return Tombstone(code, save_state.epoch, save_state.revision)
