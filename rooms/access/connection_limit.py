"""Connection limit: how many sockets one client may have open at one worker."""

from collections import Counter

from rooms.access.client_key import UNKNOWN_CLIENT
from rooms.telemetry.counters import counters

NAME = "sockets"
MAX_SOCKETS_PER_CLIENT = 250
"""Per worker, for it is the worker's memory that sockets take up."""


class ConnectionLimit:
    """The open sockets of this worker by client key."""

    def __init__(self, is_on: bool) -> None:
        self._is_on = is_on
        self._open: Counter[str] = Counter()

    def acquire(self, client_key: str) -> bool:
        """Count a socket, which must `release` at its end; False if its client has too many already."""
        self._open[client_key] += 1
        if not self._is_on or client_key == UNKNOWN_CLIENT or self._open[client_key] <= MAX_SOCKETS_PER_CLIENT:
            return True
        counters.rate_limited[NAME] += 1
        return False

    def release(self, client_key: str) -> None:
        """Count down: a socket has ended."""
        self._open[client_key] -= 1
        if self._open[client_key] <= 0:
            del self._open[client_key]
