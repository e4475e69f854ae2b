"""Drain: a worker that ends writes and releases its rooms and closes their sockets with 1012.

Rooms are released in batches to avoid a thundering herd at the other workers. A room is played on until its batch; then
its clock stands while its clients reconnect elsewhere.
"""

import asyncio
import logging
from collections.abc import Iterator

from rooms.cluster.registry import Registry
from rooms.live.room import LiveRoom
from rooms.protocol.errors import CloseCode
from rooms.telemetry.counters import counters

logger = logging.getLogger(__name__)

MAX_BATCHES = 20
MIN_BATCH_SOCKETS = 200
"""The smallest batch, in sockets."""
BATCH_INTERVAL_S = 0.2
WRITE_TIMEOUT_S = 4.0
RETRY_INTERVAL_S = 0.25


async def drain(registry: Registry) -> None:
    """Release all rooms in batches. Without Redis they are given up unwritten after 4 s."""
    give_up_s = asyncio.get_running_loop().time() + WRITE_TIMEOUT_S
    unwritten = 0
    for number, batch in enumerate(batches(list(registry))):
        if unwritten or not await _is_released(batch, registry, give_up_s, pause_s=BATCH_INTERVAL_S if number else 0):
            unwritten += len(batch)
        else:
            counters.handovers += len(batch)
        for live in batch:
            registry.forget(live)
            live.close_all(CloseCode.RESTARTING)
    if unwritten:
        logger.error("Drain: %d rooms could not be written", unwritten)


async def _is_released(batch: list[LiveRoom], registry: Registry, give_up_s: float, pause_s: float) -> bool:
    await asyncio.sleep(pause_s)
    while not await registry.release(batch):
        if asyncio.get_running_loop().time() > give_up_s:
            return False
        await asyncio.sleep(RETRY_INTERVAL_S)
    return True


def batches(rooms: list[LiveRoom]) -> Iterator[list[LiveRoom]]:
    """The rooms in up to 20 batches with about as many sockets each."""
    size = max(MIN_BATCH_SOCKETS, -(-sum(len(live.hub) for live in rooms) // MAX_BATCHES))
    batch: list[LiveRoom] = []
    sockets = 0
    for live in rooms:
        batch.append(live)
        sockets += len(live.hub)
        if sockets >= size:
            yield batch
            batch, sockets = [], 0
    if batch:
        yield batch
