"""Unacknowledged messages of one socket: resends and the degraded state (docs/spec.md §2.5)."""

from dataclasses import dataclass

from rooms.protocol.envelope import Outgoing
from rooms.protocol.limits import ACK_SENDS, ACK_TIMEOUT_MS


def ack_id(type_: str, sequence_id: int) -> str:
    """The acknowledgement id of a message, such as ``ack_round_started_143``; unique in its room."""
    return f"ack_{type_.lower()}_{sequence_id}"


@dataclass(slots=True)
class _Pending:
    outgoing: Outgoing
    sends: int
    deadline_ms: int


class AckLedger:
    """Messages of one socket that await an ACK: three sends, 2 s apart, then the socket is degraded.

    A new socket gets a new ledger; the backfill or the snapshot covers what the old one left unacknowledged.
    """

    def __init__(self) -> None:
        self.degraded = False
        self._pending: dict[str, _Pending] = {}
        self._given_up: set[str] = set()

    def sent(self, ack_id: str, outgoing: Outgoing, now_ms: int) -> None:
        """Note the first send of a message that needs an ACK."""
        self._pending[ack_id] = _Pending(outgoing, sends=1, deadline_ms=now_ms + ACK_TIMEOUT_MS)

    def received(self, ack_id: str) -> bool:
        """Register an ACK; True if it ends the degraded state of the socket.

        A late ACK counts; a duplicate or unknown one does not.
        """
        if self._pending.pop(ack_id, None) is None and ack_id not in self._given_up:
            return False
        self._given_up.clear()
        recovered, self.degraded = self.degraded, False
        return recovered

    def round_trip_ms(self, ack_id: str, now_ms: int) -> int | None:
        """Round-trip time of an ACK that arrives now; None if its message was resent or is unknown."""
        pending = self._pending.get(ack_id)
        if pending is None or pending.sends > 1:
            return None
        return now_ms - (pending.deadline_ms - ACK_TIMEOUT_MS)

    def due(self, now_ms: int) -> tuple[list[Outgoing], bool]:
        """The messages to resend at ``now_ms``, oldest first, and whether the socket has just become degraded."""
        again: list[Outgoing] = []
        became_degraded = False
        for name, pending in list(self._pending.items()):
            if pending.deadline_ms > now_ms:
                continue
            if pending.sends < ACK_SENDS:
                pending.sends += 1
                pending.deadline_ms = now_ms + ACK_TIMEOUT_MS
                again.append(pending.outgoing)
                continue
            del self._pending[name]
            self._given_up.add(name)
            became_degraded = became_degraded or not self.degraded
            self.degraded = True
        return again, became_degraded

    def next_deadline_ms(self) -> int | None:
        """The time of the next resend or give-up; None without unacknowledged messages."""
        return min((pending.deadline_ms for pending in self._pending.values()), default=None)

    def clear(self) -> None:
        """Forget everything; the socket is closed."""
        self.degraded = False
        self._pending.clear()
        self._given_up.clear()
