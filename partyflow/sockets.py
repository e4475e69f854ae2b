"""WebSockets as the game needs them, on daphne's protocol: bounded both ways, closed with the code that was meant.

`FrameWriter` is what a consumer finds as ``scope["extensions"]["partyflow.frames"]``.
"""

import logging
import time
from typing import Any
from urllib.parse import parse_qs

import partyflow.reactor  # noqa: F401 (installs the reactor, so it has to come before daphne)

# isort: split
import autobahn.websocket.protocol
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet.tcp import Server as TcpTransport

from rooms.metrics import ARRIVED_S, counters
from rooms.protocol.envelope import Outgoing, text_frame
from rooms.protocol.errors import CloseCode, ErrorCode
from rooms.protocol.limits import MAX_MESSAGE_BYTES
from rooms.protocol.messages import ErrorPayload
from rooms.protocol.versions import Version

logger = logging.getLogger(__name__)

MAX_UNSENT_BYTES = 256 * 1024
MAX_UNREAD_MESSAGES = 256
CLOSE_TIMEOUT_S = 5
PING_INTERVAL_S = 9
PING_TIMEOUT_S = 8
"""An answer is waited for less long than the next ping: a dead peer is found within 20 s (§3.3), checks included."""
MAX_SILENCE_S = 4
"""A proxy that has heard nothing from us for longer knows that this process hangs: twice the time between checks."""

# autobahn lists all its options for the log at every connection, wanted or not: a millisecond a phone.
autobahn.websocket.protocol.pformat = str

_NO_STATUS = 1005
_FINAL_TEXT = 0x81
_MASKED = 0x80
_LENGTH_IN_TWO_BYTES = 126
_BINARY = b"\x82"
_UNASKED_PONG = b"\x8a\x00"
"""A sign of life to which nobody has to answer (RFC 6455, section 5.5.3)."""
_OLDEST = Version(1, 0)


class FrameWriter:
    """Writes whole frames to one socket: at once while it is idle, through the reactor's buffer while it is not.

    A reader that leaves more than `MAX_UNSENT_BYTES` lying is told so and closed with 4429.
    """

    __slots__ = ("_protocol", "has_written")

    def __init__(self, protocol: "GameSocket") -> None:
        self._protocol = protocol
        self.has_written = False

    def write(self, frame: bytes) -> None:
        """Send one prebuilt frame; dropped if the socket is not open any more."""
        protocol = self._protocol
        if protocol.state != protocol.STATE_OPEN:
            return
        self.has_written = True
        transport = protocol.transport
        unsent = _unsent_bytes(transport)
        if not unsent and _may_write_directly(transport):
            try:
                sent = transport.socket.send(frame)
            except OSError:
                # A full kernel buffer or a dead peer: the reactor finds out which, and deals with it.
                sent = 0
            if sent < len(frame):
                transport.write(frame[sent:])
        elif unsent + len(frame) <= MAX_UNSENT_BYTES:
            transport.write(frame)
        else:
            counters.slow_readers += 1
            protocol.refuse_more("You are too slow to read what is sent.")

    def close(self, code: int, reason: str = "") -> None:
        """Close with `code`, after everything that was written before."""
        self._protocol.close(code, reason)


def _unsent_bytes(transport: Any) -> int:
    unsent: int = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
    return unsent


def _may_write_directly(transport: Any) -> bool:
    return type(transport) is TcpTransport and bool(transport.connected) and not transport.disconnecting


def whole_text(data: bytes) -> str | None:
    """The text of `data` if that is one whole text message as clients send them (RFC 6455, section 5.2), else None."""
    if len(data) < 6 or data[0] != _FINAL_TEXT or data[1] < _MASKED:
        return None
    start, length = 6, data[1] - _MASKED
    if length == _LENGTH_IN_TWO_BYTES:
        start, length = 8, int.from_bytes(data[2:4], "big")
    if len(data) != start + length or length > MAX_MESSAGE_BYTES:
        return None
    mask = (data[start - 4 : start] * (length // 4 + 1))[:length]
    text = int.from_bytes(data[start:], "big") ^ int.from_bytes(mask, "big")
    try:
        return text.to_bytes(length, "big").decode()
    except UnicodeDecodeError:
        return None


class GameSocket(WebSocketProtocol):
    """One WebSocket. The handshake, and the way in to the application, are daphne's."""

    last_ping: float

    def __init__(self) -> None:
        super().__init__()
        self.frames = FrameWriter(self)

    def close(self, code: int, reason: str = "") -> None:
        """Send a close frame; 1009, 1011 and 1012 too, which autobahn's own `sendClose` refuses."""
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=code, reasonUtf8=reason.encode()[:123] or None)

    def refuse_more(self, reason: str) -> None:
        """Say why, close with 4429, and hear no more from this socket."""
        if self.state != self.STATE_OPEN:
            return
        self.muted = True
        counters.errors[ErrorCode.RATE_LIMITED] += 1
        counters.closes[CloseCode.TOO_MUCH] += 1
        error = Outgoing(
            type=ErrorPayload.TYPE,
            payload=ErrorPayload(code=ErrorCode.RATE_LIMITED, message=reason),
            room_id=self._room_id(),
            timestamp_ms=int(time.time() * 1000),
            broadcast="actor",
        )
        if frame := error.frame(_OLDEST):
            self.transport.write(frame)
        self.close(CloseCode.TOO_MUCH)

    def _fail_connection(self, code: int = CloseCode.TOO_BIG, reason: str = "") -> None:
        # autobahn's own way to end a socket that breaks the protocol, or whose message is too big.
        if self.state == self.STATE_OPEN:
            counters.closes[code] += 1
        super()._fail_connection(code, reason)

    def _room_id(self) -> str:
        query: bytes = self._raw_query_string
        return parse_qs(query.decode("ascii")).get("roomId", [""])[0][:64]

    # From the wire to the application

    def dataReceived(self, data: bytes) -> None:
        # What phones send comes nearly always as one whole frame, and is read here in a tenth of autobahn's time.
        text = whole_text(data) if self._is_between_messages() else None
        if text is None:
            self._dataReceived(data)
            return
        if self.autoPingTimeoutCall is not None:
            self._cancelAutoPingTimeoutCall()
        self._hear({"type": "websocket.receive", "text": text, ARRIVED_S: time.perf_counter()})

    def _is_between_messages(self) -> bool:
        is_open: bool = self.state == self.STATE_OPEN
        return is_open and not self.data and self.current_frame is None and not self.inside_message

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        message = {"bytes": payload} if isBinary else {"text": payload.decode()}
        self._hear({"type": "websocket.receive", **message, ARRIVED_S: time.perf_counter()})

    def _hear(self, message: dict[str, Any]) -> None:
        if self.muted:
            return
        if self.application_queue.qsize() >= MAX_UNREAD_MESSAGES:
            self.refuse_more("You are sending too much.")
            return
        self.last_ping = time.time()
        self.application_queue.put_nowait(message)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        if not hasattr(self, "server"):
            return  # the handshake was refused before there was an application
        self.muted = False
        super().onClose(wasClean, _NO_STATUS if code is None else code, reason)

    # From the application to the wire

    def handle_reply(self, message: dict[str, Any]) -> None:
        if message.get("type") == "websocket.close" and self.state != self.STATE_CONNECTING:
            self.close(message.get("code") or 1000, message.get("reason") or "")
        else:
            super().handle_reply(message)

    def serverSend(self, content: str | bytes, binary: bool = False) -> None:
        # Not through sendMessage: its limit is the one for what comes in.
        text = content.encode() if isinstance(content, str) else content
        frame = text_frame(text)
        self.frames.write(_BINARY + frame[1:] if binary else frame)

    def serverClose(self, code: int | None = None) -> None:
        self.close(1000 if code is None else code)

    def handle_exception(self, exception: BaseException) -> None:
        if self.state == self.STATE_CONNECTING:
            super().handle_exception(exception)
        else:
            self.close(1011)

    def check_timeouts(self) -> None:
        """Called every other second: deny a handshake that takes too long, ping a client that has been silent, and
        speak where we have been.
        """
        if self.state == self.STATE_CONNECTING:
            if self.duration() > self.server.websocket_connect_timeout and hasattr(self, "handshake_deferred"):
                self.serverReject()
        elif self.state == self.STATE_OPEN:
            if self._is_ping_due():
                self._sendAutoPing()
                self.last_ping = time.time()
            elif not self.frames.has_written:
                self.frames.write(_UNASKED_PONG)
            self.frames.has_written = False

    def _is_ping_due(self) -> bool:
        # Never two at once: the second would overwrite the timer of the first, which then kills a peer that answered.
        is_silent: bool = time.time() - self.last_ping > self.server.ping_interval
        return is_silent and self.autoPingTimeoutCall is None


class GameSocketFactory(WebSocketFactory):
    """Builds a `GameSocket` for each upgrade that daphne sees."""

    protocol = GameSocket

    def __init__(self, server: Any) -> None:
        super().__init__(server, server="")
        self.setProtocolOptions(
            autoPingTimeout=server.ping_timeout,
            allowNullOrigin=True,  # origins are the application's business
            openHandshakeTimeout=server.websocket_handshake_timeout,
            closeHandshakeTimeout=CLOSE_TIMEOUT_S,
            maxMessagePayloadSize=MAX_MESSAGE_BYTES,
            maxFramePayloadSize=MAX_MESSAGE_BYTES,
            failByDrop=False,  # a close frame with the reason, not a bare disconnect
        )
