"""The load: rooms full of clients that play, and as little work per message as can be.

Messages are told apart by their first bytes, and only those that must be answered are looked into.
"""

import asyncio
import random
import re
import time
from array import array
from collections import Counter

import msgspec
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from bench.launcher import ServerProcess

SOCKETS_PER_ROOM = 7
HEARTBEAT_S = 10.0
ANSWER_TIMEOUT_S = 30.0

_STATE_VERSION = re.compile(rb'"stateVersion":(\d+)')
_WORD_ID = re.compile(rb'"wordId":"([^"]+)"')


class CreatedRoom(msgspec.Struct, rename="camel"):
    """What ``POST /api/rooms`` answers."""

    room_id: str
    session_id: str


class Welcome(msgspec.Struct, rename="camel"):
    actor_id: str


class WelcomeMessage(msgspec.Struct, rename="camel"):
    payload: Welcome


class AckRequest(msgspec.Struct, rename="camel"):
    ack_id: str


class Tally:
    """What all sockets saw. ``latencies_us`` is from just before a swipe was sent to its result at a phone."""

    def __init__(self) -> None:
        self.is_counting = False
        self.delivered = 0
        self.bytes = 0
        self.sent = 0
        self.swipes = 0
        self.results = 0
        self.latencies_us = array("d")
        self.connect_s = array("d")
        self.errors: Counter[str] = Counter()

    def start(self) -> None:
        """Forget the warm-up and count from now on; errors of the warm-up stay."""
        self.delivered = self.bytes = self.sent = self.swipes = self.results = 0
        self.latencies_us = array("d")
        self.is_counting = True


class LoadSocket(WSListener):  # type: ignore[misc]
    """One phone, or the host."""

    def __init__(self, room: "LoadRoom") -> None:
        self.room = room
        self.transport: WSTransport | None = None
        self.welcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.head = b""
        self.is_leaving = False

    async def connect(self, server: ServerProcess, payload: dict[str, str]) -> None:
        """Upgrade, ``CONNECT``, and wait for ``CONNECTED``."""
        began = time.perf_counter()
        self.transport, _ = await ws_connect(
            lambda: self,
            server.ws_url(self.room.code),
            extra_headers={"Origin": server.origin},
            websocket_handshake_timeout=ANSWER_TIMEOUT_S,
            read_buffer_init_size=4096,
        )
        self.head = b'{"version":"1.1","roomId":"%b","actorId":"' % self.room.code.encode()
        self.send(b"CONNECT", msgspec.json.encode(payload))
        actor_id = await asyncio.wait_for(self.welcome, ANSWER_TIMEOUT_S)
        self.room.tally.connect_s.append(time.perf_counter() - began)
        self.head += actor_id.encode()

    def send(self, kind: bytes, payload: bytes = b"{}") -> None:
        assert self.transport is not None
        self.transport.send(
            WSMsgType.TEXT,
            b'%b","timestamp":%d,"type":"%b","payload":%b}' % (self.head, time.time() * 1000, kind, payload),
        )
        self.room.tally.sent += 1

    def beat(self) -> None:
        self.send(b"HEARTBEAT", b'{"stateVersion":%d}' % self.room.state_version)

    def leave(self) -> None:
        self.is_leaving = True
        if self.transport is not None:
            self.transport.disconnect(graceful=False)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if kind != WSMsgType.TEXT:
            if kind == WSMsgType.CLOSE:
                self.room.tally.errors[f"closed with {int(frame.get_close_code())}"] += 1
                transport.disconnect()
            return
        now = time.perf_counter()
        room, tally, data = self.room, self.room.tally, frame.get_payload_as_bytes()
        tally.delivered += 1
        tally.bytes += len(data)
        type_ = data[9 : data.index(b'"', 9)]
        if type_ == b"TIMER_TICK":
            return
        if type_ == b"WORD_RESULT":
            room.result_arrived(now, data)
        elif type_ == b"WORD_REVEALED":
            room.word_arrived(data)
        elif type_ == b"CONNECTED":
            self.welcome.set_result(msgspec.json.decode(data, type=WelcomeMessage).payload.actor_id)
        elif type_ in (b"ROUND_STARTED", b"ROUND_ENDED", b"GAME_ENDED"):
            ack_id = msgspec.json.decode(data, type=AckRequest).ack_id
            self.send(b"ACK", b'{"ackId":"%b","status":"received"}' % ack_id.encode())
            room.round_changed(type_, data)
        elif type_ in (b"ERROR", b"STATE_SNAPSHOT", b"PLAYER_LEFT", b"GAME_PAUSED"):
            tally.errors[data[:300].decode() if type_ == b"ERROR" else type_.decode()] += 1
        elif type_ == b"STATE_CHANGED":
            room.note_version(data)
            if b'"READY_TO_START"' in data:
                room.is_ready.set()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if not self.is_leaving:
            self.room.tally.errors["connection lost"] += 1


class LoadRoom:
    """Alice and six players in one game, a swipe every ``swipe_every_s``."""

    def __init__(self, code: str, host_secret: str, tally: Tally, swipe_every_s: float) -> None:
        self.code = code
        self.tally = tally
        self.state_version = 0
        self.is_ready = asyncio.Event()
        self.is_playing = asyncio.Event()
        self.sockets: list[LoadSocket] = []
        self._host_secret = host_secret
        self._swipe_every_s = swipe_every_s
        self._word_id = b""
        self._swiped_at = 0.0
        self._missing = 0

    async def fill(self, server: ServerProcess) -> None:
        """Bring the host and the players in."""
        await self._enter(server, {"role": "host", "sessionId": self._host_secret})
        for number in range(1, SOCKETS_PER_ROOM):
            await self._enter(server, {"role": "player", "playerName": f"Player {number}"})

    async def start_game(self) -> None:
        """Teams, and the first round."""
        host = self.sockets[0]
        host.send(b"START_TEAM_SETUP", b'{"numTeams":2}')
        host.send(b"SHUFFLE_TEAMS")
        await asyncio.wait_for(self.is_ready.wait(), ANSWER_TIMEOUT_S)
        host.send(b"CONFIRM_START")
        await asyncio.wait_for(self.is_playing.wait(), ANSWER_TIMEOUT_S)

    async def play(self) -> None:
        """Swipe for ever, at a phase of the room's own."""
        await asyncio.sleep(random.uniform(0, self._swipe_every_s))
        while True:
            self._swipe()
            await asyncio.sleep(self._swipe_every_s)

    async def keep_alive(self) -> None:
        """A heartbeat from every socket each ten seconds, spread over the time, for ever."""
        pause = HEARTBEAT_S / SOCKETS_PER_ROOM
        await asyncio.sleep(random.uniform(0, pause))
        while True:
            for socket in self.sockets:
                socket.beat()
                await asyncio.sleep(pause)

    def leave(self) -> None:
        for socket in self.sockets:
            socket.leave()

    def note_missing(self) -> None:
        """Book results of the last swipe that have not come to every socket as errors."""
        if self._missing:
            self.tally.errors["result missing"] += self._missing

    def result_arrived(self, now: float, data: bytes) -> None:
        tally = self.tally
        self._missing -= 1
        if tally.is_counting:
            tally.results += 1
            tally.latencies_us.append((now - self._swiped_at) * 1e6)
        if self._missing == 0:
            self.note_version(data)

    def word_arrived(self, data: bytes) -> None:
        found = _WORD_ID.search(data)
        assert found is not None
        self._word_id = found[1]
        self.is_playing.set()

    def round_changed(self, type_: bytes, data: bytes) -> None:
        if type_ != b"ROUND_STARTED":
            self._word_id = b""
        self.note_version(data)

    def note_version(self, data: bytes) -> None:
        if found := _STATE_VERSION.search(data):
            self.state_version = int(found[1])

    async def _enter(self, server: ServerProcess, payload: dict[str, str]) -> None:
        socket = LoadSocket(self)
        await socket.connect(server, payload)
        self.sockets.append(socket)

    def _swipe(self) -> None:
        if not self._word_id:
            return
        self.note_missing()
        self._missing = len(self.sockets)
        word_id, self._word_id = self._word_id, b""
        self.tally.swipes += self.tally.is_counting
        self._swiped_at = time.perf_counter()
        self.sockets[0].send(b"WORD_SWIPED", b'{"wordId":"%b","action":"guessed","swipeDurationMs":900}' % word_id)
