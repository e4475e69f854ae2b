"""A client's connection to a room: actor, protocol version, rate and the messages that it is sent."""

import itertools
import logging

from msgspec import UNSET

from gameplay.engine.events import Event
from gameplay.engine.projections import Role
from rooms import clock
from rooms.access.sessions import session_hash
from rooms.access.token_bucket import TokenBucket
from rooms.live.transport import Overload, PreparedMessage, Receiver, Transport
from rooms.protocol.acks import AckLedger
from rooms.protocol.envelope import Outgoing
from rooms.protocol.errors import CloseCode, ErrorCode, UpgradeRequired
from rooms.protocol.messages import ErrorPayload
from rooms.protocol.versions import SUPPORTED
from rooms.telemetry.counters import counters
from rooms.telemetry.log_context import SESSION_DIGITS

logger = logging.getLogger(__name__)

_OVERLOAD_MESSAGES = {
    Overload.SLOW_READER: "You are too slow to read what is sent.",
    Overload.FLOOD: "You are sending too much.",
}
_numbers = itertools.count(1)


class Connection:
    """One client's connection; ``actor_id`` and ``secret`` are empty until `LiveRoom.bind`.

    ``channel`` is its name in the channel layer, ``origin`` the scheme and host under which phones reach this site,
    ``client_key`` the key for rate limits and bans (`rooms.access.client_key`).
    """

    def __init__(self, code: str, transport: Transport, origin: str, client_key: str = "") -> None:
        now_ms = clock.now_ms()
        self.code = code
        self.origin = origin
        self.client_key = client_key
        self.channel = f"local!{next(_numbers)}"
        self.version = SUPPORTED.server
        self.actor_id = ""
        self.secret = ""
        self.role: Role = "spectator"
        self.acks = AckLedger()
        self.bucket = TokenBucket(now_ms)
        self.last_received_ms = now_ms
        self.resynced_ms = 0
        self.round_trip_ms: int | None = None
        self.is_closed = False
        self.close_code: int | None = None
        self.opened_at_ms = now_ms
        self._transport = transport
        transport.set_listener(self)

    @property
    def has_keepalive(self) -> bool:
        """Whether the transport itself detects dead peers."""
        return self._transport.has_keepalive

    @property
    def edge_worker(self) -> str | None:
        """The worker that holds the client's socket; None if it is this one."""
        return self._transport.edge_worker

    def log_fields(self) -> dict[str, object]:
        """Fields of log lines about this connection: the session as a prefix of its hash, never the secret."""
        fields: dict[str, object] = {"room": self.code}
        if self.actor_id:
            fields |= {"actor": self.actor_id, "session": session_hash(self.secret)[:SESSION_DIGITS]}
        return fields

    def log_close(self, client_code: int | None) -> None:
        """Log the end with our close code, else with ``client_code``."""
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
        """Send a message."""
        if not self.is_closed:
            counters.sent[outgoing.type] += 1
            self._transport.send(outgoing, self.version)

    def forward(self, relayed: PreparedMessage) -> None:
        """Send a message from a room at another worker, which has counted it."""
        if not self.is_closed:
            self._transport.send(relayed, self.version)

    def reply(self, event: Event) -> None:
        """Send an unnumbered event to this connection alone."""
        self.send(Outgoing(event.TYPE, event, self.code, clock.now_ms(), "actor"))

    def send_error(
        self,
        code: ErrorCode | str,
        message: str,
        request_type: str | None = None,
        request_id: str | None = None,
        is_claimable: bool = False,
        looks_like: str | None = None,
    ) -> None:
        """Send ``ERROR``: the request has changed nothing."""
        counters.errors[code] += 1
        self.reply(
            ErrorPayload(
                code=ErrorCode(code),
                message=message,
                request_type=UNSET if request_type is None else request_type,
                request_id=UNSET if request_id is None else request_id,
                claimable=is_claimable or UNSET,
                looks_like=looks_like or UNSET,
            )
        )

    def require_upgrade(self, error: UpgradeRequired) -> None:
        """Send ``ERROR`` with the supported versions, and close with 4426."""
        counters.errors[error.code] += 1
        payload = ErrorPayload(code=error.code, message=error.message, supported_versions=error.supported_versions)
        self.reply(payload)
        self.close(CloseCode.UPGRADE_REQUIRED)

    def close_with_error(
        self,
        code: ErrorCode,
        message: str,
        close: CloseCode,
        request_type: str | None = None,
        request_id: str | None = None,
    ) -> None:
        """Send ``ERROR``, and close with ``close``."""
        self.send_error(code, message, request_type, request_id)
        self.close(close)

    def set_receiver(self, receiver: Receiver) -> None:
        """Pass messages straight to ``receiver`` until it declines one, where the transport supports that."""
        self._transport.set_receiver(receiver)

    def measure_round_trip(self) -> None:
        """Send a ping; `round_trip_ms` is set when its pong arrives."""
        pinged_ms = clock.now_ms()
        self._transport.ping(lambda: self._set_round_trip(clock.now_ms() - pinged_ms))

    def _set_round_trip(self, round_trip_ms: int) -> None:
        self.round_trip_ms = round_trip_ms

    def on_overload(self, overload: Overload) -> None:
        """Send ``ERROR``, and close with 4429."""
        if overload is Overload.SLOW_READER and not self.is_closed:
            counters.slow_readers += 1
        self.close_with_error(ErrorCode.RATE_LIMITED, _OVERLOAD_MESSAGES[overload], CloseCode.TOO_MUCH)

    def on_close(self, code: int) -> None:
        """The transport has closed by itself."""
        self.close(code)

    def detach(self) -> None:
        """Break the reference cycle with the transport, once that has ended."""
        self._transport.set_listener(None)

    def close(self, code: int) -> None:
        """Close after everything that was sent; later messages are dropped."""
        if not self.is_closed:
            self.is_closed = True
            self.close_code = int(code)
            self.acks.clear()
            counters.closes[int(code)] += 1
            self._transport.close(code)
