"""WebSocket server connection: bounded buffers, keepalive, exact close codes.

How inbound data flows. The loop calls `data_received` with what one ``recv`` returns. While the application receives
over ASGI, each read waits for its turn in the `AdmissionQueue`, with reading paused, because it may be one of thousands
of handshakes. Once a receiver is set, `_parse` handles the events of a read in the callback: nearly always one message.

A read with more than `MAX_EVENTS_PER_READ` marks the connection as flooding: `_parse` pauses reading, moves the rest to
`_backlog` and enqueues `_process_backlog` as a job of the `FloodQueue`. From then on that job alone reads, and only
when the backlog is empty: events stay in order, the backlog is bounded by one read, and the kernel's buffers fill up
and slow the client down. An empty backlog does not mean that the flood is over, since more may wait in the kernel. The
job ends after `FLOOD_BREAK_S` without data; a flood of `FLOOD_TIMEOUT_S` is an overload.

The loop runs its callbacks in the context of the application (`adopt_context`). Jobs and admission steps run in that of
their queue and enter the context themselves.
"""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable
from contextvars import Context
from enum import Enum, auto
from functools import partial
from http import HTTPStatus
from time import perf_counter
from typing import Any, ClassVar, Protocol, TypeVar

from partyflow.server.admission_queue import AdmissionQueue
from partyflow.server.flood_queue import FloodQueue
from partyflow.server.tcp import TcpConnection
from rooms.access.token_bucket import TokenBucket
from rooms.live.transport import ARRIVED_S, MAX_UNSENT_BYTES, Overload, Receiver, TransportListener
from rooms.protocol import handshake
from rooms.protocol.frames import (
    ABNORMAL_CLOSURE,
    BINARY,
    INTERNAL_ERROR,
    NORMAL_CLOSURE,
    PING,
    POLICY_VIOLATION,
    PONG,
    Close,
    FrameEvent,
    FrameReader,
    Ping,
    Pong,
    ProtocolViolation,
    close_frame,
    frame,
    text_frame,
)

logger = logging.getLogger(__name__)

MAX_UNREAD_MESSAGES = 256
"""Queued for `asgi_receive`."""
MAX_EVENTS_PER_READ = 8
"""Handled in the read callback; further events of a read wait in the `FloodQueue`."""
MAX_EVENTS_PER_JOB = 4
FLOOD_TIMEOUT_S = 5.0
FLOOD_BREAK_S = 1.0
"""A flood lasts until nothing has arrived for `FLOOD_BREAK_S`; one of `FLOOD_TIMEOUT_S` is an overload."""
MAX_BYTES_AFTER_CLOSE = 64 * 1024
"""Read while waiting for the client's close frame; then reading stops."""
ACCEPT_TIMEOUT_S = 20
CLOSE_TIMEOUT_S = 5
EXIT_TIMEOUT_S = 10
"""From the end of the connection to the cancellation of its application."""
PING_AFTER_S = 10.5
"""Clients send a heartbeat every 10 s: only one that does not is pinged."""
PONG_TIMEOUT_S = 5.5
TICK_INTERVAL_S = 1.0
"""Interval of `WebSocket.tick`. Two rounds late at worst, a dead peer is found within 20 s (docs/spec.md §3.3)."""
MAX_SILENT_TICKS = 4
MAX_SILENCE_S = MAX_SILENT_TICKS * TICK_INTERVAL_S
"""The longest time between two writes: a proxy takes a process that is silent for longer to hang (ADR-15)."""

_PING_FRAME = frame(PING, b"")
_ROUND_TRIP_PING = b"?"
_ROUND_TRIP_PING_FRAME = frame(PING, _ROUND_TRIP_PING)
_UNSOLICITED_PONG_FRAME = frame(PONG, b"")
"""A heartbeat that needs no answer (RFC 6455, section 5.5.3)."""

AsgiEvent = dict[str, Any]
Version = TypeVar("Version", contravariant=True)


class Prepared(Protocol[Version]):
    """A message that the application has encoded for each version of its own protocol."""

    def frame(self, version: Version) -> bytes | None:
        """The message as a whole frame; None if ``version`` does not have it."""


class State(Enum):
    """The state of a connection (RFC 6455, sections 4 and 7)."""

    CONNECTING = auto()
    OPEN = auto()
    CLOSING = auto()
    CLOSED = auto()


_CONNECTING, _OPEN, _CLOSING, _CLOSED = State.CONNECTING, State.OPEN, State.CLOSING, State.CLOSED
"""Constants of the module: in Python 3.11 the lookup of an enum's member is as slow as a call."""


class WebSocket(TcpConnection):
    """One WebSocket connection, from its HTTP request on; calls ``on_closed`` with itself once it has ended.

    An ASGI application uses `asgi_receive` and `asgi_send`. One that finds it among the scope's extensions, as
    ``partyflow.socket``, may use it as a `Transport` too.
    """

    has_keepalive: ClassVar[bool] = True
    edge_worker: ClassVar[str | None] = None

    __slots__ = (
        "_accept_key", "_admission_queue", "_application", "_asgi_events", "_backlog", "_bytes_since_close",
        "_close_code", "_control_bucket", "_exit_timeout", "_flood_queue", "_flooding_since_s", "_is_overloaded",
        "_last_received_s", "_listener", "_on_closed", "_on_pong", "_pinged_s", "_reader", "_receiver", "_silent_ticks",
        "_waiter", "state",
    )  # fmt: skip

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        connected: socket.socket,
        accept_key: bytes,
        max_message_bytes: int,
        on_closed: Callable[["WebSocket"], None],
        flood_queue: FloodQueue,
        admission_queue: AdmissionQueue,
    ) -> None:
        super().__init__(loop, connected)
        self.state = _CONNECTING
        self._accept_key = accept_key
        self._on_closed = on_closed
        self._flood_queue = flood_queue
        self._admission_queue = admission_queue
        self._backlog: deque[FrameEvent] = deque()
        self._flooding_since_s: float | None = None
        self._bytes_since_close = 0
        self._reader = FrameReader(max_message_bytes)
        # Pings and pongs; the application counts messages.
        self._control_bucket = TokenBucket(int(loop.time() * 1000))
        self._asgi_events: list[AsgiEvent] = [{"type": "websocket.connect"}]
        self._waiter: asyncio.Future[None] | None = None
        self._receiver: Receiver | None = None
        self._listener: TransportListener | None = None
        self._is_overloaded = False
        self._on_pong: Callable[[], None] | None = None
        self._application: asyncio.Task[None] | None = None
        self._last_received_s = loop.time()
        self._pinged_s = 0.0
        self._silent_ticks = 0
        self._close_code = ABNORMAL_CLOSURE
        self._exit_timeout: asyncio.TimerHandle | None = None

    def set_application(self, application: "asyncio.Task[None]") -> None:
        """Set the task of the ASGI application that serves this connection."""
        self._application = application
        application.add_done_callback(self._on_application_done)

    # ASGI

    async def asgi_receive(self) -> AsgiEvent:
        """The next ASGI event."""
        while not self._asgi_events:
            self._waiter = self._loop.create_future()
            await self._waiter
        return self._asgi_events.pop(0)

    async def asgi_send(self, event: AsgiEvent) -> None:
        """Execute an ASGI event of the application; ignored once the connection has ended."""
        match event["type"]:
            case "websocket.accept":
                self._accept(event.get("subprotocol"))
            case "websocket.send":
                text, data = event.get("text"), event.get("bytes")
                self.send_frame(frame(BINARY, data or b"") if text is None else text_frame(text.encode()))
            case "websocket.close" if self.state is _CONNECTING:
                self._reject_handshake(HTTPStatus.FORBIDDEN)
            case "websocket.close":
                self.close(event.get("code") or NORMAL_CLOSURE, event.get("reason") or "")
            case other:
                raise ValueError(f"{other} is no ASGI event of a WebSocket")

    # The transport

    def set_listener(self, listener: TransportListener | None) -> None:
        """Report to ``listener`` that the client is too slow, floods or violates the protocol."""
        self._listener = listener

    def send(self, outgoing: Prepared[Version], version: Version) -> None:
        """Send, or skip what ``version`` does not have."""
        whole = outgoing.frame(version)
        if whole is not None:
            self.send_frame(whole)

    def send_frame(self, whole: bytes) -> None:
        """Send an encoded frame; dropped if the connection is not open. At most `MAX_UNSENT_BYTES` are left waiting."""
        if self.state is not _OPEN:
            return
        self._silent_ticks = 0
        if self._unsent is None or len(self._unsent) + len(whole) <= MAX_UNSENT_BYTES or self._is_overloaded:
            self.write(whole)
        else:
            self._give_up(Overload.SLOW_READER)

    def close(self, code: int, reason: str = "") -> None:
        """Send a close frame after everything that was sent; does nothing unless the connection is open."""
        if self.state is _OPEN:
            self.state = _CLOSING
            self._close_code = code
            self.write(close_frame(code, reason))
            self.abort_after(CLOSE_TIMEOUT_S)

    def set_receiver(self, receiver: Receiver) -> None:
        """Call ``receiver`` with the messages queued for `asgi_receive`, then with each when it arrives.

        It runs in the caller's context. The first message that it declines and all later ones go to `asgi_receive`.
        """
        self.adopt_context()
        waiting, self._asgi_events = self._asgi_events, []
        self._receiver = receiver
        for event in waiting:
            if event["type"] == "websocket.receive":
                self._deliver(event["text"] if "text" in event else event["bytes"])
            else:
                self._asgi_events.append(event)

    def ping(self, on_pong: Callable[[], None]) -> None:
        """Send a ping and call ``on_pong`` at its answer; does nothing while one is pending."""
        if self._on_pong is None:
            self._on_pong = on_pong
            self.send_frame(_ROUND_TRIP_PING_FRAME)

    # Keepalive

    def tick(self, now_s: float) -> None:
        """Check the handshake timeout, send a ping, check its timeout, send an idle pong; called by the server."""
        silent_s = now_s - self._last_received_s
        if self.state is _CONNECTING:
            if silent_s > ACCEPT_TIMEOUT_S:
                self._reject_handshake(HTTPStatus.SERVICE_UNAVAILABLE)
        elif self._pinged_s > self._last_received_s:
            if now_s - self._pinged_s > PONG_TIMEOUT_S:
                self.abort()
        elif silent_s > PING_AFTER_S:
            self._pinged_s = now_s
            self.send_frame(_PING_FRAME)
        self._silent_ticks += 1
        if self._silent_ticks >= MAX_SILENT_TICKS:
            self.send_frame(_UNSOLICITED_PONG_FRAME)

    # Inbound data

    def data_received(self, data: bytes) -> None:
        """Parse incoming data; without a receiver that is queued."""
        if self.state is _CONNECTING:
            self.abort()  # clients have to wait for the response to their handshake
            return
        self._last_received_s = self._loop.time()
        if self._receiver is None and self._is_reading:
            self.pause_reading()
            self._admission_queue.enqueue_continuation(partial(self._admit, data))
        else:
            self._parse(data)

    def _admit(self, data: bytes) -> None:
        self.resume_reading()  # first, for parsing may pause it
        self._context.run(self._parse, data)

    def _parse(self, data: bytes) -> None:
        if self.state is _CLOSING and not self._reader.is_done:
            self._bytes_since_close += len(data)
            if self._bytes_since_close > MAX_BYTES_AFTER_CLOSE:
                self.pause_reading()
                return
        events = self._reader.feed(data)
        if self._flooding_since_s is not None:
            self._backlog.extend(events)
            return
        if len(events) > MAX_EVENTS_PER_READ:
            self._backlog.extend(events[MAX_EVENTS_PER_READ:])
            del events[MAX_EVENTS_PER_READ:]
            self._flooding_since_s = self._last_received_s
            self.pause_reading()
            self._flood_queue.enqueue(self._process_backlog)
        for event in events:
            self._handle(event)

    def _process_backlog(self) -> bool:
        """Handle a few events of the backlog, reading first if it is empty; False once the flood is over."""
        if not self._backlog:
            self._read()
        is_behind = bool(self._backlog)
        for _ in range(min(MAX_EVENTS_PER_JOB, len(self._backlog))):
            self._context.run(self._handle, self._backlog.popleft())
        now_s = self._loop.time()
        if self._flooding_since_s is not None and now_s - self._flooding_since_s > FLOOD_TIMEOUT_S:
            self._give_up(Overload.FLOOD)
        if self.state is not _OPEN:
            # Only the client's close frame still matters.
            self._backlog = deque(event for event in self._backlog if isinstance(event, Close | ProtocolViolation))
        if is_behind or (self.state is _OPEN and now_s - self._last_received_s < FLOOD_BREAK_S):
            return True
        self._flooding_since_s = None
        self.resume_reading()
        return False

    def connection_lost(self) -> None:
        """Notify the application, which has `EXIT_TIMEOUT_S` to end."""
        self.state = _CLOSED
        self._receiver = self._on_pong = self._listener = None
        self._queue_event({"type": "websocket.disconnect", "code": self._close_code, "reason": ""})
        if self._application is not None and not self._application.done():
            self._exit_timeout = self._loop.call_later(EXIT_TIMEOUT_S, self._application.cancel)
        else:
            self._break_cycles()
        self._on_closed(self)

    def _handle(self, event: FrameEvent) -> None:
        match event:
            case str() | bytes():
                self._deliver(event)
            case Ping() | Pong() if not self._control_bucket.take(int(self._loop.time() * 1000)):
                self._give_up(Overload.FLOOD)
            case Ping(payload):
                self.send_frame(frame(PONG, payload))
            case Close(code):
                self.close(code)
                self.write_eof()
            case ProtocolViolation(code, reason):
                was_open = self.state is _OPEN
                self.close(code, reason)
                if was_open and self._listener is not None:
                    self._listener.on_close(code)
                self.write_eof()
            case Pong(payload):
                # Any other pong counts as received data only.
                if payload == _ROUND_TRIP_PING and self._on_pong is not None:
                    on_pong, self._on_pong = self._on_pong, None
                    on_pong()

    def _deliver(self, message: str | bytes) -> None:
        if self.state is not _OPEN:
            return
        if self._receiver is not None:
            if self._receiver(message):
                return
            self._receiver = None
        if len(self._asgi_events) < MAX_UNREAD_MESSAGES:
            kind = "text" if isinstance(message, str) else "bytes"
            self._queue_event({"type": "websocket.receive", kind: message, ARRIVED_S: perf_counter()})
        else:
            self._give_up(Overload.FLOOD)

    def _queue_event(self, event: AsgiEvent) -> None:
        self._asgi_events.append(event)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # The end

    def _give_up(self, overload: Overload) -> None:
        if self.state is _OPEN and not self._is_overloaded:
            self._is_overloaded = True
            if self._listener is not None:
                self._listener.on_overload(overload)
            self.close(POLICY_VIOLATION)

    def _accept(self, subprotocol: str | None) -> None:
        if self.state is _CONNECTING:
            self.state = _OPEN
            self.write(handshake.accept_response(self._accept_key, subprotocol))

    def _reject_handshake(self, status: HTTPStatus) -> None:
        self.state = _CLOSING
        self.write(handshake.reject_response(status))
        self.write_eof()
        self.abort_after(CLOSE_TIMEOUT_S)

    def _on_application_done(self, application: "asyncio.Task[None]") -> None:
        self._application = None  # breaks their reference cycle
        failure = None if application.cancelled() else application.exception()
        if failure is not None:
            logger.error("The application of a WebSocket failed", exc_info=failure)
        if self.state is _CONNECTING:
            self._reject_handshake(HTTPStatus.INTERNAL_SERVER_ERROR)
        elif self.state is _OPEN:
            self.close(NORMAL_CLOSURE if failure is None else INTERNAL_ERROR)
        elif self.state is _CLOSED:
            self._break_cycles()

    def _break_cycles(self) -> None:
        """Drop references that lead back here, so that the connection is freed without the garbage collector."""
        if self._exit_timeout is not None:
            self._exit_timeout.cancel()
            self._exit_timeout = None
        self._context = Context()
