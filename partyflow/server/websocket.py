"""WebSockets as the game needs them: lean, bounded both ways, closed with the code that was meant."""

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
MAX_MESSAGES_PER_READ = 8
"""What comes beyond it in one go waits in the `FloodQueue`."""
MAX_MESSAGES_PER_JOB = 4
FLOOD_TIMEOUT_S = 5.0
FLOOD_BREAK_S = 1.0
"""Who says too much at once for `FLOOD_TIMEOUT_S`, without a break of `FLOOD_BREAK_S`, does not mean to be heard."""
MAX_BYTES_AFTER_CLOSE = 64 * 1024
"""So much may still be on its way from a client that has been told to go; then nobody listens any more."""
ACCEPT_TIMEOUT_S = 20
CLOSE_TIMEOUT_S = 5
EXIT_TIMEOUT_S = 10
"""How long an application may go on once its socket has ended."""
PING_AFTER_S = 10.5
"""Phones send a heartbeat every 10 s: only who does not has to be asked for a sign of life."""
PONG_TIMEOUT_S = 5.5
TICK_INTERVAL_S = 1.0
"""Interval of `WebSocket.tick`. Two rounds late at worst, a dead peer is found within 20 s (docs/spec.md §3.3)."""
MAX_SILENT_TICKS = 4
MAX_SILENCE_S = MAX_SILENT_TICKS * TICK_INTERVAL_S
"""A proxy that has heard nothing from us for longer knows that this process hangs."""

_PING_FRAME = frame(PING, b"")
_ROUND_TRIP_PING = b"?"
_ROUND_TRIP_PING_FRAME = frame(PING, _ROUND_TRIP_PING)
_UNSOLICITED_PONG_FRAME = frame(PONG, b"")
"""A sign of life to which nobody has to answer (RFC 6455, section 5.5.3)."""

Message = dict[str, Any]
Version = TypeVar("Version", contravariant=True)


class Prepared(Protocol[Version]):
    """A message that the application has encoded for each version of its own protocol."""

    def frame(self, version: Version) -> bytes | None:
        """The message as a whole frame; None if ``version`` does not have it."""


class State(Enum):
    """Where a socket is in its life."""

    CONNECTING = auto()
    OPEN = auto()
    CLOSING = auto()
    CLOSED = auto()


_CONNECTING, _OPEN, _CLOSING = State.CONNECTING, State.OPEN, State.CLOSING
"""By a name of their own: to look a member up in its enum takes as long as a call."""


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
        self.state = State.CONNECTING
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
        self._asgi_events: list[Message] = [{"type": "websocket.connect"}]
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
        """Let ``application`` be what runs this socket."""
        self._application = application
        application.add_done_callback(self._on_application_done)

    # What the application may do: ASGI

    async def asgi_receive(self) -> Message:
        """The next ASGI message for the application."""
        while not self._asgi_events:
            self._waiter = self._loop.create_future()
            await self._waiter
        return self._asgi_events.pop(0)

    async def asgi_send(self, message: Message) -> None:
        """Do what an ASGI message of the application says; nothing if the socket is gone."""
        match message["type"]:
            case "websocket.accept":
                self._accept(message.get("subprotocol"))
            case "websocket.send":
                text, data = message.get("text"), message.get("bytes")
                self.send_frame(frame(BINARY, data or b"") if text is None else text_frame(text.encode()))
            case "websocket.close" if self.state is State.CONNECTING:
                self._reject_handshake(HTTPStatus.FORBIDDEN)
            case "websocket.close":
                self.close(message.get("code") or NORMAL_CLOSURE, message.get("reason") or "")
            case other:
                raise ValueError(f"A WebSocket cannot do {other}")

    # What it may do besides

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
        """Close with ``code``, after everything that was written before."""
        if self.state is State.OPEN:
            self.state = State.CLOSING
            self._close_code = code
            self.write(close_frame(code, reason))
            self.abort_after(CLOSE_TIMEOUT_S)

    def set_receiver(self, receiver: Receiver) -> None:
        """Call ``receiver`` with each message the moment it comes, and now with those that wait for `asgi_receive`.

        It is called in the present context. The first that it declines, and all that follow, wait for `asgi_receive`.
        """
        self.adopt_context()
        waiting, self._asgi_events = self._asgi_events, []
        self._receiver = receiver
        for message in waiting:
            if message["type"] == "websocket.receive":
                self._deliver(message["text"] if "text" in message else message["bytes"])
            else:
                self._asgi_events.append(message)

    def ping(self, answered: Callable[[], None]) -> None:
        """Ask for an answer, and call ``answered`` when it has come; nothing while another one is waited for."""
        if self._on_pong is None:
            self._on_pong = answered
            self.send_frame(_ROUND_TRIP_PING_FRAME)

    # What the server does

    def tick(self, now_s: float) -> None:
        """Refuse who has waited too long to be let in; ask for a sign of life, or give one; give up on the dead."""
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

    # What the wire reports

    def data_received(self, data: bytes) -> None:
        """Take what the client says apart, and do it justice; newcomers have to wait their turn."""
        if self.state is _CONNECTING:
            self.abort()  # clients wait until they are let in
            return
        self._last_received_s = self._loop.time()
        if self._receiver is None and self._is_reading:
            self.pause_reading()
            self._admission_queue.enqueue_continuation(partial(self._admit, data))
        else:
            self._parse(data)

    def _admit(self, data: bytes) -> None:
        self.resume_reading()  # before, for what is said may be a reason to read no more
        self._context.run(self._parse, data)

    def _parse(self, data: bytes) -> None:
        if self.state is _CLOSING and not self._reader.is_done:
            self._bytes_since_close += len(data)
            if self._bytes_since_close > MAX_BYTES_AFTER_CLOSE:
                self.pause_reading()
                return
        messages = self._reader.feed(data)
        if self._flooding_since_s is not None:
            self._backlog.extend(messages)
            return
        if len(messages) > MAX_MESSAGES_PER_READ:
            self._backlog.extend(messages[MAX_MESSAGES_PER_READ:])
            del messages[MAX_MESSAGES_PER_READ:]
            self._flooding_since_s = self._last_received_s
            self.pause_reading()
            self._flood_queue.enqueue(self._process_backlog)
        for message in messages:
            self._handle(message)

    def _process_backlog(self) -> bool:
        """A turn in the lane: take a little of what has come; whether there may be more before long."""
        if not self._backlog:
            self._read()
        is_behind = bool(self._backlog)
        for _ in range(min(MAX_MESSAGES_PER_JOB, len(self._backlog))):
            self._context.run(self._handle, self._backlog.popleft())
        now_s = self._loop.time()
        if self._flooding_since_s is not None and now_s - self._flooding_since_s > FLOOD_TIMEOUT_S:
            self._give_up(Overload.FLOOD)
        if self.state is not State.OPEN:
            # Whether the client agrees to the end is all that is left to know.
            self._backlog = deque(
                message for message in self._backlog if isinstance(message, Close | ProtocolViolation)
            )
        # That all has been taken says nothing: only the next look tells whether there was more.
        if is_behind or (self.state is State.OPEN and now_s - self._last_received_s < FLOOD_BREAK_S):
            return True
        self._flooding_since_s = None
        self.resume_reading()
        return False

    def connection_lost(self) -> None:
        """Tell the application, which has a while to come to its end."""
        self.state = State.CLOSED
        self._receiver = self._on_pong = self._listener = None
        self._queue_event({"type": "websocket.disconnect", "code": self._close_code, "reason": ""})
        if self._application is not None and not self._application.done():
            self._exit_timeout = self._loop.call_later(EXIT_TIMEOUT_S, self._application.cancel)
        else:
            self._break_cycles()
        self._on_closed(self)

    def _handle(self, message: FrameEvent) -> None:
        match message:
            case str() | bytes():
                self._deliver(message)
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
                # Of any other, that something came is all there is to know.
                if payload == _ROUND_TRIP_PING and self._on_pong is not None:
                    answered, self._on_pong = self._on_pong, None
                    answered()

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

    def _queue_event(self, message: Message) -> None:
        self._asgi_events.append(message)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _give_up(self, overload: Overload) -> None:
        if self.state is _OPEN and not self._is_overloaded:
            self._is_overloaded = True
            if self._listener is not None:
                self._listener.on_overload(overload)
            self.close(POLICY_VIOLATION)

    def _accept(self, subprotocol: str | None) -> None:
        if self.state is State.CONNECTING:
            self.state = State.OPEN
            self.write(handshake.accept_response(self._accept_key, subprotocol))

    def _reject_handshake(self, status: HTTPStatus) -> None:
        self.state = State.CLOSING
        self.write(handshake.reject_response(status))
        self.write_eof()
        self.abort_after(CLOSE_TIMEOUT_S)

    def _on_application_done(self, application: "asyncio.Task[None]") -> None:
        self._application = None  # they would hold each other, and wait for the collector
        failure = None if application.cancelled() else application.exception()
        if failure is not None:
            logger.error("The application of a socket failed", exc_info=failure)
        if self.state is State.CONNECTING:
            self._reject_handshake(HTTPStatus.INTERNAL_SERVER_ERROR)
        elif self.state is State.OPEN:
            self.close(NORMAL_CLOSURE if failure is None else INTERNAL_ERROR)
        elif self.state is State.CLOSED:
            self._break_cycles()

    def _break_cycles(self) -> None:
        """Hold nothing that leads back here: what has ended is to be freed at once, not when the collector comes by."""
        if self._exit_timeout is not None:
            self._exit_timeout.cancel()
            self._exit_timeout = None
        self._context = Context()
