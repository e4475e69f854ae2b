"""One consumer per socket: it reads frames, introduces the socket to its room and hands messages over. No rules."""

import asyncio
import logging
from time import perf_counter
from typing import Any
from urllib.parse import parse_qs

from channels.consumer import AsyncConsumer, get_handler_name
from channels.exceptions import StopConsumer

from gameplay.engine.errors import GameError
from rooms import admission, clock
from rooms.addresses import origin_for_phones
from rooms.connections import Connection, socket_of
from rooms.conversation import hear
from rooms.errors import RateLimited, Refused, Unavailable
from rooms.knocking import open_room
from rooms.log_context import PEER_DIGITS, speak_for
from rooms.metrics import ARRIVED_S, EXCESS, UNREADABLE, counters
from rooms.peers import peer_of
from rooms.protocol.envelope import ClientMessage, parse
from rooms.protocol.errors import CloseCode, ErrorCode, Malformed, ProtocolError, UpgradeRequired
from rooms.protocol.limits import CONNECT_AGAIN_MS, HANDSHAKE_TIMEOUT_MS, MAX_MALFORMED_IN_A_ROW
from rooms.protocol.messages import Connect, Reconnect
from rooms.protocol.versions import negotiate
from rooms.registry import registry
from rooms.room import LiveRoom
from rooms.sessions import host_secret
from rooms.spans import span

logger = logging.getLogger(__name__)

MAX_CODE = 64
OPENING = ("CONNECT", "RECONNECT")
BESIDE_THE_GAME = frozenset({"ACK", "HEARTBEAT"})


class RoomConsumer(AsyncConsumer):
    """A socket from its handshake to its end."""

    connection: Connection
    live: LiveRoom | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one socket.

        The channel layer calls the connection directly, so nothing is received from it; and database connections,
        which the message path does not use, need no looking after between messages.
        """
        self.scope = scope
        self.base_send = send
        self._timer: asyncio.TimerHandle | None = None
        self._malformed = 0
        self._may_reconnect = True
        self._client_code: int | None = None
        self.connection = Connection(_code_of(scope), socket_of(scope, send), _origin_of(scope), peer_of(scope))
        speak_for(self.connection)
        counters.sockets_opened += 1
        counters.sockets_open += 1
        crowd = registry().crowd
        self._has_place = crowd.enter(self.connection.address)
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        finally:
            counters.sockets_open -= 1
            crowd.leave(self.connection.address)
            self._leave()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Hand an ASGI event to its handler. What goes wrong is logged and answered; the socket lives on."""
        try:
            await getattr(self, get_handler_name(message))(message)
        except StopConsumer:
            raise
        except Exception:
            self._stumble()

    async def websocket_connect(self, event: dict[str, Any]) -> None:
        """Accept, and wait for ``CONNECT`` or ``RECONNECT``; a browser could not read a refusal before that."""
        await self.send({"type": "websocket.accept"})
        logger.debug("Socket opened", extra={"peer": self.connection.address[:PEER_DIGITS]})
        if not self._has_place:
            self.connection.dismiss(ErrorCode.RATE_LIMITED, "Too many sockets are open here.", CloseCode.TOO_MUCH)
            return
        self._expect_greeting(HANDSHAKE_TIMEOUT_MS)

    async def websocket_receive(self, event: dict[str, Any]) -> None:
        """Read one message, and hand it to the handshake or to the room.

        Once the socket is in its room, a server that can do so calls `hear` instead.
        """
        text = event.get("text")
        message = self._read(event.get("bytes") or b"" if text is None else text)
        if message is None:
            return
        if self.live is None:
            await self._greet(message)
        else:
            if self.live.keeper.is_in_doubt():
                await self.live.keeper.make_sure()
            self._hand_over(self.live, message, event.get(ARRIVED_S))
        if self.live is not None:
            self.connection.listen(self.hear)

    def hear(self, text: str | bytes) -> bool:
        """Read one message from somebody who is in the room, and hand it over; False if that has to wait."""
        if self.live is None or self.live.keeper.is_in_doubt():
            return False
        arrived_s = perf_counter()
        try:
            message = self._read(text)
            if message is not None:
                self._hand_over(self.live, message, arrived_s)
        except Exception:
            self._stumble()
        return True

    async def websocket_disconnect(self, event: dict[str, Any]) -> None:
        """The socket has ended."""
        self._client_code = event.get("code")
        raise StopConsumer

    # The handshake

    async def _greet(self, message: ClientMessage) -> None:
        connection, request = self.connection, message.payload
        try:
            connection.version = negotiate(message.version, today=clock.today())
        except UpgradeRequired as error:
            self._stop_waiting()
            connection.require_upgrade(error)
            return
        if not isinstance(request, Connect | Reconnect) or (isinstance(request, Reconnect) and not self._may_reconnect):
            self._end(ErrorCode.BAD_HANDSHAKE, "The first message has to be CONNECT or RECONNECT.", message)
            return
        self._stop_waiting()
        try:
            with span("enter room", room=connection.code, opening=message.type):
                await self._enter(message, request)
        except Refused as refusal:
            self._turn_away(refusal, message)
        except RateLimited as excess:
            connection.dismiss(
                ErrorCode.RATE_LIMITED, str(excess), CloseCode.TOO_MUCH, message.type, message.request_id
            )
        except Unavailable as error:
            connection.refuse(ErrorCode.SERVER_BUSY, str(error), message.type, message.request_id)
            connection.close(CloseCode.RESTARTING)

    async def _enter(self, message: ClientMessage, request: Connect | Reconnect) -> None:
        connection = self.connection
        cookie = host_secret(self.scope, connection.code)
        live = await open_room(connection, request, cookie)
        if message.room_id.upper() != live.code:
            raise Refused(ErrorCode.UNAUTHORIZED, "This socket belongs to another room.", CloseCode.KICKED)
        if isinstance(request, Connect):
            admission.connect(live, connection, request, cookie, message.actor_id)
        elif not admission.reconnect(live, connection, request, cookie, message.actor_id):
            self._may_reconnect = False
            self._expect_greeting(CONNECT_AGAIN_MS)
            return
        self.live = live
        logger.info(
            "Socket entered",
            extra={
                "with": message.type,
                "role": connection.role,
                "version": str(connection.version),
                "peer": connection.address[:PEER_DIGITS],
            },
        )

    def _turn_away(self, refusal: Refused, message: ClientMessage) -> None:
        if isinstance(message.payload, Reconnect):
            counters.reconnects["refused"] += 1
        self.connection.refuse(refusal.code, refusal.message, message.type, message.request_id)
        if refusal.close is not None:
            self.connection.close(refusal.close)
        else:
            self._may_reconnect = False
            self._expect_greeting(CONNECT_AGAIN_MS)

    def _expect_greeting(self, within_ms: int) -> None:
        self._timer = asyncio.get_running_loop().call_later(within_ms / 1000, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self.connection.dismiss(
            ErrorCode.HANDSHAKE_TIMEOUT, "Nothing was heard from you in time.", CloseCode.HANDSHAKE_TIMEOUT
        )

    # The conversation

    def _read(self, text: str | bytes) -> ClientMessage | None:
        """The message, None if it deserves no more than the answer it has got."""
        if self.connection.is_closed or not self._is_in_measure():
            return None
        try:
            message = parse(text)
        except ProtocolError as error:
            counters.received[UNREADABLE] += 1
            self._refuse_unreadable(error)
            return None
        self._malformed = 0
        counters.received[message.type] += 1
        return message

    def _hand_over(self, live: LiveRoom, message: ClientMessage, arrived_s: float | None) -> None:
        connection = self.connection
        try:
            hear(live, connection, message)
        except GameError as error:
            connection.refuse(error.code, error.message, message.type, message.request_id)
        except ProtocolError as error:
            connection.refuse(error.code, error.message, message.type, message.request_id)
        if arrived_s is not None and message.type not in BESIDE_THE_GAME:
            counters.delivery.observe(perf_counter() - arrived_s)

    def _is_in_measure(self) -> bool:
        connection, now_ms = self.connection, clock.now_ms()
        connection.last_heard_ms = now_ms
        if connection.throttle.take(now_ms):
            return True
        counters.received[EXCESS] += 1
        if connection.throttle.is_flooded:
            connection.dismiss(ErrorCode.RATE_LIMITED, "You are sending too much.", CloseCode.TOO_MUCH)
        elif connection.throttle.may_say_so(now_ms):
            connection.refuse(ErrorCode.RATE_LIMITED, "You are sending too fast. Slow down a little.")
        return False

    def _refuse_unreadable(self, error: ProtocolError) -> None:
        connection = self.connection
        if isinstance(error, UpgradeRequired) and self.live is None:
            connection.require_upgrade(error)
        elif self.live is None:
            # What cannot be read, and is not meant as a greeting either, is as good as any other first message.
            is_greeting = error.request_type in OPENING
            code = error.code if is_greeting else ErrorCode.BAD_HANDSHAKE
            connection.dismiss(code, error.message, CloseCode.BAD_HANDSHAKE, error.request_type, error.request_id)
        else:
            connection.refuse(error.code, error.message, error.request_type, error.request_id)
            self._malformed = self._malformed + 1 if isinstance(error, Malformed) else 0
            if self._malformed >= MAX_MALFORMED_IN_A_ROW:
                connection.close(CloseCode.BAD_HANDSHAKE)

    def _end(self, code: ErrorCode, reason: str, message: ClientMessage) -> None:
        self.connection.dismiss(code, reason, CloseCode.BAD_HANDSHAKE, message.type, message.request_id)

    def _stumble(self) -> None:
        logger.exception("A message of %s in room %s failed", self.connection.actor_id, self.connection.code)
        self.connection.refuse(ErrorCode.SERVER_BUSY, "Something went wrong here. Please try again.")

    def _leave(self) -> None:
        connection = self.connection
        is_ours = connection.close_code is not None
        logger.info(
            "Socket closed",
            extra={
                "code": connection.close_code if is_ours else self._client_code,
                "by": "server" if is_ours else "client",
                "lasted_s": (clock.now_ms() - connection.opened_at_ms) / 1000,
            },
        )
        self._stop_waiting()
        connection.is_closed = True
        if self.live is not None:
            self.live.hang_up(connection)


def _origin_of(scope: dict[str, Any]) -> str:
    host = next((value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"host"), "")
    return origin_for_phones(host, is_secure=scope.get("scheme") == "wss")


def _code_of(scope: dict[str, Any]) -> str:
    """The room that the socket asks for, as codes are written; something that is no code if it does not say."""
    query = scope.get("query_string", b"").decode("latin-1")
    asked = parse_qs(query).get("roomId", [""])[0]
    return asked.upper()[:MAX_CODE] if asked.isascii() and asked.isalnum() else ""
