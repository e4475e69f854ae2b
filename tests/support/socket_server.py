"""The server class with a small application of its own, to be tried through real sockets: `python -m …`.

The first words of what a client sends say what the application shall do; what happens to it is printed.
"""

import asyncio
import gc
import socket
import sys
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qs

from partyflow.server import http
from partyflow.server.server import Server
from partyflow.server.websocket import WebSocket
from rooms.live.connection import Connection
from rooms.protocol.frames import text_frame
from rooms.protocol.limits import MAX_MESSAGE_BYTES
from rooms.telemetry.counters import counters


class Subject:
    """Whom the context of a socket is about: it leads back to the socket, as the game's do."""

    def __init__(self, path: str, transport: Any) -> None:
        self.path = path
        self.transport = transport


subject: ContextVar[Subject] = ContextVar("subject")


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["path"] == "/stubborn":
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            print("cancelled", flush=True)
            await asyncio.sleep(3600)
    if scope["type"] == "http":
        await asyncio.sleep(0.5 if scope["path"] == "/slow" else 0)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})
        return
    assert (await receive())["type"] == "websocket.connect"
    if scope["path"] == "/waiting":
        await receive()
        return
    if scope["path"] == "/refuse":
        await send({"type": "websocket.close"})
        return
    await send({"type": "websocket.accept"})
    transport = scope["extensions"]["partyflow.socket"]
    if scope["path"] != "/unheeded":
        Connection(parse_qs(scope["query_string"].decode()).get("roomId", [""])[0], transport, "http://testserver")

    subject.set(Subject(scope["path"], transport))

    def hear(message: str | bytes) -> bool:
        if message in ("send slow", "listen"):
            return False
        print(subject.get().path, "heard", message, flush=True)
        if message == "enough":
            transport.close(4000)
        transport.send_frame(text_frame(b"heard " + (message if isinstance(message, bytes) else message.encode())))
        return True

    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            print(scope["path"], "disconnected", message["code"], flush=True)
            return
        match message["text"].split(" ", 2):
            case ["send", text]:
                await send({"type": "websocket.send", "text": text})
            case ["send-bytes", text]:
                await send({"type": "websocket.send", "bytes": text.encode()})
            case ["send-long", size]:
                await send({"type": "websocket.send", "text": "x" * int(size)})
            case ["frames", count, size]:
                for number in range(int(count)):
                    transport.send_frame(text_frame(b"%06d" % number + b"x" * (int(size) - 6)))
            case ["frames-and-ends", count]:
                for number in range(int(count)):
                    transport.send_frame(text_frame(b"%d" % number))
                    await send({"type": "websocket.send", "text": str(number)})
            case ["close", code, reason]:
                transport.close(int(code), reason)
            case ["asgi-close", code]:
                await send({"type": "websocket.close", "code": int(code)})
            case ["slow-readers"]:
                await send({"type": "websocket.send", "text": str(counters.slow_readers)})
            case ["ping"]:
                transport.ping(lambda: transport.send_frame(text_frame(b"answered")))
            case ["sockets-in-memory"]:
                alive = sum(isinstance(each, WebSocket) for each in gc.get_objects())
                await send({"type": "websocket.send", "text": str(alive)})
            case ["root-path"]:
                await send({"type": "websocket.send", "text": f"root={scope['root_path']}"})
            case ["listen"]:
                await asyncio.sleep(0.2)  # so that what follows has to wait
                transport.set_receiver(hear)
            case ["busy"]:
                await asyncio.sleep(3)
            case ["raise"]:
                raise RuntimeError("as asked")
            case _:
                raise AssertionError(message)


async def start() -> None:
    if "--failing" in sys.argv:
        raise RuntimeError("no start today")
    print("start", flush=True)


async def stop() -> None:
    print("stop", flush=True)
    if "--stuck" in sys.argv:
        raise RuntimeError("no stop today")
    await asyncio.sleep(1 if "--slow-stop" in sys.argv else 0)
    print("stopped", flush=True)


def main() -> None:
    if "--impatient" in sys.argv:
        http.HEADERS_TIMEOUT_S, http.BODY_TIMEOUT_S = 0.3, 0.4
    listener = socket.create_server(("127.0.0.1", 0))
    Server(
        application,
        listener,
        max_message_bytes=MAX_MESSAGE_BYTES,
        start=start,
        stop=stop,
        ready=lambda: print("port", listener.getsockname()[1], flush=True),
    ).run()
    print("end", flush=True)


if __name__ == "__main__":
    main()
