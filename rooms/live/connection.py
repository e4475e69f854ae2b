"""One socket as a room sees it: who is at the other end, which version they speak, and how to tell them things."""

import itertools
import logging

from msgspec import UNSET

from gameplay.engine.events import Event
from gameplay.engine.projections import Role
from rooms import clock
from rooms.access.sessions import session_hash
from rooms.access.token_bucket import TokenBucket
from rooms.live.transport import PreparedMessage, Receiver, Transport
from rooms.protocol.acks import AckLedger
from rooms.protocol.envelope import Outgoing
from rooms.protocol.errors import CloseCode, ErrorCode, UpgradeRequired
from rooms.protocol.messages import ErrorPayload
from rooms.protocol.versions import SUPPORTED
from rooms.telemetry.counters import counters
from rooms.telemetry.log_context import SESSION_DIGITS

logger = logging.getLogger(__name__)

_numbers = itertools.count(1)


class Connection:
    """One socket. Until the handshake is done it belongs to nobody.

    ``channel`` is its name in the local layer, ``origin`` where phones find this site, ``client_key`` whom
    limits and bans take it for (`rooms.access.client_key`).
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

    @property
    def has_keepalive(self) -> bool:
        """Whether the server itself notices that nobody is at the other end any more."""
        return self._transport.has_keepalive

    @property
    def edge_worker(self) -> str | None:
        """The other worker where the socket is; None: it is here."""
        return self._transport.edge_worker

    def log_fields(self) -> dict[str, object]:
        """What log lines say about the socket: of the secret only the beginning of its hash."""
        fields: dict[str, object] = {"room": self.code}
        if self.actor_id:
            fields |= {"actor": self.actor_id, "session": session_hash(self.secret)[:SESSION_DIGITS]}
        return fields

    def log_close(self, client_code: int | None) -> None:
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
        if not self._transport.send(outgoing, self.version):
            self._close_slow_reader()

    def forward(self, relayed: PreparedMessage) -> None:
        """Send a message from a room at another worker, where it was counted."""
        if not self.is_closed and not self._transport.send(relayed, self.version):
            self._close_slow_reader()

    def reply(self, event: Event) -> None:
        """Send something that only this socket gets and that has no number."""
        self.send(Outgoing(event.TYPE, event, self.code, clock.now_ms(), "actor"))

    def send_error(
        self, code: ErrorCode | str, message: str, request_type: str | None = None, request_id: str | None = None
    ) -> None:
        """Answer a message with ``ERROR``; nothing was changed."""
        counters.errors[code] += 1
        self.reply(
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
        """Say why, and close."""
        self.send_error(code, message, request_type, request_id)
        self.close(close)

    def set_receiver(self, receiver: Receiver) -> None:
        """Pass messages straight to ``receiver`` until it declines one, where the transport supports that."""
        self._transport.set_receiver(receiver)

    def measure_round_trip(self) -> None:
        """Find out how long the way there and back takes; `round_trip_ms` says so once the answer has come."""
        asked_ms = clock.now_ms()
        self._transport.ping(lambda: self._set_round_trip(clock.now_ms() - asked_ms))

    def _set_round_trip(self, round_trip_ms: int) -> None:
        self.round_trip_ms = round_trip_ms

    def _close_slow_reader(self) -> None:
        counters.slow_readers += 1
        self.close_with_error(ErrorCode.RATE_LIMITED, "You are too slow to read what is sent.", CloseCode.TOO_MUCH)

    def close(self, code: int) -> None:
        """Close the socket after all that was sent; nothing more is."""
        if not self.is_closed:
            self.is_closed = True
            self.close_code = int(code)
            self.acks.clear()
            counters.closes[int(code)] += 1
            self._transport.close(code)
