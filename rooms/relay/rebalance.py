"""A room whose sockets have all moved to another worker moves there too, at a moment in which nobody plays."""

import asyncio
import logging

from gameplay.engine.states import RoomState
from rooms import clock
from rooms.cluster.membership import Liveness
from rooms.cluster.node import Node
from rooms.live.room import LiveRoom

logger = logging.getLogger(__name__)

WATCH_INTERVAL_S = 2.0
SETTLED_MS = 10_000
"""For so long its sockets have to have been there: after a restart they come back one after another."""
IN_PLAY = frozenset({RoomState.ROUND_STARTING, RoomState.ROUND_ACTIVE})


class Mover:
    """Lets rooms go that are better off elsewhere."""

    def __init__(self, node: Node, liveness: Liveness) -> None:
        self._node = node
        self._liveness = liveness
        self._elsewhere_since: dict[str, tuple[str, int]] = {}

    async def watch(self) -> None:
        """Look after the rooms until cancelled."""
        while True:
            await asyncio.sleep(WATCH_INTERVAL_S)
            await self.look_after()

    async def look_after(self) -> None:
        """Let those rooms go whose sockets have all been at the same other worker for a while."""
        now_ms, elsewhere = clock.now_ms(), {}
        for live in self._node.registry:
            edge = only_edge_of(live)
            if edge is None:
                continue
            before = self._elsewhere_since.get(live.code)
            elsewhere[live.code] = before if before is not None and before[0] == edge else (edge, now_ms)
        self._elsewhere_since = elsewhere
        serving = {start.worker for start in self._liveness.others.values() if not start.is_draining}
        for code, (edge, since_ms) in elsewhere.items():
            live_there = self._node.registry.get(code)
            is_settled = edge in serving and now_ms - since_ms >= SETTLED_MS
            if is_settled and live_there is not None and live_there.room.state not in IN_PLAY:
                logger.info("Room %s moves to worker %s, where all its sockets are", code, edge)
                await self._node.registry.move_out(live_there)


def only_edge_of(live: LiveRoom) -> str | None:
    """The other worker where all sockets of the room are, None if there is no such worker."""
    common = None
    for connection in live.hub:
        edge = connection.edge_worker
        if edge is None or (common is not None and edge != common):
            return None
        common = edge
    return common
