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
from partyflow.server.http import BoundedChannel, BoundedRequestFactory
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
POLL_S = 0.02
CANCEL_AGAIN_S = 0.1
"""A task may swallow a cancellation, or begin another one while it is cancelled."""


class Server(DaphneServer):
    """Serves an ASGI application on ``listener``, a bound socket, until SIGINT or SIGTERM.

    Awaits ``start`` before it listens and calls ``ready`` once it does. After the signal it stops listening, begins no
    more requests, awaits ``stop`` while the WebSockets are still open, closes them with 1012, and cancels every task
    that is left. After a second signal it waits for ``stop`` alone.
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
        self.channels: set[BoundedChannel] = set()
        self.is_draining = False
        self._is_hurried = False
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
            loop.add_signal_handler(number, self._on_signal, asked_to_end)
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

    def _on_signal(self, asked_to_end: asyncio.Event) -> None:
        if self.is_draining and not self._is_hurried:
            self._is_hurried = True
            logger.warning("Second signal: ending as soon as the rooms are written")
        asked_to_end.set()

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
        self.is_draining = True
        await self._port.stopListening().asFuture(asyncio.get_running_loop())
        self._listener.close()
        for channel in tuple(self.channels):
            channel.drain()
        await self._wait_until(lambda: not self._open_requests(), DRAIN_TIMEOUT_S)
        await self._stop_worker()
        for websocket in tuple(self.sockets):
            websocket.close(SERVICE_RESTART)
        await self._wait_until(lambda: not self.sockets, DRAIN_TIMEOUT_S)
        for websocket in tuple(self.sockets):
            websocket.abort()
        await self._wait_until(lambda: not self._running_applications(), CANCEL_TIMEOUT_S)
        for channel in tuple(self.channels):
            channel.transport.abortConnection()
        await self._cancel_tasks()

    async def _stop_worker(self) -> None:
        """Await ``stop``, for `STOP_TIMEOUT_S` at most, even if it does not react to its cancellation."""
        stopping = asyncio.ensure_future(self._stop())
        await asyncio.wait([stopping], timeout=STOP_TIMEOUT_S)
        if not stopping.done():
            logger.error("Stopping the worker took longer than %d s", STOP_TIMEOUT_S)
            stopping.cancel()
        elif not stopping.cancelled() and stopping.exception() is not None:
            logger.error("Stopping the worker failed", exc_info=stopping.exception())

    async def _wait_until(self, is_true: Callable[[], bool], timeout_s: float) -> None:
        """Wait until ``is_true()``, for ``timeout_s`` at most; not at all after a second signal."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not (is_true() or self._is_hurried):  # noqa: ASYNC110 (an event for each of thousands of sockets)
                    await asyncio.sleep(POLL_S)

    async def _cancel_tasks(self) -> None:
        """Cancel and await every task but this one, those included that middleware in threads has started."""
        loop = asyncio.get_running_loop()
        ends_s = loop.time() + CANCEL_TIMEOUT_S
        while (running := asyncio.all_tasks() - {asyncio.current_task()}) and loop.time() < ends_s:
            for task in running:
                task.cancel()
            if self._is_hurried:
                ends_s = min(ends_s, loop.time() + CANCEL_AGAIN_S)
            await asyncio.wait(running, timeout=CANCEL_AGAIN_S)
        if running:
            logger.warning("%d tasks do not end", len(running))

    def _open_requests(self) -> list[WebRequest]:
        return [request for request, details in self.connections.items() if "disconnected" not in details]

    async def _cancel_applications(self) -> None:
        running = [*self._applications, *self._request_applications()]
        if running:
            await asyncio.wait(running, timeout=CANCEL_TIMEOUT_S)
            for application in running:
                application.cancel()
            await asyncio.wait(running, timeout=CANCEL_TIMEOUT_S)

    def _running_applications(self) -> list["asyncio.Task[None]"]:
        requests = [details.get("application_instance") for details in self.connections.values()]
        every = [*self._applications, *requests]
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


def _forward_failure(event: dict[str, Any]) -> None:
    """Forward unhandled exceptions of Twisted's log; the rest of it is dropped."""
    if failure := event.get("log_failure"):
        logger.error("Unhandled in the reactor: %s", failure.getTraceback())
