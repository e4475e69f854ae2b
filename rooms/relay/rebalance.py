"""Rebalancing: moves an idle room to the worker that has all its sockets."""

import asyncio
import logging

from gameplay.engine.states import RoomState
from rooms import clock
from rooms.cluster.membership import Membership
from rooms.cluster.registry import Registry
from rooms.live.room import LiveRoom

logger = logging.getLogger(__name__)

WATCH_INTERVAL_S = 2.0
SETTLED_MS = 10_000
"""How long all sockets must be there: after a restart they come back one after another."""
IN_PLAY = frozenset({RoomState.ROUND_STARTING, RoomState.ROUND_ACTIVE})


class Rebalancer:
    """Releases rooms whose sockets are all at one other worker."""

    def __init__(self, registry: Registry, membership: Membership) -> None:
        self._registry = registry
        self._membership = membership
        self._elsewhere_since: dict[str, tuple[str, int]] = {}

    async def watch(self) -> None:
        """Check the rooms until cancelled."""
        while True:
            await asyncio.sleep(WATCH_INTERVAL_S)
            await self.check()

    async def check(self) -> None:
        """Release the idle rooms whose sockets have all been at the same other worker for `SETTLED_MS`."""
        now_ms, elsewhere = clock.now_ms(), {}
        for live in self._registry:
            edge = common_edge(live)
            if edge is None:
                continue
            before = self._elsewhere_since.get(live.code)
            elsewhere[live.code] = before if before is not None and before[0] == edge else (edge, now_ms)
        self._elsewhere_since = elsewhere
        serving = {other.worker for other in self._membership.others.values() if not other.is_draining}
        for code, (edge, since_ms) in elsewhere.items():
            still_live = self._registry.get(code)
            is_settled = edge in serving and now_ms - since_ms >= SETTLED_MS
            if is_settled and still_live is not None and still_live.room.state not in IN_PLAY:
                logger.info("Room %s moves to worker %s, where all its sockets are", code, edge)
                await self._registry.move_out(still_live)


def common_edge(live: LiveRoom) -> str | None:
    """The other worker that has all sockets of the room, None if there is none."""
    common = None
    for connection in live.hub:
        edge = connection.edge_worker
        if edge is None or (common is not None and edge != common):
            return None
        common = edge
    return common
