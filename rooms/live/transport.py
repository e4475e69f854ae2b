"""Transports: how messages reach one client. The server's own WebSocket, or a queue in front of any ASGI server."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum, auto
from typing import Any, ClassVar, Protocol

from rooms.protocol.frames import POLICY_VIOLATION
from rooms.protocol.versions import Version

logger = logging.getLogger(__name__)

TRANSPORT_EXTENSION = "partyflow.socket"
"""The key of the ASGI scope's extensions under which a server offers a `Transport` of its own."""
ARRIVED_S = "partyflow.arrived_s"
"""The key of a ``websocket.receive`` event under which such a server gives the arrival time, by `perf_counter`."""
MAX_UNSENT_BYTES = 256 * 1024
"""Limit of the bytes that wait for one client."""

AsgiSend = Callable[[dict[str, Any]], Awaitable[None]]
Receiver = Callable[[str | bytes], bool]
"""Processes a message without awaiting; False if it cannot, and the message has to be queued. Raises nothing."""


class PreparedMessage(Protocol):
    """An outbound message, encoded once for all clients of a protocol version."""

    def text(self, version: Version) -> bytes | None:
        """The message as JSON; None if ``version`` does not have it."""

    def frame(self, version: Version) -> bytes | None:
        """The same as a whole WebSocket frame."""


class Overload(Enum):
    """The reason why a transport drops its client."""

    SLOW_READER = auto()
    """More than `MAX_UNSENT_BYTES` would be waiting."""
    FLOOD = auto()
    """Messages arrive faster than they can be processed."""


class TransportListener(Protocol):
    """What a transport reports of its client."""

    def on_overload(self, overload: Overload) -> None:
        """Called once, before the transport closes; an explanation may still be sent, whatever waits already."""

    def on_close(self, code: int) -> None:
        """Called when the transport closes by itself: the client has violated the WebSocket protocol."""


class Transport(Protocol):
    """The way out to one client."""

    @property
    def has_keepalive(self) -> bool:
        """Whether the transport itself detects dead peers, by ping and pong."""

    @property
    def edge_worker(self) -> str | None:
        """The worker that holds the client's socket; None if it is this one."""

    def set_listener(self, listener: TransportListener | None) -> None:
        """Report to ``listener``; None breaks the reference cycle of the two."""

    def send(self, outgoing: PreparedMessage, version: Version) -> None:
        """Send, or skip what ``version`` does not have; at most `MAX_UNSENT_BYTES` are left waiting."""

    def close(self, code: int) -> None:
        """Close after everything that was sent."""

    def set_receiver(self, receiver: Receiver) -> None:
        """Pass messages straight to ``receiver`` until it declines one; does nothing where that is not supported."""

    def ping(self, on_pong: Callable[[], None]) -> None:
        """Send a ping and call ``on_pong`` at its answer; does nothing where that is not supported."""


class AsgiTransport:
    """A transport over ASGI's ``send``: a bounded queue and a task, so that a slow client does not block its room."""

    has_keepalive: ClassVar[bool] = False
    edge_worker: ClassVar[str | None] = None

    def __init__(self, send: AsgiSend) -> None:
        self._send = send
        self._queue: deque[dict[str, Any]] = deque()
        self._unsent_bytes = 0
        self._is_closing = False
        self._listener: TransportListener | None = None
        self._task: asyncio.Task[None] | None = None

    def set_listener(self, listener: TransportListener | None) -> None:
        """Report a full queue to ``listener``."""
        self._listener = listener

    def send(self, outgoing: PreparedMessage, version: Version) -> None:
        """Queue the message. A queue that is full is dropped and reported."""
        text = outgoing.text(version)
        if text is None or self._is_closing:
            return
        if self._unsent_bytes + len(text) > MAX_UNSENT_BYTES:
            self._queue.clear()
            self._unsent_bytes = 0
            if self._listener is not None:
                self._listener.on_overload(Overload.SLOW_READER)
            self.close(POLICY_VIOLATION)
            return
        self._unsent_bytes += len(text)
        self._put({"type": "websocket.send", "text": text.decode()})

    def close(self, code: int) -> None:
        """Close once the queue is empty."""
        if not self._is_closing:
            self._is_closing = True
            self._put({"type": "websocket.close", "code": code})

    def set_receiver(self, receiver: Receiver) -> None:
        """Does nothing: under ASGI all messages are received by the application."""

    def ping(self, on_pong: Callable[[], None]) -> None:
        """Does nothing: ASGI has no pings."""

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
            # The server has closed the socket; the consumer gets `websocket.disconnect`.
            logger.debug("Sending over ASGI failed", exc_info=True)
            self._queue.clear()
        finally:
            self._task = None


def transport_for(scope: Mapping[str, Any], send: AsgiSend) -> Transport:
    """The server's own transport if the scope has one, else `AsgiTransport`."""
    own: Transport | None = (scope.get("extensions") or {}).get(TRANSPORT_EXTENSION)
    return AsgiTransport(send) if own is None else own
