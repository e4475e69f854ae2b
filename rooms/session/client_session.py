"""What one client says, from its greeting to its goodbye. At which worker its socket is does not matter."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Protocol

from gameplay.engine.errors import GameError
from rooms import clock
from rooms.cluster.node import Node
from rooms.errors import BUSY, RateLimited, Refused, Unavailable
from rooms.live.connection import Connection
from rooms.live.room import LiveRoom
from rooms.protocol.envelope import ClientMessage, parse
from rooms.protocol.errors import CloseCode, ErrorCode, Malformed, ProtocolError, UpgradeRequired
from rooms.protocol.limits import CONNECT_AGAIN_MS, HANDSHAKE_TIMEOUT_MS, MAX_MALFORMED_IN_A_ROW
from rooms.protocol.messages import Connect, Reconnect
from rooms.protocol.versions import negotiate
from rooms.session import handshake
from rooms.session.dispatch import dispatch
from rooms.session.remote_room import RateVerdict, RemoteRoom
from rooms.session.room_lookup import open_room
from rooms.telemetry.counters import UNREADABLE, counters
from rooms.telemetry.log_context import LOGGED_KEY_DIGITS
from rooms.telemetry.spans import span

logger = logging.getLogger(__name__)

HANDSHAKE_TYPES = ("CONNECT", "RECONNECT")
UNTIMED_TYPES = frozenset({"ACK", "HEARTBEAT"})

RawMessage = str | bytes
"""The text of a message, or the bytes of one that is binary and so never right."""


class RelayChannel(Protocol):
    """The way to a room at another worker."""

    def send(self, raw: RawMessage) -> None:
        """Pass a message on."""

    def close(self) -> None:
        """The client is gone."""


class ClientSession:
    """Reads messages, introduces the client to its room and hands them over.

    ``node`` are the rooms of this worker. ``cookie`` gives the host's secret as the browser sent it. ``dial`` is given
    the greeting of a client whose room is at another worker, and leads there; without it the client has to come again.
    ``verdict`` is what another worker has counted already.
    """

    def __init__(
        self,
        node: Node,
        connection: Connection,
        cookie: Callable[[], str | None],
        dial: Callable[[RemoteRoom, RawMessage], RelayChannel] | None = None,
        verdict: RateVerdict | None = None,
    ) -> None:
        self.connection = connection
        self._node = node
        self._cookie = cookie
        self.live: LiveRoom | None = None
        self.relay_channel: RelayChannel | None = None
        self._dial = dial
        self._verdict = verdict
        self._timer: asyncio.TimerHandle | None = None
        self._malformed = 0
        self._may_reconnect = True
        self._replaying: asyncio.Event | None = None
        self._is_over = False

    @property
    def secret_of_host(self) -> str | None:
        """The host's secret as the browser sent it."""
        return self._cookie()

    async def receive(self, raw: RawMessage, arrived_s: float | None = None) -> None:
        """Read one message, and hand it to the handshake, to the room, or to the worker that has it.

        ``arrived_s`` is when it came, by `perf_counter`.
        """
        if self.relay_channel is not None:
            self.relay_channel.send(raw)
        elif self._replaying is not None:
            await self._replaying.wait()
            await self.receive(raw, arrived_s)
        else:
            await self._read(raw, arrived_s)

    @property
    def can_receive_nowait(self) -> bool:
        """Whether the client is in its room and nothing has to be waited for: then `receive_nowait` will do."""
        live = self.live
        return self.relay_channel is not None if live is None else not live.node.must_verify()

    def receive_nowait(self, raw: RawMessage) -> None:
        """Read one message from somebody who is in their room, and hand it over."""
        if self.live is None:
            assert self.relay_channel is not None  # noqa: S101 (narrows the type)
            self.relay_channel.send(raw)
            return
        arrived_s = perf_counter()
        try:
            message = self._parse(raw)
            if message is not None:
                self._hand_over(self.live, message, arrived_s)
        except Exception:
            self.on_unexpected_error()

    def on_unexpected_error(self) -> None:
        """Log the exception that is being handled; the client is told, and lives on."""
        logger.exception("A message of %s in room %s failed", self.connection.actor_id, self.connection.code)
        self.connection.send_error(ErrorCode.SERVER_BUSY, "Something went wrong here. Please try again.")

    async def replay(self, raw: Sequence[RawMessage], verdict: RateVerdict) -> None:
        """The room that was elsewhere is to be had: what was ``raw`` to the other worker is heard here."""
        turning = self._replaying = asyncio.Event()
        self.relay_channel, self._verdict = None, verdict
        try:
            for each in raw:
                if not self.connection.is_closed:
                    await self._read(each, None)
        finally:
            self._replaying = None
            turning.set()
            if self._is_over:
                self.leave()

    async def _read(self, raw: RawMessage, arrived_s: float | None) -> None:
        if self.relay_channel is not None:
            self.relay_channel.send(raw)
            return
        message = self._parse(raw)
        if message is None:
            return
        if self.live is None:
            await self._greet(message, raw)
            return
        if self.live.node.must_verify():
            await self.live.node.verify_ownership()
        self._hand_over(self.live, message, arrived_s)

    def _parse(self, raw: RawMessage) -> ClientMessage | None:
        """The message, None if it deserves no more than the answer it has got."""
        try:
            message = parse(raw)
        except ProtocolError as error:
            counters.received[UNREADABLE] += 1
            self._refuse_unreadable(error)
            return None
        self._malformed = 0
        counters.received[message.type] += 1
        return message

    def leave(self) -> None:
        """The client is gone, or sent away."""
        self._is_over = True
        self._stop_waiting()
        self.connection.is_closed = True
        if self.relay_channel is not None:
            self.relay_channel.close()
        if self.live is not None:
            self.live.disconnect(self.connection)

    # The handshake

    def expect_greeting(self, within_ms: int = HANDSHAKE_TIMEOUT_MS) -> None:
        """Wait for ``CONNECT`` or ``RECONNECT``, but not for ever."""
        self._timer = asyncio.get_running_loop().call_later(within_ms / 1000, self._give_up)

    async def _greet(self, message: ClientMessage, raw: RawMessage) -> None:
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
                await self._enter(message, request, raw)
        except Refused as refusal:
            self._reject(refusal, message)
        except RateLimited as excess:
            connection.close_with_error(
                ErrorCode.RATE_LIMITED, str(excess), CloseCode.TOO_MUCH, message.type, message.request_id
            )
        except Unavailable as error:
            connection.send_error(ErrorCode.SERVER_BUSY, str(error), message.type, message.request_id)
            connection.close(CloseCode.RESTARTING)

    async def _enter(self, message: ClientMessage, request: Connect | Reconnect, raw: RawMessage) -> None:
        connection = self.connection
        cookie = self._cookie()
        room = await open_room(self._node, connection, request, cookie, self._verdict)
        self._verdict = None
        if isinstance(room, RemoteRoom):
            self._relay(room, raw)
            return
        if message.room_id.upper() != room.code:
            raise Refused(ErrorCode.UNAUTHORIZED, "This socket belongs to another room.", CloseCode.KICKED)
        if isinstance(request, Connect):
            handshake.connect(room, connection, request, cookie, message.actor_id)
        elif not handshake.reconnect(room, connection, request, cookie, message.actor_id):
            self._may_reconnect = False
            self.expect_greeting(CONNECT_AGAIN_MS)
            return
        self.live = room
        logger.info(
            "Socket entered",
            extra={
                "with": message.type,
                "role": connection.role,
                "version": str(connection.version),
                "peer": connection.client_key[:LOGGED_KEY_DIGITS],
            },
        )

    def _relay(self, remote_room: RemoteRoom, raw: RawMessage) -> None:
        if self._dial is None:
            # Whoever has sent us this client has been overtaken: the next attempt finds the room where it is now.
            raise Unavailable(BUSY)
        logger.info("Socket led to another worker", extra={"owner": remote_room.worker})
        self.relay_channel = self._dial(remote_room, raw)

    def _reject(self, refusal: Refused, message: ClientMessage) -> None:
        if isinstance(message.payload, Reconnect):
            counters.reconnects["refused"] += 1
        self.connection.send_error(refusal.code, refusal.message, message.type, message.request_id)
        if refusal.close is not None:
            self.connection.close(refusal.close)
        else:
            self._may_reconnect = False
            self.expect_greeting(CONNECT_AGAIN_MS)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self.connection.close_with_error(
            ErrorCode.HANDSHAKE_TIMEOUT, "Nothing was heard from you in time.", CloseCode.HANDSHAKE_TIMEOUT
        )

    # The conversation

    def _hand_over(self, live: LiveRoom, message: ClientMessage, arrived_s: float | None) -> None:
        connection = self.connection
        try:
            dispatch(live, connection, message)
        except GameError as error:
            connection.send_error(error.code, error.message, message.type, message.request_id)
        except ProtocolError as error:
            connection.send_error(error.code, error.message, message.type, message.request_id)
        if arrived_s is not None and message.type not in UNTIMED_TYPES:
            counters.delivery.observe(perf_counter() - arrived_s)

    def _refuse_unreadable(self, error: ProtocolError) -> None:
        connection = self.connection
        if isinstance(error, UpgradeRequired) and self.live is None:
            connection.require_upgrade(error)
        elif self.live is None:
            # What cannot be read, and is not meant as a greeting either, is as good as any other first message.
            is_greeting = error.request_type in HANDSHAKE_TYPES
            code = error.code if is_greeting else ErrorCode.BAD_HANDSHAKE
            connection.close_with_error(
                code, error.message, CloseCode.BAD_HANDSHAKE, error.request_type, error.request_id
            )
        else:
            connection.send_error(error.code, error.message, error.request_type, error.request_id)
            self._malformed = self._malformed + 1 if isinstance(error, Malformed) else 0
            if self._malformed >= MAX_MALFORMED_IN_A_ROW:
                connection.close(CloseCode.BAD_HANDSHAKE)

    def _end(self, code: ErrorCode, reason: str, message: ClientMessage) -> None:
        self.connection.close_with_error(code, reason, CloseCode.BAD_HANDSHAKE, message.type, message.request_id)
