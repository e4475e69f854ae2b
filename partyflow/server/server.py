"""The server process: daphne on uvloop, with startup, keepalive of WebSockets and graceful shutdown."""

import asyncio
import contextlib
import gc
import logging
import math
import signal
import socket
from collections.abc import Callable
from typing import Any

import partyflow.server.reactor  # noqa: F401 (installs the reactor, so it has to come before daphne)

# isort: split
from daphne.http_protocol import WebRequest
from daphne.server import Server as DaphneServer
from twisted.internet import reactor
from twisted.logger import globalLogBeginner

from partyflow.server.admission_queue import AdmissionQueue
from partyflow.server.flood_queue import FloodQueue
from partyflow.server.http import BoundedRequestFactory
from partyflow.server.lifespan import Hook
from partyflow.server.listener import QueuedPort
from partyflow.server.websocket import TICK_INTERVAL_S, WebSocket
from rooms.live.transport import TRANSPORT_EXTENSION, Transport
from rooms.protocol.frames import SERVICE_RESTART

logger = logging.getLogger(__name__)

BACKLOG = 4096
"""Pending connections in the kernel; after a restart all phones reconnect together."""
STOP_TIMEOUT_S = 12
DRAIN_TIMEOUT_S = 3
"""For requests to be answered, and again for WebSockets to close."""
TICKS_PER_BATCH = 140
"""WebSockets whose keepalive is checked in one callback."""
CANCEL_TIMEOUT_S = 2


class Server(DaphneServer):
    """Serves an ASGI application on ``listener``, a bound socket, until SIGINT or SIGTERM.

    Awaits ``start`` before it listens and calls ``ready`` once it does. After the signal it stops listening, awaits
    ``stop`` while the WebSockets are still open, and then closes them with 1012.
    """

    def __init__(
        self,
        application: Any,
        listener: socket.socket,
        *,
        max_message_bytes: int,
        start: Hook,
        stop: Hook,
        ready: Callable[[], None],
    ) -> None:
        super().__init__(
            application,
            endpoints=[f"fd:{listener.fileno()}"],
            signal_handlers=False,
            http_timeout=60,
            server_name="",
        )
        self.sockets: set[WebSocket] = set()
        self._on_websocket_closed = self.sockets.discard
        self._applications: set[asyncio.Task[None]] = set()
        self._listener = listener
        self._max_message_bytes = max_message_bytes
        self._start = start
        self._stop = stop
        self._ready = ready
        self._port: Any = None

    def run(self) -> None:
        """Serve until the shutdown is complete. Raises what ``start`` raised."""
        self.connections: dict[Any, dict[str, Any]] = {}
        self.http_factory = BoundedRequestFactory(self)
        globalLogBeginner.beginLoggingTo([_forward_failure], redirectStandardIO=False, discardBuffer=True)
        loop = reactor._asyncioEventloop
        asyncio.set_event_loop(loop)
        main = loop.create_task(self._main(loop))
        main.add_done_callback(lambda _: reactor.stop())
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        reactor.run(installSignalHandlers=False)
        main.result()

    async def _main(self, loop: asyncio.AbstractEventLoop) -> None:
        self._flood_queue = FloodQueue(loop)
        self.admission_queue = AdmissionQueue(loop)
        asked_to_end = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, asked_to_end.set)
        await self._start()
        # What exists by now lives as long as the process: the collector skips it, and runs less often.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        self._listen()
        self._ready()
        checking = loop.create_task(self._tick_sockets(loop))
        await asked_to_end.wait()
        await self._drain()
        checking.cancel()

    def _listen(self) -> None:
        self._listener.setblocking(False)
        self._listener.listen(BACKLOG)
        self._port = QueuedPort.on(self._listener, self.http_factory, reactor)

    async def _tick_sockets(self, loop: asyncio.AbstractEventLoop) -> None:
        while True:
            ends_s = loop.time() + TICK_INTERVAL_S
            every = tuple(self.sockets)
            # In batches, because each check may write, and a game must not wait for thousands of them.
            pause_s = batch_pause_s(len(every))
            for first in range(0, len(every), TICKS_PER_BATCH):
                now_s = loop.time()
                for websocket in every[first : first + TICKS_PER_BATCH]:
                    websocket.tick(now_s)
                await asyncio.sleep(pause_s)
            await asyncio.sleep(max(0.0, ends_s - loop.time()))

    async def _drain(self) -> None:
        """Stop listening, finish requests, await ``stop``, close the WebSockets, cancel what is left."""
        logger.info("Stopping")
        await self._port.stopListening().asFuture(asyncio.get_running_loop())
        self._listener.close()
        await _until(lambda: not self._open_requests(), DRAIN_TIMEOUT_S)
        try:
            await asyncio.wait_for(self._stop(), STOP_TIMEOUT_S)
        except Exception:
            logger.exception("Stopping the worker failed")
        for websocket in tuple(self.sockets):
            websocket.close(SERVICE_RESTART)
        await _until(lambda: not self.sockets, DRAIN_TIMEOUT_S)
        for websocket in tuple(self.sockets):
            websocket.abort()
        await self._cancel_applications()

    def _open_requests(self) -> list[WebRequest]:
        return [request for request, details in self.connections.items() if "disconnected" not in details]

    async def _cancel_applications(self) -> None:
        running = [*self._applications, *self._request_applications()]
        if running:
            await asyncio.wait(running, timeout=CANCEL_TIMEOUT_S)
            for application in running:
                application.cancel()
            await asyncio.wait(running, timeout=CANCEL_TIMEOUT_S)

    def _request_applications(self) -> list["asyncio.Task[None]"]:
        every = [details.get("application_instance") for details in self.connections.values()]
        return [application for application in every if application is not None and not application.done()]

    # Called by daphne's requests

    def open_websocket(self, connected: socket.socket, accept_key: bytes, scope: dict[str, Any]) -> None:
        """Run the application for a WebSocket on ``connected``."""
        loop = asyncio.get_running_loop()
        websocket = WebSocket(
            loop,
            connected,
            accept_key,
            self._max_message_bytes,
            self._on_websocket_closed,
            self._flood_queue,
            self.admission_queue,
        )
        self.sockets.add(websocket)
        extensions: dict[str, Transport] = {TRANSPORT_EXTENSION: websocket}
        scope |= {"asgi": {"version": "3.0"}, "extensions": extensions}
        application = loop.create_task(self.application(scope, websocket.asgi_receive, websocket.asgi_send))
        self._applications.add(application)
        application.add_done_callback(self._applications.discard)
        websocket.set_application(application)

    def create_application(self, protocol: WebRequest, scope: dict[str, Any]) -> Any:
        # daphne lets clients set it with a header.
        scope["root_path"] = ""
        return super().create_application(protocol, scope)

    def protocol_disconnected(self, protocol: WebRequest) -> None:
        # Called again at the end of the connection for requests that were answered and forgotten.
        if protocol in self.connections:
            super().protocol_disconnected(protocol)


def batch_pause_s(sockets: int) -> float:
    """The pause after each batch of `TICKS_PER_BATCH`, so that all of them spread over `TICK_INTERVAL_S`."""
    return TICK_INTERVAL_S / max(1, math.ceil(sockets / TICKS_PER_BATCH))


async def _until(is_true: Callable[[], bool], timeout_s: float) -> None:
    """Wait until ``is_true()``, or for ``timeout_s``."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            while not is_true():  # noqa: ASYNC110 (an event for each of thousands of sockets would cost more)
                await asyncio.sleep(0.02)


def _forward_failure(event: dict[str, Any]) -> None:
    """Forward unhandled exceptions of Twisted's log; the rest of it is dropped."""
    if failure := event.get("log_failure"):
        logger.error("Unhandled in the reactor: %s", failure.getTraceback())
