"""A room full of sockets that play one game together."""

import asyncio
import random
import time

import msgspec

from bench.client_socket import ANSWER_TIMEOUT_S, Door, LoadSocket
from bench.socket_stats import SocketStats

SOCKETS_PER_ROOM = 7
HEARTBEAT_S = 10.0


class Ticket(msgspec.Struct, frozen=True):
    """What somebody needs to play in a room: its code, the host's secret, and which doors to take.

    ``number`` counts the rooms of a run. The host goes in by ``host_door``, everybody else by ``door``.
    """

    number: int
    code: str
    host_secret: str
    host_door: Door
    door: Door


class LoadRoom:
    """Alice and six players, a swipe every ``swipe_every_s``."""

    def __init__(self, ticket: Ticket, wire: type[LoadSocket], tally: SocketStats, swipe_every_s: float) -> None:
        self.number = ticket.number
        self.code = ticket.code
        self.tally = tally
        self.wire = wire
        self.sockets: list[LoadSocket] = []
        self.tolerated: frozenset[bytes] = frozenset()
        """Types of messages that are no errors here, though they would be in a room where nobody comes or goes."""
        self._ticket = ticket
        self._is_ready = asyncio.Event()
        self._is_playing = asyncio.Event()
        self._swipe_every_s = swipe_every_s
        self._word_id = ""
        self._swiped_at = 0.0
        self._missing = 0

    @property
    def host(self) -> LoadSocket:
        return self.sockets[0]

    # What the room does

    async def let_host_in(self) -> None:
        """The first socket, whose worker will own the room. Raises `NotLetIn`."""
        await self._let_in(self._ticket.host_door, {"role": "host", "sessionId": self._ticket.host_secret})

    async def let_players_in(self) -> None:
        """The six others, one after another. Raises `NotLetIn`."""
        for number in range(1, SOCKETS_PER_ROOM):
            await self.let_player_in(f"Player {number}")

    async def let_player_in(self, name: str) -> LoadSocket:
        """One player more. Raises `NotLetIn`."""
        return await self._let_in(self._ticket.door, {"role": "player", "playerName": name})

    async def start_game(self) -> None:
        """Teams, and the first round. Raises TimeoutError."""
        if self.wire.HAS_SEATS:
            self.host.send(b"START_TEAM_SETUP", {"numTeams": 2})
            self.host.send(b"SHUFFLE_TEAMS")
            await asyncio.wait_for(self._is_ready.wait(), ANSWER_TIMEOUT_S)
        self.host.send(b"CONFIRM_START")
        await asyncio.wait_for(self._is_playing.wait(), ANSWER_TIMEOUT_S)

    async def play(self) -> None:
        """Swipe for ever, at a phase of the room's own."""
        await asyncio.sleep(random.uniform(0, self._swipe_every_s))
        while True:
            self.swipe()
            await asyncio.sleep(self._swipe_every_s)

    async def keep_alive(self) -> None:
        """A heartbeat from every socket each ten seconds, spread over the time, for ever."""
        await asyncio.sleep(random.uniform(0, HEARTBEAT_S / SOCKETS_PER_ROOM))
        while True:
            for socket in tuple(self.sockets):
                socket.beat()
                await asyncio.sleep(HEARTBEAT_S / len(self.sockets))

    def swipe(self) -> None:
        """The host swipes the word, if there is one; how long the result takes to each socket is booked."""
        self.note_missing()
        if not self._word_id or not self.host.is_open:
            return
        self._missing = sum(socket.is_open for socket in self.sockets)
        word_id, self._word_id = self._word_id, ""
        self.tally.swipes += self.tally.is_counting
        self._swiped_at = time.perf_counter()
        self.host.send(b"WORD_SWIPED", {"wordId": word_id, "action": "guessed", "swipeDurationMs": 900})

    def note_missing(self) -> None:
        """Book results of the last swipe that have not come to every socket as errors."""
        missing, self._missing = self._missing, 0
        if missing > 0 and not self.tolerated:
            self.tally.errors["result missing"] += missing

    def leave(self) -> None:
        for socket in self.sockets:
            socket.cut()

    # What its sockets hear

    def result_arrived(self, now: float) -> None:
        self._missing -= 1
        tally = self.tally
        if tally.is_counting and self._swiped_at:
            tally.latencies_s.append(now - self._swiped_at)

    def word_arrived(self, word_id: str) -> None:
        self._word_id = word_id
        self._is_playing.set()

    def round_changed(self, type_: bytes) -> None:
        if type_ != b"ROUND_STARTED":
            self._word_id = ""

    def state_changed(self, data: bytes) -> None:
        if b'"READY_TO_START"' in data:
            self._is_ready.set()

    def complained(self, type_: bytes, data: bytes) -> None:
        """Something was said that nobody should hear in a room where all is well."""
        if type_ in self.tolerated:
            return
        if self.tolerated and b"INVALID_TRANSITION" in data and b"WORD_SWIPED" in data:
            # The round had ended while the swipe was on its way.
            self.tally.late_swipes += 1
            return
        self.tally.errors[data[:300].decode(errors="replace") if type_ == b"ERROR" else type_.decode()] += 1

    def line_lost(self, socket: LoadSocket, how: str) -> None:
        if not socket.is_leaving:
            self.tally.errors[how] += 1

    async def _let_in(self, door: Door, request: dict[str, object]) -> LoadSocket:
        socket = self.wire(self, door)
        await socket.enter(request)
        self.sockets.append(socket)
        return socket
