"""The wires that the load generator speaks: PartyFlow's own, and those of the servers it is measured beside.

On all of them the messages and their fields are the same; what is around them differs.
"""

import asyncio
import contextlib
import http.client
import re
import time
from typing import Any, ClassVar

import msgpack
import msgspec
from picows import WSMsgType, WSTransport

from bench.client_socket import ANSWER_TIMEOUT_S, Door, LoadSocket, Payload


class PlainSocket(LoadSocket):
    """JSON in text frames, for servers without teams and sessions."""

    HAS_SEATS = False


class SpacedSocket(PlainSocket):
    """The same as Python's ``json.dumps`` writes it, with a space after each colon."""

    TICK: ClassVar[bytes] = b'{"type": "TIMER_TICK"'

    def type_of(self, data: bytes) -> bytes:
        return data[10 : data.index(b'"', 10)]


class SocketIoSocket(PlainSocket):
    """Socket.IO 5 over Engine.IO 4: ``42["TYPE",{…}]``, and pings of its own."""

    TICK: ClassVar[bytes] = b'42["TIMER_TICK"'
    _is_joined: asyncio.Event

    async def upgrade(self) -> WSTransport:
        self._is_joined = asyncio.Event()
        path = f"/socket.io/?EIO=4&transport=websocket&roomId={self.room.code}"
        transport = await self.open(self.door.ws_origin + path)
        transport.send(WSMsgType.TEXT, b"40")
        await asyncio.wait_for(self._is_joined.wait(), ANSWER_TIMEOUT_S)
        return transport

    def encode(self, kind: bytes, payload: Payload) -> bytes:
        return b'42["%b",%b]' % (kind, super().encode(kind, payload))

    def type_of(self, data: bytes) -> bytes:
        if data.startswith(b'42["'):
            return data[4 : data.index(b'"', 4)]
        if data == b"2" and self.transport is not None:
            self.transport.send(WSMsgType.TEXT, b"3")
        elif data.startswith(b"40"):
            self._is_joined.set()
        return b""

    def identity(self, welcome: bytes) -> tuple[str, str]:
        return super().identity(_argument(welcome))

    def word_in(self, answer: bytes) -> str | None:
        return super().word_in(_argument(answer))


def _argument(event: bytes) -> bytes:
    return event[event.index(b",") + 1 : -1]


class ColyseusSocket(PlainSocket):
    """Colyseus 0.16: a seat is reserved over HTTP, then binary frames of a code, a type and a MessagePack value."""

    KIND: ClassVar[WSMsgType] = WSMsgType.BINARY
    JOIN_ROOM: ClassVar[int] = 10
    ROOM_DATA: ClassVar[int] = 13
    TICK: ClassVar[bytes] = b"\x0d\xaaTIMER_TICK"
    # A short string is its length, in one byte from 0xa0 on, and its text.
    _TEXT: ClassVar[dict[bytes, re.Pattern[bytes]]] = {
        name: re.compile(rb"%b[\xa0-\xbf]([\w:.-]+)" % name) for name in (b"wordId", b"ackId")
    }
    _is_joined: asyncio.Event

    async def upgrade(self) -> WSTransport:
        self._is_joined = asyncio.Event()
        seat = await asyncio.to_thread(_reserve_seat, self.door, self.room.code)
        room = seat["room"]
        url = f"{self.door.ws_origin}/{room['processId']}/{room['roomId']}?sessionId={seat['sessionId']}"
        transport = await self.open(url)
        await asyncio.wait_for(self._is_joined.wait(), ANSWER_TIMEOUT_S)
        transport.send(self.KIND, bytes([self.JOIN_ROOM]))
        return transport

    def encode(self, kind: bytes, payload: Payload) -> bytes:
        message = {"version": "1.1", "roomId": self.room.code, "actorId": self.actor_id}
        packed: bytes = msgpack.packb(message | {"timestamp": int(time.time() * 1000), "payload": payload})
        return b"%c%c%b%b" % (self.ROOM_DATA, 0xA0 | len(kind), kind, packed)

    def type_of(self, data: bytes) -> bytes:
        if data[0] == self.ROOM_DATA:
            return data[2 : 2 + (data[1] & 0x1F)]
        if data[0] == self.JOIN_ROOM:
            self._is_joined.set()
        return b""

    def number(self, data: bytes, name: bytes) -> int | None:
        return None

    def identity(self, welcome: bytes) -> tuple[str, str]:
        payload = msgpack.unpackb(welcome[2 + (welcome[1] & 0x1F) :])["payload"]
        return payload["actorId"], payload["sessionId"]

    def word_in(self, answer: bytes) -> str | None:
        return None


def _reserve_seat(door: Door, code: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection(door.host, door.port, timeout=ANSWER_TIMEOUT_S)
    with contextlib.closing(connection):
        body = msgspec.json.encode({"code": code})
        connection.request("POST", "/matchmake/joinOrCreate/party", body, {"Content-Type": "application/json"})
        seat: dict[str, Any] = msgspec.json.decode(connection.getresponse().read())
    return seat


WIRES: dict[str, type[LoadSocket]] = {
    "partyflow": LoadSocket,
    "plain": PlainSocket,
    "spaced": SpacedSocket,
    "socket.io": SocketIoSocket,
    "colyseus": ColyseusSocket,
}
