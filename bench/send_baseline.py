"""``python -m bench.send_baseline --rooms 1000``: what a delivery costs where nothing is done but ``socket.send``.

The same rooms of seven, ticks at random phases, frames of the usual size, over loopback TCP to a process that reads and
forgets. What a server costs above this is its own.
"""

import argparse
import asyncio
import gc
import multiprocessing
import os
import random
import socket

import uvloop

from bench.launcher import raise_file_limit
from bench.rooms import SOCKETS_PER_ROOM

FRAME = b"\x81\x7e\x00\x9b" + b"x" * 155
WARM_UP_S = 2.0


class Tick:
    """One room: a frame to each of its sockets, every second."""

    def __init__(self, loop: asyncio.AbstractEventLoop, sockets: list[socket.socket]) -> None:
        self._loop = loop
        self._sends = [phone.send for phone in sockets]
        self.delivered = 0

    def at(self, when_s: float) -> None:
        self._loop.call_at(when_s, self._beat, when_s)

    def _beat(self, when_s: float) -> None:
        for send in self._sends:
            send(FRAME)
        self.delivered += len(self._sends)
        self.at(when_s + 1)


class Reader(asyncio.Protocol):
    """Takes what comes, and forgets it."""


async def measure(listener: socket.socket, rooms: int, seconds: float) -> tuple[float, float]:
    """Microseconds of CPU a delivery: in user space and in the kernel."""
    loop = asyncio.get_running_loop()
    listener.setblocking(False)
    phones = []
    for _ in range(rooms * SOCKETS_PER_ROOM):
        phone, _ = await loop.sock_accept(listener)
        phone.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        phones.append(phone)
    ticks = [Tick(loop, phones[at : at + SOCKETS_PER_ROOM]) for at in range(0, len(phones), SOCKETS_PER_ROOM)]
    gc.collect()
    gc.freeze()
    for tick in ticks:
        tick.at(loop.time() + random.random())
    await asyncio.sleep(WARM_UP_S)
    before, delivered = os.times(), sum(tick.delivered for tick in ticks)
    await asyncio.sleep(seconds)
    after, delivered = os.times(), sum(tick.delivered for tick in ticks) - delivered
    return (after.user - before.user) / delivered * 1e6, (after.system - before.system) / delivered * 1e6


def read(port: int, sockets: int) -> None:
    """Be all the phones, in a process of their own, until it is ended."""

    async def run() -> None:
        for _ in range(sockets):
            await asyncio.get_running_loop().create_connection(Reader, "127.0.0.1", port)
        await asyncio.Event().wait()

    uvloop.run(run())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.send_baseline", description=__doc__)
    parser.add_argument("--rooms", type=int, default=300, help="rooms of 7 sockets each (300)")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long to measure (8)")
    options = parser.parse_args()
    raise_file_limit()
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    port, sockets = listener.getsockname()[1], options.rooms * SOCKETS_PER_ROOM
    phones = multiprocessing.Process(target=read, args=(port, sockets), daemon=True)
    phones.start()
    try:
        user_us, kernel_us = uvloop.run(measure(listener, options.rooms, options.seconds))
    finally:
        phones.terminate()
        phones.join()
    print(f"{options.rooms} rooms: {user_us + kernel_us:.1f} µs a delivery, {kernel_us:.1f} of them in the kernel")


if __name__ == "__main__":
    main()
