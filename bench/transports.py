"""``python -m bench.transports``: compares `TcpConnection` with uvloop's transport by memory and CPU.

Each run is a process with rooms of 7 connections, over loopback TCP to a client process that reads and writes. A run
measures the growth of the process per idle connection (RSS), the CPU of writing a frame at the pace of rooms that tick
once a second, and the CPU of reading one. Runs of the kinds alternate; the output is medians, with ranges in brackets.
"""

import argparse
import asyncio
import contextvars
import gc
import json
import multiprocessing
import select
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection as Pipe
from typing import Any, Protocol

import psutil
import uvloop

from bench.launcher import ROOT, raise_file_limit
from bench.rooms import SOCKETS_PER_ROOM
from partyflow.server.tcp import READ_BYTES, TcpConnection
from rooms.live.transport import MAX_UNSENT_BYTES

FRAME = b"\x81\x7e\x00\x9b" + b"x" * 155
"""A tick of a room's clock."""
MESSAGE = b"\x81\xfe\x00\x9b" + bytes(4) + b"x" * 155
SLOTS_PER_S = 50
"""Rooms wake up in slots of 20 ms (`rooms.live.timer_wheel`)."""
READ_ROUNDS = 8
WARM_UP_S = 1.0
WARM_UP_CONNECTIONS = 50
FIGURES = ("bytes a connection", "µs a write", "µs a read")


class Counted(Protocol):
    """A connection of one kind."""

    def send_frame(self, whole: bytes) -> None:
        """Write a frame unless too much is waiting already."""


class OnSocket(TcpConnection):
    """Our connection, on the socket."""

    __slots__ = ("_on_read",)

    def __init__(
        self, loop: asyncio.AbstractEventLoop, connected: socket.socket, on_read: Callable[[bytes], None]
    ) -> None:
        self._on_read = on_read
        super().__init__(loop, connected)

    def send_frame(self, whole: bytes) -> None:
        if self._unsent is None or len(self._unsent) + len(whole) <= MAX_UNSENT_BYTES:
            self.write(whole)

    def data_received(self, data: bytes) -> None:
        self._on_read(data)

    def connection_lost(self) -> None:
        """Does nothing."""


class _OnTransport:
    # The attributes that a WebSocket would need besides the transport.
    __slots__ = ("_context", "_deadline", "_is_reading", "_loop", "_on_read", "_transport")

    def __init__(self, loop: asyncio.AbstractEventLoop, on_read: Callable[[bytes], None]) -> None:
        self._loop = loop
        self._on_read = on_read
        self._deadline: asyncio.TimerHandle | None = None
        self._is_reading = True
        self._context = contextvars.copy_context()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def send_frame(self, whole: bytes) -> None:
        if self._transport.get_write_buffer_size() + len(whole) <= MAX_UNSENT_BYTES:
            self._transport.write(whole)


class OnTransport(_OnTransport, asyncio.Protocol):
    """On uvloop's transport, with reads of any size."""

    __slots__ = ()

    def data_received(self, data: bytes) -> None:
        self._context.run(self._on_read, data)


class OnBufferedTransport(_OnTransport, asyncio.BufferedProtocol):
    """On uvloop's transport, with one buffer for all connections: reads are bounded as ours are."""

    __slots__ = ()
    _buffer = memoryview(bytearray(READ_BYTES))

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._context.run(self._on_read, bytes(self._buffer[:nbytes]))


KINDS: dict[str, Any] = {"socket": OnSocket, "transport": OnTransport, "buffered": OnBufferedTransport}


async def connect(kind: str, listener: socket.socket, count: int, on_read: Callable[[bytes], None]) -> list[Counted]:
    """Accept ``count`` connections of this kind."""
    loop = asyncio.get_running_loop()
    connections: list[Counted] = []
    for _ in range(count):
        connected, _ = await loop.sock_accept(listener)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if kind == "socket":
            connections.append(OnSocket(loop, connected, on_read))
        else:
            factory = partial(KINDS[kind], loop, on_read)
            _, connection = await loop.connect_accepted_socket(factory, connected)
            connections.append(connection)
    return connections


async def measure(kind: str, listener: socket.socket, peer: Pipe, count: int, seconds: float) -> list[float]:
    """The `FIGURES` of one run."""
    messages = 0
    all_read = asyncio.Event()

    def on_read(data: bytes) -> None:
        nonlocal messages
        messages += 1
        if messages % count == 0:
            all_read.set()

    listener.setblocking(False)
    await connect(kind, listener, WARM_UP_CONNECTIONS, on_read)  # modules, pools and the loop's own buffers
    gc.collect()
    before_bytes = psutil.Process().memory_info().rss
    connections = await connect(kind, listener, count, on_read)
    gc.collect()
    grown_bytes = (psutil.Process().memory_info().rss - before_bytes) / count
    gc.freeze()

    slots = [connections[first::SLOTS_PER_S] for first in range(SLOTS_PER_S)]
    await _tick(slots, WARM_UP_S)
    began_s = time.process_time()
    written = await _tick(slots, seconds)
    write_s = (time.process_time() - began_s) / written

    read_s = 0.0
    for _ in range(READ_ROUNDS):
        all_read.clear()
        began_s = time.process_time()
        peer.send(None)
        await all_read.wait()
        read_s += time.process_time() - began_s
    return [grown_bytes, write_s * 1e6, read_s / READ_ROUNDS / count * 1e6]


async def _tick(slots: list[list[Counted]], seconds: float) -> int:
    loop = asyncio.get_running_loop()
    written, began_s = 0, loop.time()
    for number in range(int(seconds * SLOTS_PER_S)):
        slot = slots[number % SLOTS_PER_S]
        for connection in slot:
            connection.send_frame(FRAME)
        written += len(slot)
        await asyncio.sleep(began_s + (number + 1) / SLOTS_PER_S - loop.time())
    return written


def run_clients(port: int, count: int, control: Pipe) -> None:
    """Read everything; write a message on each connection for each item that ``control`` receives."""
    raise_file_limit()
    poll = select.epoll()
    sockets = {}
    for _ in range(count):
        connected = socket.create_connection(("127.0.0.1", port))
        sockets[connected.fileno()] = connected
        poll.register(connected, select.EPOLLIN)
    poll.register(control, select.EPOLLIN)
    while True:
        for number, _ in poll.poll():
            if number != control.fileno():
                sockets[number].recv(65536)
                continue
            control.recv()
            for connected in list(sockets.values())[WARM_UP_CONNECTIONS:]:
                connected.sendall(MESSAGE)


def run(kind: str, count: int, seconds: float) -> list[float]:
    """One run, in this process."""
    raise_file_limit()
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    here, there = multiprocessing.Pipe()
    arguments = (listener.getsockname()[1], WARM_UP_CONNECTIONS + count, there)
    clients = multiprocessing.Process(target=run_clients, args=arguments, daemon=True)
    clients.start()
    try:
        return uvloop.run(measure(kind, listener, here, count, seconds))
    finally:
        clients.terminate()
        clients.join()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.transports", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="runs of each kind (7)")
    parser.add_argument("--rooms", type=int, default=1000, help="rooms of 7 connections each (1000)")
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each run writes (6)")
    parser.add_argument("--kind", choices=KINDS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.kind:
        print(json.dumps(run(options.kind, options.rooms * SOCKETS_PER_ROOM, options.seconds)))
        return
    figures: dict[str, list[list[float]]] = {kind: [] for kind in KINDS}
    for _ in range(options.runs):
        for kind, runs in figures.items():
            command = [sys.executable, "-m", "bench.transports", "--kind", kind, *sys.argv[1:]]
            done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, timeout=120 + options.seconds)
            runs.append(json.loads(done.stdout))
    for kind, runs in figures.items():
        columns = zip(FIGURES, zip(*runs, strict=True), strict=True)
        texts = (
            f"{statistics.median(values):8.1f} ({min(values):.1f}–{max(values):.1f}) {name}" for name, values in columns
        )
        print(f"{kind:10}", *texts, sep="  ", flush=True)


if __name__ == "__main__":
    main()
