"""One client's session: handshake, then messages; independent of the transport and of the worker that has the room."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Protocol

from gameplay.engine.errors import GameError
from rooms import clock
from rooms.access.rate_limits import SEAT_CLAIMS
from rooms.cluster.node import Node
from rooms.errors import BUSY, RateLimited, Refused, Unavailable
from rooms.live.claims import ClaimRefused
from rooms.live.connection import Connection
from rooms.live.room import LiveRoom
from rooms.live.transport import Overload
from rooms.protocol.envelope import ClientMessage, parse
from rooms.protocol.errors import CloseCode, ErrorCode, Malformed, ProtocolError, UpgradeRequired
from rooms.protocol.limits import CLAIM_AGAIN_MS, CONNECT_AGAIN_MS, HANDSHAKE_TIMEOUT_MS, MAX_MALFORMED_IN_A_ROW
from rooms.protocol.messages import ClaimSeat, Connect, Reconnect
from rooms.protocol.versions import negotiate
from rooms.session import handshake
from rooms.session.dispatch import dispatch
from rooms.session.remote_room import RateVerdict, RemoteRoom
from rooms.session.room_lookup import find_room
from rooms.telemetry.counters import EXCESS, UNREADABLE, counters
from rooms.telemetry.log_context import LOGGED_KEY_DIGITS, bind_log_subject
from rooms.telemetry.spans import span

logger = logging.getLogger(__name__)

HANDSHAKE_TYPES = ("CONNECT", "RECONNECT")
UNTIMED_TYPES = frozenset({"ACK", "HEARTBEAT"})
"""Messages that do not count in the delivery time: they reach no other client."""

RawMessage = str | bytes
"""The text of a message; bytes if it was a binary one, which is never valid."""


class RelayChannel(Protocol):
    """The way to a room at another worker."""

    def send(self, raw: RawMessage) -> None:
        """Forward a message of the client."""

    def close(self) -> None:
        """Report that the client has disconnected."""


Dial = Callable[["ClientSession", RemoteRoom, RawMessage], RelayChannel]
"""Opens a relay channel for a session; the message is the client's handshake."""


class ClientSession:
    """The session of one client, from its handshake to its end.

    Every transport drives it in the same way: `open` once the client can be written to, `receive` for each message, one
    at a time, `close` at the end. All three run in one asyncio task, which `open` makes the client's own in the log.
    The session does what all transports share: it counts and limits connections, limits the rate of messages, times
    out the handshake, and logs. A connection whose socket is at another worker (``edge_worker``) is counted and limited
    there, not here.

    ``read_cookie`` returns the host's secret from the browser's cookie, None if there is none. ``dial`` opens a relay
    channel to a room at another worker; without it such a client has to connect again. ``verdict`` is the rate-limit
    verdict of the worker that has relayed the client.
    """

    def __init__(
        self,
        node: Node,
        connection: Connection,
        read_cookie: Callable[[], str | None],
        dial: Dial | None = None,
        verdict: RateVerdict | None = None,
    ) -> None:
        self.connection = connection
        self.live: LiveRoom | None = None
        self.relay_channel: RelayChannel | None = None
        self._node = node
        self._read_cookie = read_cookie
        self._dial = dial
        self._verdict = verdict
        self._is_counted_here = connection.edge_worker is None
        self._is_open = False
        self._handshake_timer: asyncio.TimerHandle | None = None
        self._malformed_in_a_row = 0
        self._may_reconnect = True
        self._replaying: asyncio.Event | None = None
        self._claimable_room: LiveRoom | None = None
        self._claim_id: str | None = None

    @property
    def host_cookie(self) -> str | None:
        """The host's secret from the browser's cookie."""
        return self._read_cookie()

    # The transport's side

    def open(self) -> None:
        """Count the connection and wait for the handshake; with too many connections, close it."""
        connection, self._is_open = self.connection, True
        bind_log_subject(connection)
        if self._is_counted_here:
            logger.debug("Socket opened", extra={"peer": connection.client_key[:LOGGED_KEY_DIGITS]})
            counters.sockets_opened += 1
            counters.sockets_open += 1
            if not self._node.connection_limit.acquire(connection.client_key):
                connection.close_with_error(
                    ErrorCode.RATE_LIMITED, "Too many sockets are open here.", CloseCode.TOO_MUCH
                )
                return
        self._start_handshake_timer(HANDSHAKE_TIMEOUT_MS)

    async def receive(self, raw: RawMessage, arrived_s: float | None = None) -> None:
        """Process one message; ``arrived_s`` is its time of arrival by `perf_counter`. Raises nothing.

        Afterwards the transport may call `receive_nowait` instead, if it is able to.
        """
        if not self.connection.is_closed and self._is_within_rate():
            try:
                await self._receive(raw, arrived_s)
            except Exception:
                self._on_unexpected_error()
        if self.can_receive_nowait:
            self.connection.set_receiver(self.receive_nowait)

    @property
    def can_receive_nowait(self) -> bool:
        """Whether the client has entered its room, here or through the relay, and nothing has to be awaited."""
        live = self.live
        return self.relay_channel is not None if live is None else not live.node.must_verify()

    def receive_nowait(self, raw: RawMessage) -> bool:
        """Process one message without awaiting; False if that is not possible, for `receive`. Raises nothing."""
        if not self.can_receive_nowait:
            return False
        if self.connection.is_closed or not self._is_within_rate():
            return True
        arrived_s = perf_counter()
        try:
            if self.live is not None:
                message = self._parse(raw)
                if message is not None:
                    self._dispatch(self.live, message, arrived_s)
            elif self.relay_channel is not None:
                self.relay_channel.send(raw)
        except Exception:
            self._on_unexpected_error()
        return True

    def close(self, client_code: int | None) -> None:
        """End the session; ``client_code`` is the close code from the client, None if unknown."""
        if not self._is_open:
            return
        self._is_open = False
        if self._is_counted_here:
            counters.sockets_open -= 1
            self._node.connection_limit.release(self.connection.client_key)
        self.connection.log_close(client_code)
        self.connection.detach()
        self.connection.is_closed = True
        self._leave()

    # The relay's side

    async def replay(self, messages: Sequence[RawMessage], verdict: RateVerdict) -> None:
        """Process messages that went to another worker, which has released the room to this one meanwhile."""
        replaying = self._replaying = asyncio.Event()
        self.relay_channel, self._verdict = None, verdict
        try:
            for raw in messages:
                if not self.connection.is_closed:
                    await self._process(raw, None)
        finally:
            self._replaying = None
            replaying.set()
            if not self._is_open:
                self._leave()

    # Messages

    async def _receive(self, raw: RawMessage, arrived_s: float | None) -> None:
        while self._replaying is not None:
            await self._replaying.wait()
        await self._process(raw, arrived_s)

    async def _process(self, raw: RawMessage, arrived_s: float | None) -> None:
        if self.relay_channel is not None:
            self.relay_channel.send(raw)
            return
        message = self._parse(raw)
        if message is None:
            return
        if self.live is None:
            await self._shake_hands(message, raw)
            return
        if self.live.node.must_verify():
            await self.live.node.verify_ownership()
        self._dispatch(self.live, message, arrived_s)

    def _is_within_rate(self) -> bool:
        connection, now_ms = self.connection, clock.now_ms()
        connection.last_received_ms = now_ms
        if not self._is_counted_here or connection.bucket.take(now_ms):
            return True
        counters.received[EXCESS] += 1
        if connection.bucket.is_flooding:
            connection.on_overload(Overload.FLOOD)
        elif connection.bucket.should_warn(now_ms):
            connection.send_error(ErrorCode.RATE_LIMITED, "You are sending too fast. Slow down a little.")
        return False

    def _parse(self, raw: RawMessage) -> ClientMessage | None:
        try:
            message = parse(raw)
        except ProtocolError as error:
            counters.received[UNREADABLE] += 1
            self._on_protocol_error(error)
            return None
        self._malformed_in_a_row = 0
        counters.received[message.type] += 1
        return message

    def _dispatch(self, live: LiveRoom, message: ClientMessage, arrived_s: float | None) -> None:
        try:
            dispatch(live, self.connection, message)
        except (GameError, ProtocolError) as error:
            self.connection.send_error(error.code, error.message, message.type, message.request_id)
        if arrived_s is not None and message.type not in UNTIMED_TYPES:
            counters.delivery.observe(perf_counter() - arrived_s)

    def _on_protocol_error(self, error: ProtocolError) -> None:
        connection = self.connection
        if self.live is not None:
            connection.send_error(error.code, error.message, error.request_type, error.request_id)
            self._malformed_in_a_row = self._malformed_in_a_row + 1 if isinstance(error, Malformed) else 0
            if self._malformed_in_a_row >= MAX_MALFORMED_IN_A_ROW:
                connection.close(CloseCode.BAD_HANDSHAKE)
        elif isinstance(error, UpgradeRequired):
            connection.require_upgrade(error)
        else:
            # An unreadable message that was not meant as a handshake is answered like any other first message.
            code = error.code if error.request_type in HANDSHAKE_TYPES else ErrorCode.BAD_HANDSHAKE
            connection.close_with_error(
                code, error.message, CloseCode.BAD_HANDSHAKE, error.request_type, error.request_id
            )

    def _on_unexpected_error(self) -> None:
        logger.exception("A message of %s in room %s failed", self.connection.actor_id, self.connection.code)
        self.connection.send_error(ErrorCode.SERVER_BUSY, "Something went wrong here. Please try again.")

    def _leave(self) -> None:
        self._cancel_handshake_timer()
        if self.relay_channel is not None:
            self.relay_channel.close()
        if self._claimable_room is not None and self._claim_id is not None:
            self._claimable_room.claims.withdraw(self._claimable_room, self._claim_id)
        if self.live is not None:
            self.live.disconnect(self.connection)

    # The handshake

    async def _shake_hands(self, message: ClientMessage, raw: RawMessage) -> None:
        connection, request = self.connection, message.payload
        if isinstance(request, ClaimSeat) and self._claimable_room is not None:
            await self._claim_seat(self._claimable_room, request, message)
            return
        try:
            connection.version = negotiate(message.version, today=clock.today())
        except UpgradeRequired as error:
            self._cancel_handshake_timer()
            connection.require_upgrade(error)
            return
        if not isinstance(request, Connect | Reconnect) or (isinstance(request, Reconnect) and not self._may_reconnect):
            connection.close_with_error(
                ErrorCode.BAD_HANDSHAKE,
                "The first message has to be CONNECT or RECONNECT.",
                CloseCode.BAD_HANDSHAKE,
                message.type,
                message.request_id,
            )
            return
        self._cancel_handshake_timer()
        try:
            with span("enter room", room=connection.code, opening=message.type):
                await self._enter_room(message, request, raw)
        except Refused as refusal:
            self._reject(refusal, message)
        except RateLimited as error:
            connection.close_with_error(
                ErrorCode.RATE_LIMITED, str(error), CloseCode.TOO_MUCH, message.type, message.request_id
            )
        except Unavailable as error:
            connection.close_with_error(
                ErrorCode.SERVER_BUSY, str(error), CloseCode.RESTARTING, message.type, message.request_id
            )

    async def _enter_room(self, message: ClientMessage, request: Connect | Reconnect, raw: RawMessage) -> None:
        connection = self.connection
        cookie = self._read_cookie()
        room = await find_room(self._node, connection, request, cookie, self._verdict)
        self._verdict = None
        if isinstance(room, RemoteRoom):
            self._relay(room, raw)
            return
        if message.room_id.upper() != room.code:
            raise Refused(ErrorCode.UNAUTHORIZED, "This socket belongs to another room.", CloseCode.KICKED)
        if isinstance(request, Connect):
            handshake.connect(room, connection, request, cookie, message.actor_id)
        elif not handshake.reconnect(room, connection, request, cookie, message.actor_id):
            self._expect_connect()
            return
        self._on_entered(room, message.type)

    def _on_entered(self, room: LiveRoom, with_type: str) -> None:
        connection, self.live, self._claimable_room = self.connection, room, None
        logger.info(
            "Socket entered",
            extra={
                "with": with_type,
                "role": connection.role,
                "version": str(connection.version),
                "peer": connection.client_key[:LOGGED_KEY_DIGITS],
            },
        )

    async def _claim_seat(self, room: LiveRoom, request: ClaimSeat, message: ClientMessage) -> None:
        """Ask the host and the teammates for a seat, after ``NAME_TAKEN`` with ``claimable``."""
        connection = self.connection
        if self._claim_id is not None:
            connection.send_error(ErrorCode.CLAIM_REFUSED, "You are asking already.", message.type, message.request_id)
            return
        self._cancel_handshake_timer()
        try:
            await self._node.limiter.hit(SEAT_CLAIMS, connection.client_key)
            if room.is_stopped:
                raise Unavailable(BUSY)
            pending = room.claims.open(room, request.player_name, lambda seat: self._on_claim_closed(room, seat))
        except (ClaimRefused, GameError) as error:
            self._refuse_claim(str(error), message)
        except RateLimited as error:
            connection.close_with_error(
                ErrorCode.RATE_LIMITED, str(error), CloseCode.TOO_MUCH, message.type, message.request_id
            )
        except Unavailable as error:
            connection.close_with_error(
                ErrorCode.SERVER_BUSY, str(error), CloseCode.RESTARTING, message.type, message.request_id
            )
        else:
            self._claim_id = pending.claim_id
            connection.reply(pending)

    def _on_claim_closed(self, room: LiveRoom, seat: str | None) -> None:
        connection, self._claim_id = self.connection, None
        if room.is_stopped:
            connection.close_with_error(ErrorCode.SERVER_BUSY, BUSY, CloseCode.RESTARTING)
        elif seat is None:
            self._refuse_claim("Nobody has confirmed that this is your seat.")
        else:
            try:
                handshake.take_seat(room, connection, seat)
            except GameError as error:
                self._refuse_claim(error.message)
            else:
                self._on_entered(room, "CLAIM_SEAT")

    def _refuse_claim(self, text: str, message: ClientMessage | None = None) -> None:
        request_type, request_id = (message.type, message.request_id) if message is not None else ("CLAIM_SEAT", None)
        self.connection.send_error(ErrorCode.CLAIM_REFUSED, text, request_type, request_id)
        self._start_handshake_timer(CLAIM_AGAIN_MS)

    def _relay(self, room: RemoteRoom, raw: RawMessage) -> None:
        if self._dial is None:
            # The room has moved on since the client was relayed here. Its next attempt finds the new owner.
            raise Unavailable(BUSY)
        logger.info("Socket led to another worker", extra={"owner": room.worker})
        self.relay_channel = self._dial(self, room, raw)

    def _reject(self, refusal: Refused, message: ClientMessage) -> None:
        if isinstance(message.payload, Reconnect):
            counters.reconnects["refused"] += 1
        self.connection.send_error(
            refusal.code,
            refusal.message,
            message.type,
            message.request_id,
            refusal.is_claimable,
            refusal.looks_like,
        )
        self._claimable_room = self._node.registry.get(self.connection.code) if refusal.is_claimable else None
        if refusal.close is not None:
            self.connection.close(refusal.close)
        else:
            self._expect_connect()

    def _expect_connect(self) -> None:
        """Let a client whose handshake has failed try again, with ``CONNECT`` alone."""
        self._may_reconnect = False
        self._start_handshake_timer(CONNECT_AGAIN_MS)

    def _start_handshake_timer(self, timeout_ms: int) -> None:
        self._handshake_timer = asyncio.get_running_loop().call_later(timeout_ms / 1000, self._on_handshake_timeout)

    def _cancel_handshake_timer(self) -> None:
        if self._handshake_timer is not None:
            self._handshake_timer.cancel()
            self._handshake_timer = None

    def _on_handshake_timeout(self) -> None:
        self.connection.close_with_error(
            ErrorCode.HANDSHAKE_TIMEOUT, "Nothing was heard from you in time.", CloseCode.HANDSHAKE_TIMEOUT
        )
