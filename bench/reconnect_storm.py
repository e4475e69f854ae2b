"""A reconnect storm: all sockets are cut at the same moment, and all come back at once."""

import asyncio
import contextlib
import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.client_socket import LoadSocket, NotLetIn
from bench.rooms import LoadRoom

PATIENCE_S = 60.0
BASE_S = 1.0
MULTIPLIER = 1.5
MAX_S = 30.0
JITTER = 0.2


@dataclass(frozen=True, slots=True)
class Return:
    """One socket's way back, in seconds since all were cut: until ``RECONNECTED``, and until the clock was heard again.

    NaN if that has not happened in a minute, which is an error. ``attempts`` failed before it.
    """

    back_s: float
    playing_s: float
    attempts: int


async def come_back_at_once(rooms: Sequence[LoadRoom], at: float) -> list[Return]:
    """Cut everybody at ``at`` (`time.perf_counter`), and have everybody reconnect without waiting.

    Whoever is turned away tries again after the pause that the browser's client makes (docs/spec.md §3.1).
    """
    sockets = [socket for room in rooms for socket in room.sockets]
    await asyncio.sleep(max(0.0, at - time.perf_counter()))
    for socket in sockets:
        socket.cut()
    return await asyncio.gather(*(_come_back(socket, at) for socket in sockets))


async def _come_back(socket: LoadSocket, at: float) -> Return:
    back_s = playing_s = float("nan")
    attempts = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    await socket.come_back()
                    break
                except NotLetIn as error:
                    attempts += 1
                    socket.room.tally.refusals[str(error)] += 1
                    await asyncio.sleep(pause_s(attempts, random.random()))
            back_s = time.perf_counter() - at
            playing_s = await socket.next_tick() - at
    if math.isnan(playing_s):
        socket.room.tally.errors["did not come back"] += 1
    return Return(back_s, playing_s, attempts)


def pause_s(attempt: int, chance: float) -> float:
    """Seconds before another attempt, as the browser's client waits; ``chance`` is in [0, 1)."""
    grown = min(BASE_S * MULTIPLIER ** (attempt - 1), MAX_S)
    return min(grown * (1 + JITTER * (chance * 2 - 1)), MAX_S)
