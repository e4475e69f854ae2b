"""Churn: rooms that open, play and close, and people of whom somebody always comes or goes."""

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from bench.client_socket import LoadSocket, NotLetIn
from bench.joins import dissolve
from bench.reconnect_storm import pause_s
from bench.room_creation import Coming, Elsewhere, NotCreated, create_rooms
from bench.rooms import LoadRoom, Ticket
from bench.socket_stats import SocketStats
from bench.wire_formats import WIRES

# Short rounds and few of them: in the life of a room many end, and some games too.
SETTINGS = {"roundDurationSec": 30, "roundsPerTeam": 2}
LIFE_S = (45.0, 240.0)
STEADY_S = 45.0
SHORT_S = (0.3, 4.5)
MEDIUM_S = (5.5, 25.0)
LONG_S = (31.0, 50.0)
HOST_S = (0.3, 6.0)
ATTEMPTS = 8
CANCELLATIONS = 30
TOLERATED = frozenset({b"PLAYER_LEFT", b"GAME_PAUSED", b"STATE_SNAPSHOT"})

# How often each kind of absence is chosen.
ABSENCES = {"short": 6, "medium": 2, "long": 1, "left": 1}


class Churn:
    """Keeps a number of rooms going."""

    def __init__(self, where: Elsewhere, tally: SocketStats) -> None:
        self._where = where
        self._tally = tally
        self._coming = Coming()
        self._is_over = asyncio.Event()
        self._numbers = itertools.count(where.first_number)
        self._newcomers = itertools.count(1)
        self._slots: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Open the rooms, not all at the same moment."""
        self._slots = [asyncio.create_task(self._keep_going(slot * 0.02)) for slot in range(self._where.rooms)]

    async def end(self) -> Coming:
        """Close the rooms."""
        self._is_over.set()
        await asyncio.gather(*self._slots)
        return self._coming

    async def _keep_going(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        while not self._is_over.is_set():
            try:
                await self._live(next(self._numbers))
            except (NotCreated, NotLetIn, TimeoutError) as error:
                self._tally.errors[f"churn: {error}"] += 1
                await asyncio.sleep(1)

    async def _live(self, number: int) -> None:
        where = self._where
        (created,) = await asyncio.to_thread(create_rooms, where.door, 1, SETTINGS)
        ticket = Ticket(number, created.room_id, created.session_id, where.door, where.door)
        room = LoadRoom(ticket, WIRES[where.wire], self._tally, where.swipe_every_s)
        room.tolerated = TOLERATED
        try:
            await room.let_host_in()
            await room.let_players_in()
            await room.start_game()
            await self._until_closed(room)
        finally:
            await dissolve(room)
        self._coming.happened["rooms played"] += 1

    async def _until_closed(self, room: LoadRoom) -> None:
        jobs: list[Coroutine[Any, Any, None]] = [room.play(), room.keep_alive(), self._host_wanders(room)]
        jobs += [self._wander(room, socket) for socket in room.sockets[1:]]
        activities = [asyncio.create_task(job) for job in jobs]
        try:
            async with asyncio.timeout(random.uniform(*LIFE_S)):
                await self._is_over.wait()
        except TimeoutError:
            pass  # its time has come
        finally:
            await _end(activities)
        for activity in activities:
            if not activity.cancelled() and (error := activity.exception()) is not None:
                self._tally.errors[f"churn: {error!r}"[:200]] += 1
        if not room.host.is_open:
            await self._bring_back(room.host, room.host.come_back)

    async def _host_wanders(self, room: LoadRoom) -> None:
        while True:
            await asyncio.sleep(random.expovariate(1 / STEADY_S))
            await self._be_away(room.host, HOST_S)
            await self._bring_back(room.host, room.host.come_back)
            self._coming.happened["host back"] += 1

    async def _wander(self, room: LoadRoom, socket: LoadSocket) -> None:
        while True:
            await asyncio.sleep(random.expovariate(1 / STEADY_S))
            (kind,) = random.choices(list(ABSENCES), list(ABSENCES.values()))
            if kind == "left":
                socket = await self._be_replaced(room, socket)
            elif kind == "long":
                await self._be_away(socket, LONG_S)
                request: dict[str, object] = {"role": "player", "sessionId": socket.session_id}
                await self._bring_back(socket, partial(socket.enter, request))
            else:
                await self._be_away(socket, SHORT_S if kind == "short" else MEDIUM_S)
                await self._bring_back(socket, socket.come_back)
            self._coming.happened[kind] += 1

    async def _be_away(self, socket: LoadSocket, range_s: tuple[float, float]) -> None:
        socket.cut()
        await asyncio.sleep(random.uniform(*range_s))

    async def _be_replaced(self, room: LoadRoom, socket: LoadSocket) -> LoadSocket:
        socket.is_leaving = True
        socket.send(b"LEAVE_ROOM")
        room.sockets.remove(socket)
        await asyncio.sleep(random.uniform(*SHORT_S))
        socket.cut()
        return await room.let_player_in(f"Guest {next(self._newcomers)}")

    async def _bring_back(self, socket: LoadSocket, enter: Callable[[], Coroutine[Any, Any, None]]) -> None:
        began = time.perf_counter()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await enter()
            except NotLetIn as error:
                self._tally.refusals[str(error)] += 1
                if attempt == ATTEMPTS:
                    raise
                await asyncio.sleep(pause_s(attempt, random.random()))
            else:
                self._coming.took_s.append(time.perf_counter() - began)
                return


async def _end(activities: list[asyncio.Task[None]]) -> None:
    """Cancel, again where it was overheard: an answer that comes at the same moment can swallow it (Python 3.11)."""
    running = set(activities)
    for _ in range(CANCELLATIONS):
        for activity in running:
            activity.cancel()
        _, running = await asyncio.wait(running, timeout=1)
        if not running:
            return
    raise RuntimeError(f"{len(running)} of a room's people do not end")
