"""A worker that is to end hands its rooms over: written, released, and their sockets told to come back elsewhere.

It goes in waves, so that not everybody knocks at the other workers in the same moment. A room plays on until its wave
has come; then it stands still for as long as its phones need to find another worker, and its clock with it.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from typing import Protocol

from rooms.live.room import LiveRoom
from rooms.protocol.errors import CloseCode
from rooms.telemetry.counters import counters

logger = logging.getLogger(__name__)

MAX_WAVES = 20
MIN_WAVE = 200
"""So few sockets leave at once."""
WAVE_INTERVAL_S = 0.2
WRITE_TIMEOUT_S = 4.0
AGAIN_S = 0.25


class Holder(Protocol):
    """Who has the rooms."""

    async def release(self, rooms: Iterable[LiveRoom]) -> bool:
        """Stop these rooms and write that nobody has them; False if Redis would not have it, and they stand."""

    def forget(self, live: LiveRoom) -> None:
        """Have the room no more."""


async def hand_over(rooms: Iterable[LiveRoom], holder: Holder) -> None:
    """Let all these rooms go, wave by wave. Without Redis they are given up unwritten after 4 s."""
    give_up_s = asyncio.get_running_loop().time() + WRITE_TIMEOUT_S
    unwritten = 0
    for number, wave in enumerate(waves(list(rooms))):
        if unwritten or not await _is_released(wave, holder, give_up_s, pause_s=WAVE_INTERVAL_S if number else 0):
            unwritten += len(wave)
        else:
            counters.handovers += len(wave)
        for live in wave:
            holder.forget(live)
            live.close_all(CloseCode.RESTARTING)
    if unwritten:
        logger.error("%d rooms could not be written", unwritten)


async def _is_released(wave: list[LiveRoom], holder: Holder, give_up_s: float, pause_s: float) -> bool:
    await asyncio.sleep(pause_s)
    while not await holder.release(wave):
        if asyncio.get_running_loop().time() > give_up_s:
            return False
        await asyncio.sleep(AGAIN_S)
    return True


def waves(rooms: list[LiveRoom]) -> Iterator[list[LiveRoom]]:
    """The rooms in up to 20 parts with about as many sockets each."""
    size = max(MIN_WAVE, -(-sum(len(live.hub) for live in rooms) // MAX_WAVES))
    wave: list[LiveRoom] = []
    sockets = 0
    for live in rooms:
        wave.append(live)
        sockets += len(live.hub)
        if sockets >= size:
            yield wave
            wave, sockets = [], 0
    if wave:
        yield wave
