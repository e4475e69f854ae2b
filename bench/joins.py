"""People who come in while others play: so many sockets a second, in rooms of their own that are closed soon after."""

import asyncio
import contextlib
import itertools
import time

from bench.client_socket import NotLetIn
from bench.room_creation import Coming, Elsewhere, NotCreated, create_rooms
from bench.rooms import SOCKETS_PER_ROOM, LoadRoom, Ticket
from bench.socket_stats import SocketStats
from bench.wire_formats import WIRES

STAY_S = 5.0
SETTLE_S = 0.5


class Joins:
    """Opens a room every so often, whether the last one is full yet or not."""

    def __init__(self, where: Elsewhere, tally: SocketStats, per_s: float) -> None:
        self._where = where
        self._tally = tally
        self._pause_s = SOCKETS_PER_ROOM / per_s
        self._coming = Coming()
        self._parties: set[asyncio.Task[None]] = set()
        self._opening: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._opening = asyncio.create_task(self._open_rooms())

    async def end(self) -> Coming:
        """Open no more, and wait for those that are open."""
        assert self._opening is not None
        self._opening.cancel()
        await asyncio.gather(*self._parties)
        return self._coming

    async def _open_rooms(self) -> None:
        due = time.perf_counter()
        for number in itertools.count(self._where.first_number):
            party = asyncio.create_task(self._party(number))
            self._parties.add(party)
            party.add_done_callback(self._parties.discard)
            due += self._pause_s
            await asyncio.sleep(max(0.0, due - time.perf_counter()))

    async def _party(self, number: int) -> None:
        # Counted apart: what these rooms are sent is not what the others cost.
        tally, where = SocketStats(), self._where
        try:
            (created,) = await asyncio.to_thread(create_rooms, where.door, 1, {})
            ticket = Ticket(number, created.room_id, created.session_id, where.door, where.door)
            room = LoadRoom(ticket, WIRES[where.wire], tally, where.swipe_every_s)
            await room.let_host_in()
            await room.let_players_in()
        except (NotCreated, NotLetIn) as error:
            self._tally.errors[f"join: {error}"] += 1
            return
        self._coming.happened["joined"] += len(room.sockets)
        self._coming.took_s.extend(tally.connect_s)
        await asyncio.sleep(STAY_S)
        await dissolve(room)
        self._tally.errors.update(tally.errors)


async def dissolve(room: LoadRoom) -> None:
    """The host closes the room; everybody is told, and goes."""
    for socket in room.sockets:
        socket.is_leaving = True
    room.host.send(b"CLOSE_ROOM")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_S):
            while any(socket.is_open for socket in room.sockets):  # noqa: ASYNC110 (it is over in a moment)
                await asyncio.sleep(0.02)
    room.leave()
