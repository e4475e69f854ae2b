"""One socket under load, in PartyFlow's own wire, with as little work per message as can be.

Messages are told apart by their first bytes, and only those that must be answered are looked into. What other servers
speak is in `bench.wire_formats`.
"""

import asyncio
import contextlib
import re
import socket
import time
from collections.abc import AsyncIterator
from typing import ClassVar, Protocol

import msgspec
from picows import WSError, WSFrame, WSListener, WSMsgType, WSParsedURL, WSTransport, ws_connect

from bench.socket_stats import SocketStats

ANSWER_TIMEOUT_S = 30.0
ROOMS_PER_SOURCE = 500
FIRST_SOURCE = 10
# Linux: the port is chosen at connect(), and so may be in use towards another address.
IP_BIND_ADDRESS_NO_PORT = 24

Payload = dict[str, object]

NEED_ACK = (b"ROUND_STARTED", b"ROUND_ENDED", b"GAME_ENDED")
UNNUMBERED = (b"HEARTBEAT_ACK", b"ERROR")
OUT_OF_PLACE = (b"ERROR", b"STATE_SNAPSHOT", b"PLAYER_LEFT", b"GAME_PAUSED", b"RECONNECT_FAILED")


class Door(msgspec.Struct, frozen=True):
    """Where sockets go in. ``site`` is the origin that pages would have come from, where it is not the door's own."""

    port: int
    site: str = ""
    host: str = "127.0.0.1"

    @property
    def origin(self) -> str:
        return self.site or f"http://{self.host}:{self.port}"

    @property
    def ws_origin(self) -> str:
        return f"ws://{self.host}:{self.port}"


class NotLetIn(Exception):
    """The server did not take the socket, or not in time."""


class Surroundings(Protocol):
    """The room of a socket, as far as the socket knows it: it is told what was heard."""

    number: int
    code: str
    tally: SocketStats

    def result_arrived(self, now: float) -> None: ...
    def word_arrived(self, word_id: str) -> None: ...
    def round_changed(self, type_: bytes) -> None: ...
    def state_changed(self, data: bytes) -> None: ...
    def complained(self, type_: bytes, data: bytes) -> None: ...
    def line_lost(self, socket: "LoadSocket", how: str) -> None: ...


class Word(msgspec.Struct, rename="camel", frozen=True):
    word_id: str


class GameState(msgspec.Struct, rename="camel", frozen=True):
    current_word: Word | None = None


class Welcome(msgspec.Struct, rename="camel", frozen=True):
    actor_id: str = ""
    session_id: str = ""
    game_state: GameState = GameState()


class WelcomeMessage(msgspec.Struct, rename="camel", frozen=True):
    payload: Welcome


class LoadSocket(WSListener):  # type: ignore[misc]
    """One phone, or the host. It can be cut and come back, over and over."""

    KIND: ClassVar[WSMsgType] = WSMsgType.TEXT
    TICK: ClassVar[bytes] = b'{"type":"TIMER_TICK"'
    HAS_SEATS: ClassVar[bool] = True
    """Whether there are teams to set up, and sessions to come back with."""
    _TEXT: ClassVar[dict[bytes, re.Pattern[bytes]]] = {
        name: re.compile(rb'"%b": ?"([^"]+)"' % name) for name in (b"wordId", b"ackId")
    }
    _NUMBER: ClassVar[dict[bytes, re.Pattern[bytes]]] = {
        name: re.compile(rb'"%b": ?(\d+)' % name) for name in (b"stateVersion", b"sequenceId")
    }

    def __init__(self, room: Surroundings, door: Door) -> None:
        self.room = room
        self.door = door
        self.transport: WSTransport | None = None
        self.actor_id = ""
        self.session_id = ""
        self.last_event = b""
        self.is_leaving = False
        self._is_connecting = False
        self._ticked: asyncio.Future[float] | None = None
        self._answer: asyncio.Future[bytes] | None = None
        self._awaited = b""

    @property
    def is_open(self) -> bool:
        return self.transport is not None

    # In and out

    async def enter(self, request: Payload) -> None:
        """Upgrade, ``CONNECT``, and wait for ``CONNECTED``. Raises `NotLetIn`."""
        began = time.perf_counter()
        async with self._or_out_again():
            await self._knock()
            welcome = await self._ask(b"CONNECT", request, b"CONNECTED")
        self.room.tally.connect_s.append(time.perf_counter() - began)
        self.actor_id, self.session_id = self.identity(welcome)
        self._look_for_word(welcome)

    async def come_back(self) -> None:
        """Upgrade, ``RECONNECT``, and wait for ``RECONNECTED``. Raises `NotLetIn`."""
        found = self.number(self.last_event, b"sequenceId")
        request: Payload = {
            "sessionId": self.session_id,
            "lastSeqId": 0 if found is None else found,
            "disconnectTimestamp": int(time.time() * 1000),
        }
        async with self._or_out_again():
            await self._knock()
            self._look_for_word(await self._ask(b"RECONNECT", request, b"RECONNECTED"))

    def cut(self) -> None:
        """Drop the line without a word, as a phone does that loses its network."""
        transport, self.transport = self.transport, None
        if transport is not None:
            transport.disconnect(graceful=False)

    def send(self, kind: bytes, payload: Payload | None = None) -> None:
        """Send one message; into the void while there is no line."""
        if self.transport is not None:
            self.transport.send(self.KIND, self.encode(kind, payload or {}))
            self.room.tally.sent += 1

    def beat(self) -> None:
        """``HEARTBEAT``."""
        found = self.number(self.last_event, b"stateVersion")
        self.send(b"HEARTBEAT", {} if found is None else {"stateVersion": found})

    async def next_tick(self) -> float:
        """When the clock was heard the next time (`time.perf_counter`)."""
        self._ticked = asyncio.get_running_loop().create_future()
        try:
            return await self._ticked
        finally:
            self._ticked = None

    # The wire

    async def open(self, url: str) -> WSTransport:
        """Upgrade to a WebSocket at ``url``."""
        transport, _ = await ws_connect(
            lambda: self,
            url,
            extra_headers={"Origin": self.door.origin},
            websocket_handshake_timeout=ANSWER_TIMEOUT_S,
            read_buffer_init_size=4096,
            socket_factory=self._make_socket,
        )
        return transport

    async def upgrade(self) -> WSTransport:
        """Whatever this wire does until messages can be sent."""
        return await self.open(f"{self.door.ws_origin}/ws/?roomId={self.room.code}")

    def encode(self, kind: bytes, payload: Payload) -> bytes:
        """A message as this wire has it."""
        return b'{"type":"%b","version":"1.1","roomId":"%b","actorId":"%b","timestamp":%d,"payload":%b}' % (
            kind,
            self.room.code.encode(),
            self.actor_id.encode(),
            time.time() * 1000,
            msgspec.json.encode(payload),
        )

    def identity(self, welcome: bytes) -> tuple[str, str]:
        """``actorId`` and ``sessionId`` out of a ``CONNECTED``."""
        payload = msgspec.json.decode(welcome, type=WelcomeMessage).payload
        return payload.actor_id, payload.session_id

    def word_in(self, answer: bytes) -> str | None:
        """The word's id in a ``CONNECTED`` or ``RECONNECTED``, if its receiver holds one."""
        word = msgspec.json.decode(answer, type=WelcomeMessage).payload.game_state.current_word
        return None if word is None else word.word_id

    def type_of(self, data: bytes) -> bytes:
        """The type of a message; empty if it is none but the wire's own business."""
        return data[9 : data.index(b'"', 9)]

    def text(self, data: bytes, name: bytes) -> str | None:
        """A field of a message, wherever it stands."""
        found = self._TEXT[name].search(data)
        return None if found is None else found[1].decode()

    def number(self, data: bytes, name: bytes) -> int | None:
        """The same for a number."""
        found = self._NUMBER[name].search(data)
        return None if found is None else int(found[1])

    # What arrives

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is not self.KIND:
            if frame.msg_type is WSMsgType.CLOSE:
                self._ended(transport, f"closed with {int(frame.get_close_code())}")
                transport.disconnect()
            return
        if self.transport is None and not self._is_connecting:
            transport.disconnect(graceful=False)  # given up while it was being opened
            return
        data = frame.get_payload_as_bytes()
        if data.startswith(self.TICK):
            tally = self.room.tally
            tally.delivered += 1
            tally.bytes += len(data)
            if self._ticked is not None and not self._ticked.done():
                self._ticked.set_result(time.perf_counter())
            return
        type_ = self.type_of(data)
        if type_:
            tally = self.room.tally
            tally.delivered += 1
            tally.bytes += len(data)
            self.hear(type_, data)

    def hear(self, type_: bytes, data: bytes) -> None:
        """React to one message."""
        if type_ == b"WORD_RESULT":
            self.room.result_arrived(time.perf_counter())
        elif type_ == self._awaited:
            self._answered(data)
        elif type_ == b"WORD_REVEALED":
            self.room.word_arrived(self.text(data, b"wordId") or "")
        elif type_ in NEED_ACK:
            self.send(b"ACK", {"ackId": self.text(data, b"ackId"), "status": "received"})
            self.room.round_changed(type_)
        elif self._answer is not None and type_ in (b"ERROR", b"RECONNECT_FAILED"):
            self._failed(NotLetIn(data[:300].decode(errors="replace")))
        elif type_ in OUT_OF_PLACE:
            self.room.complained(type_, data)
        elif type_ == b"STATE_CHANGED":
            self.room.state_changed(data)
        if type_ not in UNNUMBERED:
            self.last_event = data

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._ended(transport, "connection lost")

    # Behind it

    @contextlib.asynccontextmanager
    async def _or_out_again(self) -> AsyncIterator[None]:
        try:
            yield
        except BaseException:
            self.cut()
            raise

    async def _knock(self) -> None:
        self._is_connecting = True
        try:
            self.transport = await self.upgrade()
        except (OSError, WSError, TimeoutError) as error:
            raise NotLetIn(f"{type(error).__name__}: {error}"[:200]) from error
        finally:
            self._is_connecting = False
        if self.transport.is_disconnected:
            raise NotLetIn("the line was lost at once")

    async def _ask(self, kind: bytes, payload: Payload, awaited: bytes) -> bytes:
        self._answer, self._awaited = asyncio.get_running_loop().create_future(), awaited
        self.send(kind, payload)
        try:
            return await asyncio.wait_for(self._answer, ANSWER_TIMEOUT_S)
        except TimeoutError as error:
            raise NotLetIn(f"no {awaited.decode()} in {ANSWER_TIMEOUT_S:.0f} s") from error
        finally:
            self._answer, self._awaited = None, b""

    def _look_for_word(self, answer: bytes) -> None:
        word_id = self.word_in(answer)
        if word_id is not None:
            self.room.word_arrived(word_id)

    def _answered(self, data: bytes) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(data)

    def _failed(self, error: NotLetIn) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    def _ended(self, transport: WSTransport, how: str) -> None:
        is_ours, is_asking = transport is self.transport, self._answer is not None
        if is_ours:
            self.transport = None
        if is_asking:
            self._failed(NotLetIn(how))
        elif is_ours:
            self.room.line_lost(self, how)

    def _make_socket(self, url: WSParsedURL) -> socket.socket:
        # One address has some 28,000 ports; each few rooms go out from an address of their own.
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        made.bind((f"127.0.0.{FIRST_SOURCE + self.room.number // ROOMS_PER_SOURCE}", 0))
        return made
