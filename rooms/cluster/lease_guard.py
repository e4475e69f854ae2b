"""Lease guard: detects that this worker may have lost its lease, and verifies ownership before further commands.

While heartbeats reach Redis the lease holds. While Redis is down the worker keeps serving, for no other worker can
claim a room then. After a stall of 3 s (a stopped process, a suspended machine), and after an outage of Redis of 3 s or
more, others may have taken rooms over: no command is applied before the rooms' epochs have been checked.
"""

import asyncio
import logging
from collections.abc import Callable

from rooms import clock
from rooms.cluster.membership import LEASE_MS, Membership
from rooms.cluster.registry import Registry
from rooms.storage.redis_client import REDIS_ERRORS
from rooms.storage.store import Store
from rooms.storage.write_behind import WriteBehind

logger = logging.getLogger(__name__)

HEARTBEAT_INTERVAL_S = 0.5
"""After a crash the rooms' clocks resume at the last heartbeat, which bounds the lost time to a second."""


class LeaseGuard:
    """Renews the lease and drops rooms whose ownership was lost.

    ``on_superseded`` is called once if another process has started under this worker's name.
    """

    def __init__(self, store: Store, membership: Membership, writer: WriteBehind, registry: Registry) -> None:
        self.on_superseded: Callable[[], None] = lambda: None
        self._store = store
        self._membership = membership
        self._writer = writer
        self._registry = registry
        self._awake_ms: int | None = None
        self._checking: asyncio.Task[None] | None = None
        self._has_been_superseded = False

    def must_verify(self) -> bool:
        """Whether `verify_ownership` must be awaited before a command is applied."""
        if self._checking is not None:
            return True
        return self._awake_ms is not None and clock.now_ms() - self._awake_ms > LEASE_MS

    async def verify_ownership(self) -> None:
        """Send a heartbeat, then drop the rooms that other workers own. Concurrent calls share one check."""
        if self._checking is None:
            self._checking = asyncio.create_task(self._check())
            self._checking.add_done_callback(self._checked)
        await asyncio.shield(self._checking)

    async def heartbeat(self) -> None:
        """Send a heartbeat. If Redis does not know the last one, it has lost data, and all rooms are written again."""
        has_lapsed = self._membership.has_lapsed
        # An outage of Redis alone blocks nothing; its return and a stall of this process do.
        if self.must_verify() or (await self._send_heartbeat() and has_lapsed):
            await self.verify_ownership()
        self._note_awake()

    def start_stall_detection(self) -> None:
        """Take a missing heartbeat for a stall of the process from now on."""
        self._awake_ms = clock.now_ms()

    async def run(self) -> None:
        """Send heartbeats until cancelled."""
        self.start_stall_detection()
        while True:
            await self.heartbeat()
            await asyncio.sleep(HEARTBEAT_INTERVAL_S)

    async def _send_heartbeat(self) -> bool:
        try:
            is_known = await self._membership.heartbeat()
            await self._membership.refresh()
        except REDIS_ERRORS as error:
            self._writer.record_failure(error)
            return False
        if not is_known:
            for live in self._registry:
                live.save_state.invalidate()
                self._writer.mark_dirty(live)
        self._writer.record_success()
        if self._membership.is_superseded and not self._has_been_superseded:
            self._has_been_superseded = True
            logger.error(
                "Another worker has started under the name %s; worker names must be unique", self._membership.name
            )
            self.on_superseded()
        return True

    async def _check(self) -> None:
        # Heartbeat first, owners second: in this order no takeover in between goes unseen.
        if not await self._send_heartbeat():
            return
        rooms = {live.code: live for live in self._registry}
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
                self._registry.lose(live)

    def _checked(self, checking: "asyncio.Task[None]") -> None:
        self._checking = None
        self._note_awake()
        if not checking.cancelled() and (error := checking.exception()) is not None:
            logger.error("Verification of room ownership failed", exc_info=error)

    def _note_awake(self) -> None:
        if self._awake_ms is not None:
            self._awake_ms = clock.now_ms()
