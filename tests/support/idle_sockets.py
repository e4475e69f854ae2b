"""Thousands of idle spectator sockets in a process of their own: `python -m tests.support.idle_sockets …`.

It prints ``N in`` once all are in their rooms, and how many of them were closed when its standard input ends.
"""

import argparse
import asyncio
import json
import sys
import time

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from bench.launcher import raise_file_limit

AT_A_TIME = 50
PATIENCE_S = 30.0


class Idler(WSListener):  # type: ignore[misc]
    """One of them. picows answers pings by itself."""

    def __init__(self) -> None:
        self.welcomed = asyncio.get_running_loop().create_future()
        self.is_closed = False

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT and not self.welcomed.done():
            self.welcomed.set_result(frame.get_payload_as_bytes())

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.is_closed = True


async def idle(port: int, origin: str, rooms: list[str], count: int) -> None:
    """Go in, stay until nobody wants that any more, and tell."""
    turn = asyncio.Semaphore(AT_A_TIME)

    async def enter(number: int) -> tuple[WSTransport, Idler]:
        room = rooms[number % len(rooms)]
        hello = {"role": "spectator"}
        message = {"type": "CONNECT", "roomId": room, "version": "1.2", "timestamp": 0, "payload": hello}
        async with turn, asyncio.timeout(PATIENCE_S):
            transport, idler = await ws_connect(
                Idler,
                f"ws://127.0.0.1:{port}/ws/?roomId={room}",
                websocket_handshake_timeout=PATIENCE_S,
                extra_headers={"Origin": origin},
            )
            transport.send(WSMsgType.TEXT, json.dumps({**message, "timestamp": int(time.time() * 1000)}).encode())
            assert b'"CONNECTED"' in await idler.welcomed
        return transport, idler

    crowd = await asyncio.gather(*(enter(number) for number in range(count)))
    print(len(crowd), "in", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(sum(idler.is_closed for _, idler in crowd), "closed", flush=True)
    for transport, _ in crowd:
        transport.disconnect()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--origin", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("rooms", nargs="+")
    asked = parser.parse_args()
    raise_file_limit()
    asyncio.run(idle(asked.port, asked.origin, asked.rooms, asked.count))


if __name__ == "__main__":
    main()
