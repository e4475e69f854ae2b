"""Does this worker still have the rooms that it has in memory?

While its signs of life reach Redis, yes. Without Redis it keeps serving, for nobody else can take a room then. But
after 3 s in which it did not run at all (a stopped process, a sleeping machine), and when Redis is back after 3 s or
more, others may have taken its rooms meanwhile: no command is applied before their epochs have been looked at.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import Protocol

from rooms import clock
from rooms.cluster.membership import LEASE_MS, Liveness
from rooms.live.room import LiveRoom
from rooms.storage.redis_client import REDIS_ERRORS
from rooms.storage.store import Store
from rooms.storage.write_behind import WriteBehind

logger = logging.getLogger(__name__)

BEAT_INTERVAL_S = 0.5
"""After a crash the clocks of the rooms go on where the last sign of life came; that is to be within a second."""


class Holder(Protocol):
    """Who has the rooms."""

    def __iter__(self) -> Iterator[LiveRoom]:
        """The rooms in memory."""

    def lose(self, live: LiveRoom) -> None:
        """The room is another worker's."""


class Tenure:
    """Keeps the rooms this worker's, and finds out when they are not any more.

    ``superseded`` is called once if another process has started under this worker's name.
    """

    def __init__(self, store: Store, liveness: Liveness, writer: WriteBehind, holder: Holder) -> None:
        self.superseded: Callable[[], None] = lambda: None
        self._store = store
        self._liveness = liveness
        self._writer = writer
        self._holder = holder
        self._awake_ms: int | None = None
        self._checking: asyncio.Task[None] | None = None
        self._has_been_superseded = False

    def is_in_doubt(self) -> bool:
        """Whether nothing may be applied before `make_sure` has been awaited."""
        if self._checking is not None:
            return True
        return self._awake_ms is not None and clock.now_ms() - self._awake_ms > LEASE_MS

    async def make_sure(self) -> None:
        """Show a sign of life, then let go of the rooms that are another worker's by now."""
        if self._checking is None:
            self._checking = asyncio.create_task(self._check())
            self._checking.add_done_callback(self._checked)
        await asyncio.shield(self._checking)

    async def beat(self) -> None:
        """Show a sign of life. Redis that does not know the last one has lost its data, and gets all of it again."""
        has_lapsed = self._liveness.has_lapsed
        # While Redis is away nobody is held up: only once it has answered, or if this process has stood still.
        if self.is_in_doubt() or (await self._show_life() and has_lapsed):
            await self.make_sure()
        self._stay_awake()

    def notice_stalls(self) -> None:
        """From now on somebody beats all the time; if they do not, the process has stood still."""
        self._awake_ms = clock.now_ms()

    async def run(self) -> None:
        """Beat until cancelled."""
        self.notice_stalls()
        while True:
            await self.beat()
            await asyncio.sleep(BEAT_INTERVAL_S)

    async def _show_life(self) -> bool:
        try:
            is_known = await self._liveness.beat()
            await self._liveness.look()
        except REDIS_ERRORS as error:
            self._writer.record_failure(error)
            return False
        if not is_known:
            for live in self._holder:
                live.save_state.invalidate()
                self._writer.mark_dirty(live)
        self._writer.record_success()
        if self._liveness.is_superseded and not self._has_been_superseded:
            self._has_been_superseded = True
            logger.error("Another worker has started as %s: each needs a name of its own", self._liveness.name)
            self.superseded()
        return True

    async def _check(self) -> None:
        # First the sign of life, then the look: in this order nobody can take a room unseen in between.
        if not await self._show_life():
            return
        rooms = {live.code: live for live in self._holder}
        try:
            owners = await self._store.owners(list(rooms))
        except REDIS_ERRORS as error:
            self._writer.record_failure(error)
            return
        for code, live in rooms.items():
            owner = owners[code]
            if owner is None:
                self._writer.mark_dirty(live)
            elif owner != (live.save_state.epoch, self._store.worker):
                self._holder.lose(live)

    def _checked(self, checking: "asyncio.Task[None]") -> None:
        self._checking = None
        self._stay_awake()
        if not checking.cancelled() and (error := checking.exception()) is not None:
            logger.error("It is not known whose the rooms are", exc_info=error)

    def _stay_awake(self) -> None:
        if self._awake_ms is not None:
            self._awake_ms = clock.now_ms()
