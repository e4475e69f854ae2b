"""A crowd that means harm, as a process of its own: ``python -m tests.abuse.attackers PORT ROOM,ROOM HOW COUNT``.

It says ``ready`` once all of them are there, and goes on until its input is closed; then it says what became of them,
as JSON: how many sockets were opened, how each ended (``open`` for those that never did), and how much was sent.
"""

import asyncio
import contextlib
import json
import os
import resource
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

from tests.support.raw_socket import CLOSE, PING, PONG, TEXT, RawSocket

CHUNK = 100
"""Frames that a flooding socket writes at once."""
AT_ONCE = 50
"""Sockets that are opened at the same time."""
PATIENCE_S = 30.0
DRIP_EVERY_S = 1.0
PING_EVERY_S = 5.0

REQUEST = (
    "GET /ws/?roomId={room} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Crowd:
    """Everybody of one process, and what becomes of them."""

    def __init__(self, port: int, rooms: list[str]) -> None:
        self.port = port
        self.rooms = rooms
        self.opened = 0
        self.sent = 0
        self.ends: Counter[str] = Counter()
        self._here: set[int] = set()
        self._arrival = asyncio.Event()
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def complete(self, count: int) -> None:
        """Wait until so many have been there."""
        while len(self._here) < count:
            self._arrival.clear()
            await self._arrival.wait()

    async def idle(self, number: int) -> None:
        """Looks on and says nothing more; answers pings, or it would be dropped."""
        async with self._entered(number) as (reader, writer):
            await self._listen(reader, writer)

    async def flood(self, number: int) -> None:
        """Sends as much as goes down the line, whatever the answer."""
        async with self._entered(number) as (reader, writer):
            await asyncio.gather(self._listen(reader, writer), self._pour(writer, heartbeat(self.rooms[0])))

    async def mute(self, number: int) -> None:
        """Makes the server talk, and never reads a word."""
        async with self._entered(number, receive_buffer=4096) as (_, writer):
            await self._pour(writer, RawSocket.framed(PING, b"x" * 125), pause_s=0.05)

    async def knock(self, number: int) -> None:
        """Opens one socket after another, each time with a code that no room has."""
        while True:
            with contextlib.suppress(OSError, Gone):
                async with self._connected(number, room="ZZZZZZ") as (reader, writer):
                    self._came(number)
                    await self._listen(reader, writer)

    async def drip(self, number: int) -> None:
        """Sends the headers of a request letter by letter, again and again."""
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                self._came(number)
                try:
                    await self._drip(reader, writer)
                finally:
                    writer.close()

    async def connect_only(self, number: int) -> None:
        """Opens a TCP connection and says nothing at all."""
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                self._came(number)
                try:
                    await reader.read(1)
                    self.ends["hung up on"] += 1
                finally:
                    writer.close()

    # Inside

    @contextlib.asynccontextmanager
    async def _connected(self, number: int, room: str = "", receive_buffer: int = 0) -> AsyncIterator[Line]:
        room = room or self.rooms[number % len(self.rooms)]
        async with self._gate:
            line = socket.socket()
            if receive_buffer:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            line.setblocking(False)
            try:
                await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", self.port))
            except OSError:
                line.close()
                raise
            reader, writer = await asyncio.open_connection(sock=line)
            writer.write(REQUEST.format(room=room, port=self.port).encode())
            async with asyncio.timeout(PATIENCE_S):
                await reader.readuntil(b"\r\n\r\n")
            self.opened += 1
            hello = {"type": "CONNECT", "roomId": room, "version": "1.1", "payload": {"role": "spectator"}}
            writer.write(RawSocket.framed(TEXT, json.dumps(hello).encode()))
        try:
            yield reader, writer
        finally:
            writer.close()

    @contextlib.asynccontextmanager
    async def _entered(self, number: int, receive_buffer: int = 0) -> AsyncIterator[Line]:
        async with self._connected(number, receive_buffer=receive_buffer) as (reader, writer):
            self._came(number)
            yield reader, writer

    def _came(self, number: int) -> None:
        self._here.add(number)
        self._arrival.set()

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        end = "lost"
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                first, second = await reader.readexactly(2)
                length = second
                if second == 126:
                    length = int.from_bytes(await reader.readexactly(2), "big")
                elif second == 127:
                    length = int.from_bytes(await reader.readexactly(8), "big")
                payload = await reader.readexactly(length)
                if first & 15 == PING:
                    writer.write(RawSocket.framed(PONG, payload))
                elif first & 15 == CLOSE:
                    end = str(int.from_bytes(payload[:2], "big"))
                    break
        self.ends[end] += 1
        raise Gone

    async def _pour(self, writer: asyncio.StreamWriter, frame: bytes, pause_s: float = 0.0) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(frame * (1 if pause_s else CHUNK))
                self.sent += 1 if pause_s else CHUNK
                await writer.drain()
                await asyncio.sleep(pause_s)
        await asyncio.sleep(PATIENCE_S)

    async def _drip(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        over = asyncio.create_task(reader.read(1))
        for letter in REQUEST.format(room="ZZZZZZ", port=self.port).encode():
            writer.write(bytes((letter,)))
            done, _ = await asyncio.wait([over], timeout=DRIP_EVERY_S)
            if done:
                over.exception()
                self.ends["hung up on"] += 1
                return
        over.cancel()


class Gone(Exception):
    """The server has had enough of this one."""


def heartbeat(room: str) -> bytes:
    """A well-formed message of somebody who may send it, now and then."""
    message = {"type": "HEARTBEAT", "roomId": room, "actorId": "", "version": "1.1", "payload": {"stateVersion": 1}}
    return RawSocket.framed(TEXT, json.dumps(message).encode())


async def attack(crowd: Crowd, how: str, count: int) -> None:
    way: Callable[[int], Awaitable[None]] = getattr(crowd, how)

    async def one(number: int) -> None:
        with contextlib.suppress(Gone, OSError, TimeoutError, asyncio.IncompleteReadError):
            await way(number)

    tasks = [asyncio.create_task(one(number)) for number in range(count)]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S * 4):
            await crowd.complete(count)
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    crowd.ends["open"] = sum(not task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=5)
    print(json.dumps({"opened": crowd.opened, "sent": crowd.sent, "ends": crowd.ends}), flush=True)


def main() -> None:
    port, rooms, how, count = sys.argv[1:5]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # What they cost themselves must not be taken for what they cost the server: they get what time is left over.
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    asyncio.run(attack(Crowd(int(port), rooms.split(",")), how, int(count)))


if __name__ == "__main__":
    main()
