"""The Channels consumer of a WebSocket: drives the client's session with ASGI events."""

from functools import partial
from typing import Any
from urllib.parse import parse_qs

from channels.consumer import AsyncConsumer, get_handler_name
from channels.exceptions import StopConsumer

from rooms.access.client_key import client_key
from rooms.access.sessions import host_secret
from rooms.live.connection import Connection
from rooms.live.transport import ARRIVED_S, transport_for
from rooms.public_urls import public_origin
from rooms.session.client_session import ClientSession
from rooms.worker import current_worker

MAX_CODE_LENGTH = 64


class RoomConsumer(AsyncConsumer):
    """The consumer of one WebSocket."""

    session: ClientSession

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one socket.

        Unlike the base class this listens to no channel layer, which delivers to the connection directly.
        """
        self.base_send = send
        self._client_code: int | None = None
        code, worker = _room_code(scope), current_worker()
        connection = Connection(code, transport_for(scope, send), _public_origin(scope), client_key(scope))
        self.session = ClientSession(worker.node, connection, partial(host_secret, scope, code), worker.edge.dial)
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        finally:
            self.session.close(self._client_code)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Call the handler of an ASGI event.

        Unlike in the base class no database connections are closed first, which would cost a thread switch a message:
        handlers do not use any.
        """
        await getattr(self, get_handler_name(message))(message)

    async def websocket_connect(self, event: dict[str, Any]) -> None:
        """Accept the socket: a browser could not read the reason of a refused upgrade."""
        await self.send({"type": "websocket.accept"})
        self.session.open()

    async def websocket_receive(self, event: dict[str, Any]) -> None:
        """Pass a message to the session, binary ones as bytes."""
        text = event.get("text")
        await self.session.receive(event.get("bytes") or b"" if text is None else text, event.get(ARRIVED_S))

    async def websocket_disconnect(self, event: dict[str, Any]) -> None:
        """Stop: the socket has ended."""
        self._client_code = event.get("code")
        raise StopConsumer


def _public_origin(scope: dict[str, Any]) -> str:
    host = next((value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"host"), "")
    return public_origin(host, is_secure=scope.get("scheme") == "wss")


def _room_code(scope: dict[str, Any]) -> str:
    """The query's ``roomId`` in capitals; "" if it is missing or cannot be a code."""
    query = scope.get("query_string", b"").decode("latin-1")
    code = parse_qs(query).get("roomId", [""])[0]
    return code.upper()[:MAX_CODE_LENGTH] if code.isascii() and code.isalnum() else ""
