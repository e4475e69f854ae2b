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
from typing import Any, ClassVar
from urllib.parse import parse_qs

from partyflow.server.fair_queue import Doorway, SlowLane
from partyflow.server.tcp import Wire
from rooms import clock
from rooms.access.token_bucket import TokenBucket
from rooms.live.transport import PreparedMessage, Receiver
from rooms.protocol import handshake
from rooms.protocol.envelope import Outgoing, text_frame
from rooms.protocol.errors import CloseCode, ErrorCode
from rooms.protocol.frames import (
    BINARY,
    PING,
    PONG,
    Breach,
    Close,
    FrameReader,
    Ping,
    Pong,
    Received,
    close_frame,
    frame,
)
from rooms.protocol.limits import MAX_MESSAGE_BYTES
from rooms.protocol.messages import ErrorPayload
from rooms.protocol.versions import Version
from rooms.telemetry.counters import ARRIVED_S, counters

logger = logging.getLogger(__name__)

MAX_UNSENT_BYTES = 256 * 1024
MAX_UNREAD_MESSAGES = 256
MAX_AT_ONCE = 8
"""What comes beyond it in one go waits in the `SlowLane`."""
MAX_AT_A_TURN = 4
MAX_BEHIND_S = 5.0
BREAK_S = 1.0
"""Who says too much at once for `MAX_BEHIND_S`, without a break of `BREAK_S`, does not mean to be heard."""
MAX_BYTES_AFTER_CLOSE = 64 * 1024
"""So much may still be on its way from a client that has been told to go; then nobody listens any more."""
ACCEPT_TIMEOUT_S = 20
CLOSE_TIMEOUT_S = 5
LEAVE_TIMEOUT_S = 10
"""How long an application may go on once its socket has ended."""
PING_AFTER_S = 10.5
"""Phones send a heartbeat every 10 s: only who does not has to be asked for a sign of life."""
PONG_TIMEOUT_S = 5.5
CHECK_INTERVAL_S = 1.0
"""How often `GameSocket.check` is called. One round later at the worst, twice, a dead peer is found in 20 s (§3.3)."""
CHECKS_IN_SILENCE = 4
MAX_SILENCE_S = CHECKS_IN_SILENCE * CHECK_INTERVAL_S
"""A proxy that has heard nothing from us for longer knows that this process hangs."""

_PING_FRAME = frame(PING, b"")
_QUESTION = b"?"
_QUESTION_FRAME = frame(PING, _QUESTION)
_UNASKED_PONG = frame(PONG, b"")
"""A sign of life to which nobody has to answer (RFC 6455, section 5.5.3)."""
_NORMAL = 1000
_ABNORMAL = 1006
_UNEXPECTED = 1011
_OLDEST = Version(1, 0)

Message = dict[str, Any]


class State(Enum):
    """Where a socket is in its life."""

    CONNECTING = auto()
    OPEN = auto()
    CLOSING = auto()
    CLOSED = auto()


_CONNECTING, _OPEN, _CLOSING = State.CONNECTING, State.OPEN, State.CLOSING
"""By a name of their own: to look a member up in its enum takes as long as a call."""


class GameSocket(Wire):
    """One WebSocket, from the end of its HTTP request on; ``ended`` is called with it when it is over.

    An ASGI application speaks through `receive` and `reply`. One that finds it among the scope's extensions, as
    ``partyflow.socket``, may also `send` messages that are encoded once for many, `close`, `ping` and `set_receiver`.
    """

    has_keepalive: ClassVar[bool] = True
    edge_worker: ClassVar[str | None] = None

    __slots__ = (
        "_accept_key", "_answered", "_application", "_backlog", "_bytes_after_close",
        "_checks_in_silence", "_code", "_doorway", "_ended", "_hear", "_heard_s", "_inbox", "_joined_lane_s", "_lane",
        "_leaving", "_pinged_s", "_query", "_reader", "_signs", "_waiter", "state",
    )  # fmt: skip

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        connected: socket.socket,
        accept_key: bytes,
        query: bytes,
        ended: Callable[["GameSocket"], None],
        lane: SlowLane,
        doorway: Doorway,
    ) -> None:
        super().__init__(loop, connected)
        self.state = State.CONNECTING
        self._accept_key = accept_key
        self._query = query
        self._ended = ended
        self._lane = lane
        self._doorway = doorway
        self._backlog: deque[Received] = deque()
        self._joined_lane_s: float | None = None
        self._bytes_after_close = 0
        self._reader = FrameReader(MAX_MESSAGE_BYTES)
        # Pings and pongs; the application counts messages.
        self._signs = TokenBucket(clock.now_ms())
        self._inbox: list[Message] = [{"type": "websocket.connect"}]
        self._waiter: asyncio.Future[None] | None = None
        self._hear: Receiver | None = None
        self._answered: Callable[[], None] | None = None
        self._application: asyncio.Task[None] | None = None
        self._heard_s = loop.time()
        self._pinged_s = 0.0
        self._checks_in_silence = 0
        self._code: int = _ABNORMAL
        self._leaving: asyncio.TimerHandle | None = None

    def serve(self, application: "asyncio.Task[None]") -> None:
        """Let ``application`` be what runs this socket."""
        self._application = application
        application.add_done_callback(self._application_done)

    # What the application may do: ASGI

    async def receive(self) -> Message:
        """The next ASGI message for the application."""
        while not self._inbox:
            self._waiter = self._loop.create_future()
            await self._waiter
        return self._inbox.pop(0)

    async def reply(self, message: Message) -> None:
        """Do what an ASGI message of the application says; nothing if the socket is gone."""
        match message["type"]:
            case "websocket.accept":
                self._accept(message.get("subprotocol"))
            case "websocket.send":
                text, data = message.get("text"), message.get("bytes")
                self.write(frame(BINARY, data or b"") if text is None else text_frame(text.encode()))
            case "websocket.close" if self.state is State.CONNECTING:
                self._refuse(HTTPStatus.FORBIDDEN)
            case "websocket.close":
                self.close(message.get("code") or _NORMAL, message.get("reason") or "")
            case other:
                raise ValueError(f"A WebSocket cannot do {other}")

    # What it may do besides

    def send(self, outgoing: PreparedMessage, version: Version) -> bool:
        """Send, or pass over what ``version`` does not have. A slow reader is closed here: nobody else has to."""
        whole = outgoing.frame(version)
        if whole is not None:
            self.write(whole)
        return True

    def write(self, whole: bytes) -> None:
        """Send one prebuilt frame; dropped if the socket is not open any more.

        A reader that leaves more than `MAX_UNSENT_BYTES` lying is told so and closed with 4429.
        """
        if self.state is not _OPEN:
            return
        self._checks_in_silence = 0
        if self._unsent is None or len(self._unsent) + len(whole) <= MAX_UNSENT_BYTES:
            self.put(whole)
        else:
            counters.slow_readers += 1
            self.refuse_more("You are too slow to read what is sent.")

    def close(self, code: int, reason: str = "") -> None:
        """Close with ``code``, after everything that was written before."""
        if self.state is State.OPEN:
            self.state = State.CLOSING
            self._code = code
            self.put(close_frame(code, reason))
            self.lose_within(CLOSE_TIMEOUT_S)

    def set_receiver(self, hear: Receiver) -> None:
        """Call ``hear`` with each message the moment it comes, and now with those that wait for `receive`.

        It is called in the present context. The first that it declines, and all that follow, wait for `receive` again.
        """
        self.read_in_this_context()
        waiting, self._inbox = self._inbox, []
        self._hear = hear
        for message in waiting:
            if message["type"] == "websocket.receive":
                self._pass_on(message["text"] if "text" in message else message["bytes"])
            else:
                self._inbox.append(message)

    def ping(self, answered: Callable[[], None]) -> None:
        """Ask for an answer, and call ``answered`` when it has come; nothing while another one is waited for."""
        if self._answered is None:
            self._answered = answered
            self.write(_QUESTION_FRAME)

    def refuse_more(self, reason: str) -> None:
        """Say why, and close with 4429."""
        if self.state is not State.OPEN:
            return
        counters.errors[ErrorCode.RATE_LIMITED] += 1
        counters.closes[CloseCode.TOO_MUCH] += 1
        error = Outgoing(
            type=ErrorPayload.TYPE,
            payload=ErrorPayload(code=ErrorCode.RATE_LIMITED, message=reason),
            room_id=parse_qs(self._query.decode("latin-1")).get("roomId", [""])[0][:64],
            timestamp_ms=clock.now_ms(),
            broadcast="actor",
        )
        if whole := error.frame(_OLDEST):
            self.put(whole)
        self.close(CloseCode.TOO_MUCH)

    # What the server does

    def check(self, now_s: float) -> None:
        """Refuse who has waited too long to be let in; ask for a sign of life, or give one; give up on the dead."""
        silent_s = now_s - self._heard_s
        if self.state is _CONNECTING:
            if silent_s > ACCEPT_TIMEOUT_S:
                self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        elif self._pinged_s > self._heard_s:
            if now_s - self._pinged_s > PONG_TIMEOUT_S:
                self.lose()
        elif silent_s > PING_AFTER_S:
            self._pinged_s = now_s
            self.write(_PING_FRAME)
        self._checks_in_silence += 1
        if self._checks_in_silence >= CHECKS_IN_SILENCE:
            self.write(_UNASKED_PONG)

    # What the wire reports

    def received(self, data: bytes) -> None:
        """Take what the client says apart, and do it justice; newcomers have to wait their turn."""
        if self.state is _CONNECTING:
            self.lose()  # clients wait until they are let in
            return
        self._heard_s = self._loop.time()
        if self._hear is None and self._is_reading:
            self.read_no_more()
            self._doorway.go_on(partial(self._be_let_in, data))
        else:
            self._understand(data)

    def _be_let_in(self, data: bytes) -> None:
        self.read_on()  # before, for what is said may be a reason to read no more
        self._context.run(self._understand, data)

    def _understand(self, data: bytes) -> None:
        if self.state is _CLOSING and not self._reader.is_done:
            self._bytes_after_close += len(data)
            if self._bytes_after_close > MAX_BYTES_AFTER_CLOSE:
                self.read_no_more()
                return
        messages = self._reader.feed(data)
        if self._joined_lane_s is not None:
            self._backlog.extend(messages)
            return
        if len(messages) > MAX_AT_ONCE:
            self._backlog.extend(messages[MAX_AT_ONCE:])
            del messages[MAX_AT_ONCE:]
            self._joined_lane_s = self._heard_s
            self.read_no_more()
            self._lane.join(self._take_a_few)
        for message in messages:
            self._take(message)

    def _take_a_few(self) -> bool:
        """A turn in the lane: take a little of what has come; whether there may be more before long."""
        if not self._backlog:
            self._read()
        is_behind = bool(self._backlog)
        for _ in range(min(MAX_AT_A_TURN, len(self._backlog))):
            self._context.run(self._take, self._backlog.popleft())
        now_s = self._loop.time()
        if self._joined_lane_s is not None and now_s - self._joined_lane_s > MAX_BEHIND_S:
            self.refuse_more("You are sending too much.")
        if self.state is not State.OPEN:
            # Whether the client agrees to the end is all that is left to know.
            self._backlog = deque(message for message in self._backlog if isinstance(message, Close | Breach))
        # That all has been taken says nothing: only the next look tells whether there was more.
        if is_behind or (self.state is State.OPEN and now_s - self._heard_s < BREAK_S):
            return True
        self._joined_lane_s = None
        self.read_on()
        return False

    def lost(self) -> None:
        """Tell the application, which has a while to come to its end."""
        self.state = State.CLOSED
        self._hear = self._answered = None
        self._put({"type": "websocket.disconnect", "code": self._code, "reason": ""})
        if self._application is not None and not self._application.done():
            self._leaving = self._loop.call_later(LEAVE_TIMEOUT_S, self._application.cancel)
        else:
            self._let_go()
        self._ended(self)

    def _take(self, message: Received) -> None:
        match message:
            case str() | bytes():
                self._pass_on(message)
            case Ping() | Pong() if not self._signs.take(clock.now_ms()):
                self.refuse_more("You are sending too much.")
            case Ping(payload):
                self.write(frame(PONG, payload))
            case Close(code):
                self.close(code)
                self.hang_up()
            case Breach(code, reason):
                if self.state is State.OPEN:
                    counters.closes[code] += 1
                self.close(code, reason)
                self.hang_up()
            case Pong(payload):
                # Of any other, that something came is all there is to know.
                if payload == _QUESTION and self._answered is not None:
                    answered, self._answered = self._answered, None
                    answered()

    def _pass_on(self, message: str | bytes) -> None:
        if self.state is not _OPEN:
            return
        if self._hear is not None:
            if self._hear(message):
                return
            self._hear = None
        if len(self._inbox) < MAX_UNREAD_MESSAGES:
            kind = "text" if isinstance(message, str) else "bytes"
            self._put({"type": "websocket.receive", kind: message, ARRIVED_S: perf_counter()})
        else:
            self.refuse_more("You are sending too much.")

    def _put(self, message: Message) -> None:
        self._inbox.append(message)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _accept(self, subprotocol: str | None) -> None:
        if self.state is State.CONNECTING:
            self.state = State.OPEN
            self.put(handshake.accepted(self._accept_key, subprotocol))

    def _refuse(self, status: HTTPStatus) -> None:
        self.state = State.CLOSING
        self.put(handshake.refused(status))
        self.hang_up()
        self.lose_within(CLOSE_TIMEOUT_S)

    def _application_done(self, application: "asyncio.Task[None]") -> None:
        self._application = None  # they would hold each other, and wait for the collector
        failure = None if application.cancelled() else application.exception()
        if failure is not None:
            logger.error("The application of a socket failed", exc_info=failure)
        if self.state is State.CONNECTING:
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR)
        elif self.state is State.OPEN:
            self.close(_NORMAL if failure is None else _UNEXPECTED)
        elif self.state is State.CLOSED:
            self._let_go()

    def _let_go(self) -> None:
        """Hold nothing that leads back here: what has ended is to be freed at once, not when the collector comes by."""
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
        self._context = Context()
