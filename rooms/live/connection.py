"""One socket as a room sees it: who is at the other end, which version they speak, and how to tell them things."""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, Protocol

from msgspec import UNSET

from gameplay.engine.events import Event
from gameplay.engine.projections import Role
from rooms import clock
from rooms.access.sessions import session_hash
from rooms.access.token_bucket import Throttle
from rooms.protocol.acks import AckLedger
from rooms.protocol.envelope import Outgoing
from rooms.protocol.errors import CloseCode, ErrorCode, UpgradeRequired
from rooms.protocol.messages import ErrorPayload
from rooms.protocol.versions import SPOKEN, Version
from rooms.telemetry.counters import counters
from rooms.telemetry.log_context import SESSION_DIGITS

logger = logging.getLogger(__name__)

SOCKET_EXTENSION = "partyflow.socket"
MAX_UNSENT_BYTES = 256 * 1024

AsgiSend = Callable[[dict[str, Any]], Awaitable[None]]


Hear = Callable[[str | bytes], bool]
"""Takes a message, or declines it: False. It raises nothing."""


class Sendable(Protocol):
    """A message on its way out."""

    def text(self, version: Version) -> bytes | None:
        """It as JSON for a client of this version; None when that version does not have the message."""

    def frame(self, version: Version) -> bytes | None:
        """`text` as a whole WebSocket frame."""


class Socket(Protocol):
    """The way out to one client. A server that has a better one than ASGI's puts it among the scope's extensions."""

    @property
    def has_keepalive(self) -> bool:
        """Whether the server pings, and reports a client that is gone."""

    @property
    def edge(self) -> str | None:
        """The other worker where the socket is; None: it is here."""

    def send(self, outgoing: Sendable, version: Version) -> bool:
        """Send, or pass over what ``version`` does not have; False if the client reads too slowly."""

    def close(self, code: int) -> None:
        """Close after all that was sent."""

    def listen(self, hear: Hear) -> None:
        """Have ``hear`` called with messages, where the server can do that, until it declines one."""

    def ping(self, answered: Callable[[], None]) -> None:
        """Ask the client for an answer, where the server can do that, and call ``answered`` when it has come."""


class QueueSocket:
    """What every ASGI server offers: a bounded queue and a task, so that one slow phone holds nobody up."""

    has_keepalive: ClassVar[bool] = False
    edge: ClassVar[str | None] = None

    def __init__(self, send: AsgiSend) -> None:
        self._send = send
        self._queue: deque[dict[str, Any]] = deque()
        self._unsent_bytes = 0
        self._is_closing = False
        self._task: asyncio.Task[None] | None = None

    def send(self, outgoing: Sendable, version: Version) -> bool:
        """Queue the message; False if too much waits already."""
        text = outgoing.text(version)
        if text is None or self._is_closing:
            return True
        if self._unsent_bytes + len(text) > MAX_UNSENT_BYTES:
            self._queue.clear()
            self._unsent_bytes = 0
            return False
        self._unsent_bytes += len(text)
        self._put({"type": "websocket.send", "text": text.decode()})
        return True

    def close(self, code: int) -> None:
        """Close once the queue is empty."""
        if not self._is_closing:
            self._is_closing = True
            self._put({"type": "websocket.close", "code": code})

    def listen(self, hear: Hear) -> None:
        """Nothing: all messages are received as ASGI has it."""

    def ping(self, answered: Callable[[], None]) -> None:
        """Nothing: ASGI has no pings."""

    def _put(self, message: dict[str, Any]) -> None:
        self._queue.append(message)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        try:
            while self._queue:
                message = self._queue.popleft()
                await self._send(message)
                self._unsent_bytes = max(0, self._unsent_bytes - len(message.get("text", "").encode()))
        except Exception:
            # The server has closed the socket; the consumer hears of it by itself.
            logger.debug("A message could not be sent", exc_info=True)
            self._queue.clear()
        finally:
            self._task = None


def socket_of(scope: Mapping[str, Any], send: AsgiSend) -> Socket:
    """The best way out that the server offers."""
    own: Socket | None = (scope.get("extensions") or {}).get(SOCKET_EXTENSION)
    return QueueSocket(send) if own is None else own


_numbers = itertools.count(1)


class Connection:
    """One socket. Until the handshake is done it belongs to nobody.

    ``channel`` is its name in the local layer, ``origin`` where phones find this site, ``address`` the fingerprint of
    where it comes from (`rooms.access.client_key`).
    """

    def __init__(self, code: str, socket: Socket, origin: str, address: str = "") -> None:
        now_ms = clock.now_ms()
        self.code = code
        self.origin = origin
        self.address = address
        self.channel = f"local!{next(_numbers)}"
        self.version = SPOKEN.server
        self.actor_id = ""
        self.secret = ""
        self.role: Role = "spectator"
        self.acks = AckLedger()
        self.throttle = Throttle(now_ms)
        self.last_heard_ms = now_ms
        self.resynced_ms = 0
        self.round_trip_ms: int | None = None
        self.is_closed = False
        self.close_code: int | None = None
        self.opened_at_ms = now_ms
        self._socket = socket

    @property
    def has_keepalive(self) -> bool:
        """Whether the server itself notices that nobody is at the other end any more."""
        return self._socket.has_keepalive

    @property
    def edge(self) -> str | None:
        """The other worker where the socket is; None: it is here."""
        return self._socket.edge

    def log_fields(self) -> dict[str, object]:
        """What log lines say about the socket: of the secret only the beginning of its hash."""
        fields: dict[str, object] = {"room": self.code}
        if self.actor_id:
            fields |= {"actor": self.actor_id, "session": session_hash(self.secret)[:SESSION_DIGITS]}
        return fields

    def note_end(self, client_code: int | None) -> None:
        """Log how it ended: with the code that it was closed with here, else with the client's."""
        is_ours = self.close_code is not None
        logger.info(
            "Socket closed",
            extra={
                "code": self.close_code if is_ours else client_code,
                "by": "server" if is_ours else "client",
                "lasted_s": (clock.now_ms() - self.opened_at_ms) / 1000,
            },
        )

    def send(self, outgoing: Outgoing) -> None:
        """Send a message that others may get as well. A reader that is too slow is closed with 4429."""
        if self.is_closed:
            return
        counters.sent[outgoing.type] += 1
        if not self._socket.send(outgoing, self.version):
            self._give_up()

    def pass_on(self, relayed: Sendable) -> None:
        """Send a message from a room at another worker, where it was counted."""
        if not self.is_closed and not self._socket.send(relayed, self.version):
            self._give_up()

    def answer(self, event: Event) -> None:
        """Send something that only this socket gets and that has no number."""
        self.send(Outgoing(event.TYPE, event, self.code, clock.now_ms(), "actor"))

    def refuse(
        self, code: ErrorCode | str, message: str, request_type: str | None = None, request_id: str | None = None
    ) -> None:
        """Answer a message with ``ERROR``; nothing was changed."""
        counters.errors[code] += 1
        self.answer(
            ErrorPayload(
                code=ErrorCode(code),
                message=message,
                request_type=UNSET if request_type is None else request_type,
                request_id=UNSET if request_id is None else request_id,
            )
        )

    def require_upgrade(self, error: UpgradeRequired) -> None:
        """Say which versions would do, and close."""
        counters.errors[error.code] += 1
        payload = ErrorPayload(code=error.code, message=error.message, supported_versions=error.supported_versions)
        self.answer(payload)
        self.close(CloseCode.UPGRADE_REQUIRED)

    def dismiss(
        self,
        code: ErrorCode,
        message: str,
        close: CloseCode,
        request_type: str | None = None,
        request_id: str | None = None,
    ) -> None:
        """Say why, and close."""
        self.refuse(code, message, request_type, request_id)
        self.close(close)

    def listen(self, hear: Hear) -> None:
        """Have ``hear`` called with messages, where the server can do that, until it declines one."""
        self._socket.listen(hear)

    def measure(self) -> None:
        """Find out how long the way there and back takes; `round_trip_ms` says so once the answer has come."""
        asked_ms = clock.now_ms()
        self._socket.ping(lambda: self._take_time(clock.now_ms() - asked_ms))

    def _take_time(self, round_trip_ms: int) -> None:
        self.round_trip_ms = round_trip_ms

    def _give_up(self) -> None:
        counters.slow_readers += 1
        self.dismiss(ErrorCode.RATE_LIMITED, "You are too slow to read what is sent.", CloseCode.TOO_MUCH)

    def close(self, code: int) -> None:
        """Close the socket after all that was sent; nothing more is."""
        if not self.is_closed:
            self.is_closed = True
            self.close_code = int(code)
            self.acks.clear()
            counters.closes[int(code)] += 1
            self._socket.close(code)
