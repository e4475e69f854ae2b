"""One load-generating process: it plays in some of the rooms, and does what the measuring process orders.

An order is the name of a method of `Generator` and its arguments; the answer is what it returns.
"""

import asyncio
import contextlib
import gc
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import psutil
import uvloop

from bench.churn import Churn
from bench.client_socket import NotLetIn
from bench.joins import Joins
from bench.launcher import raise_file_limit
from bench.reconnect_storm import Return, come_back_at_once
from bench.room_creation import Coming, Elsewhere
from bench.rooms import LoadRoom, Ticket
from bench.socket_stats import SocketStats
from bench.wire_formats import WIRES

SETTLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a process plays. ``wire`` names a dialect, ``connecting`` is how many rooms come in at the same time."""

    wire: str
    tickets: tuple[Ticket, ...]
    swipe_every_s: float
    connecting: int
    seed: int


@dataclass(frozen=True, slots=True)
class Failed:
    """An order could not be carried out."""

    reason: str


class Generator:
    """The rooms of this process."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tally = SocketStats()
        self.rooms = [LoadRoom(ticket, WIRES[plan.wire], self.tally, plan.swipe_every_s) for ticket in plan.tickets]
        self._activities: list[asyncio.Task[None]] = []
        self._joins: Joins | None = None
        self._churn: Churn | None = None

    # Orders

    async def let_hosts_in(self) -> SocketStats:
        """One socket a room."""
        await self._everywhere(LoadRoom.let_host_in)
        return self.tally

    async def let_players_in(self) -> SocketStats:
        """All other sockets."""
        await self._everywhere(LoadRoom.let_players_in)
        return self.tally

    async def start_games(self) -> None:
        """All rooms begin at the same time."""
        await self._everywhere(LoadRoom.start_game, len(self.rooms))
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)

    async def play(self) -> None:
        """From now on swipes and heartbeats are sent."""
        self._activities = [asyncio.create_task(job()) for room in self.rooms for job in (room.play, room.keep_alive)]

    async def count(self) -> float:
        """From now on everything is counted; the CPU seconds that this process has used."""
        self.tally.start()
        return _cpu_s()

    async def tell(self) -> tuple[SocketStats, float]:
        """What was counted, and the CPU seconds that this process has used."""
        self.tally.is_counting = False
        return self.tally, _cpu_s()

    async def stop(self) -> SocketStats:
        """No more swipes; what is on its way arrives."""
        for activity in self._activities:
            activity.cancel()
        await asyncio.sleep(SETTLE_S)
        for room in self.rooms:
            room.note_missing()
        return self.tally

    async def storm(self, at: float) -> list[Return]:
        """Cut all sockets at ``at`` (`time.perf_counter`, which all processes share), and bring them back."""
        return await come_back_at_once(self.rooms, at)

    async def begin_joins(self, where: Elsewhere, per_s: float) -> None:
        """So many sockets a second come in anew, in rooms of their own."""
        self._joins = Joins(where, self.tally, per_s)
        self._joins.start()

    async def end_joins(self) -> Coming:
        """What became of them."""
        assert self._joins is not None
        return await self._joins.end()

    async def begin_churn(self, where: Elsewhere) -> None:
        """Rooms of which everybody comes and goes."""
        self._churn = Churn(where, self.tally)
        self._churn.start()

    async def end_churn(self) -> Coming:
        """Everybody leaves; what has happened."""
        assert self._churn is not None
        return await self._churn.end()

    async def leave(self) -> None:
        """Cut all lines."""
        for room in self.rooms:
            room.leave()

    # Behind them

    async def serve(self, pipe: Connection) -> None:
        """Carry orders out until the other side closes the pipe."""
        with contextlib.suppress(EOFError):
            while True:
                name, arguments = await asyncio.to_thread(pipe.recv)
                pipe.send(await self._carry_out(name, arguments))

    async def _carry_out(self, name: str, arguments: tuple[Any, ...]) -> Any:
        try:
            return await getattr(self, name)(*arguments)
        except (NotLetIn, TimeoutError, OSError) as error:
            return Failed(f"{name}: {type(error).__name__} {error}")

    async def _everywhere(self, job: Callable[[LoadRoom], Awaitable[None]], width: int | None = None) -> None:
        gate = asyncio.Semaphore(width or self.plan.connecting)

        async def run(room: LoadRoom) -> None:
            async with gate:
                await job(room)

        await asyncio.gather(*(run(room) for room in self.rooms))


def run(pipe: Connection, plan: Plan) -> None:
    """The process's life."""
    raise_file_limit()
    random.seed(plan.seed)
    uvloop.run(Generator(plan).serve(pipe))


def _cpu_s() -> float:
    return float(sum(psutil.Process().cpu_times()[:2]))
