"""One consumer per socket: it reads frames and passes on what they say. No rules."""

import logging
from typing import Any
from urllib.parse import parse_qs

from channels.consumer import AsyncConsumer, get_handler_name
from channels.exceptions import StopConsumer

from rooms import clock
from rooms.access.client_key import client_key
from rooms.access.sessions import host_secret
from rooms.live.connection import Connection
from rooms.live.transport import ARRIVED_S, Overload, transport_for
from rooms.protocol.errors import CloseCode, ErrorCode
from rooms.public_urls import public_origin
from rooms.session.client_session import ClientSession, RawMessage, RelayChannel
from rooms.session.remote_room import RemoteRoom
from rooms.telemetry.counters import EXCESS, counters
from rooms.telemetry.log_context import LOGGED_KEY_DIGITS, bind_log_subject
from rooms.worker import current_worker

logger = logging.getLogger(__name__)

MAX_CODE = 64


class RoomConsumer(AsyncConsumer):
    """A socket from its handshake to its end."""

    connection: Connection
    session: ClientSession

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one socket.

        The channel layer calls the connection directly, so nothing is received from it; and database connections,
        which the message path does not use, need no looking after between messages.
        """
        self.scope = scope
        self.base_send = send
        self._worker = current_worker()
        node = self._worker.node
        self._client_code: int | None = None
        self.connection = Connection(_code_of(scope), transport_for(scope, send), _origin_of(scope), client_key(scope))
        self.session = ClientSession(node, self.connection, self._cookie, self._dial)
        bind_log_subject(self.connection)
        counters.sockets_opened += 1
        counters.sockets_open += 1
        connection_limit = node.connection_limit
        self._has_place = connection_limit.acquire(self.connection.client_key)
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        finally:
            counters.sockets_open -= 1
            connection_limit.release(self.connection.client_key)
            self._leave()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Hand an ASGI event to its handler. What goes wrong is logged and answered; the socket lives on."""
        try:
            await getattr(self, get_handler_name(message))(message)
        except StopConsumer:
            raise
        except Exception:
            self.session.on_unexpected_error()

    async def websocket_connect(self, event: dict[str, Any]) -> None:
        """Accept, and wait for ``CONNECT`` or ``RECONNECT``; a browser could not read a refusal before that."""
        await self.send({"type": "websocket.accept"})
        logger.debug("Socket opened", extra={"peer": self.connection.client_key[:LOGGED_KEY_DIGITS]})
        if not self._has_place:
            self.connection.close_with_error(
                ErrorCode.RATE_LIMITED, "Too many sockets are open here.", CloseCode.TOO_MUCH
            )
            return
        self.session.expect_greeting()

    async def websocket_receive(self, event: dict[str, Any]) -> None:
        """Read one message, and pass it on unless it is one too many.

        Once the client is in its room, a server that can do so calls `hear` instead.
        """
        if not self.connection.is_closed and self._is_in_measure():
            text = event.get("text")
            await self.session.receive(event.get("bytes") or b"" if text is None else text, event.get(ARRIVED_S))
        if self.session.can_receive_nowait:
            self.connection.set_receiver(self.hear)

    def hear(self, text: str | bytes) -> bool:
        """Read one message from somebody who is in their room, and pass it on; False if that has to wait."""
        session = self.session
        if not session.can_receive_nowait:
            return False
        if not self.connection.is_closed and self._is_in_measure():
            session.receive_nowait(text)
        return True

    async def websocket_disconnect(self, event: dict[str, Any]) -> None:
        """The socket has ended."""
        self._client_code = event.get("code")
        raise StopConsumer

    def _cookie(self) -> str | None:
        return host_secret(self.scope, self.connection.code)

    def _dial(self, remote_room: RemoteRoom, greeting: RawMessage) -> RelayChannel:
        return self._worker.edge.dial(self.session, remote_room, greeting)

    def _is_in_measure(self) -> bool:
        connection, now_ms = self.connection, clock.now_ms()
        connection.last_received_ms = now_ms
        if connection.bucket.take(now_ms):
            return True
        counters.received[EXCESS] += 1
        if connection.bucket.is_flooding:
            connection.on_overload(Overload.FLOOD)
        elif connection.bucket.should_warn(now_ms):
            connection.send_error(ErrorCode.RATE_LIMITED, "You are sending too fast. Slow down a little.")
        return False

    def _leave(self) -> None:
        self.connection.log_close(self._client_code)
        self.connection.detach()
        self.session.leave()
        del self.session  # they would hold each other, and wait for the collector


def _origin_of(scope: dict[str, Any]) -> str:
    host = next((value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"host"), "")
    return public_origin(host, is_secure=scope.get("scheme") == "wss")


def _code_of(scope: dict[str, Any]) -> str:
    """The room that the socket asks for, as codes are written; something that is no code if it does not say."""
    query = scope.get("query_string", b"").decode("latin-1")
    asked = parse_qs(query).get("roomId", [""])[0]
    return asked.upper()[:MAX_CODE] if asked.isascii() and asked.isalnum() else ""
