"""What somebody who comes back is given, by how long they were away (§3.2, §3.4)."""

from enum import Enum, auto

from rooms.protocol.limits import GRACE_MS, LOST_MS


class Outcome(Enum):
    """How a ``RECONNECT`` goes on."""

    BACKFILL = auto()
    """Every missed event, and the state."""
    SNAPSHOT = auto()
    """The state alone."""
    EXPIRED = auto()
    """The session has to be joined anew."""


def decide(away_ms: int, is_host: bool) -> Outcome:
    """The away-time rule: under 5 s backfill (the host up to 30 s), up to 30 s the state alone, then no more."""
    if away_ms > LOST_MS:
        return Outcome.EXPIRED
    if is_host or away_ms < GRACE_MS:
        return Outcome.BACKFILL
    return Outcome.SNAPSHOT
