"""What the sockets of one process saw, in numbers that can be sent to another process and added up."""

from array import array
from collections import Counter
from dataclasses import dataclass, field


def _seconds() -> "array[float]":
    return array("d")


@dataclass(slots=True)
class SocketStats:
    """Counted since `start`. ``latencies_s`` is from just before a swipe is sent to its result at each phone.

    Errors are kept from the beginning, whenever they happened.
    """

    is_counting: bool = False
    delivered: int = 0
    bytes: int = 0
    sent: int = 0
    swipes: int = 0
    late_swipes: int = 0
    latencies_s: "array[float]" = field(default_factory=_seconds)
    connect_s: "array[float]" = field(default_factory=_seconds)
    errors: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    """Why sockets that came back had to try again."""

    def start(self) -> None:
        """Count anew from now on."""
        self.delivered = self.bytes = self.sent = self.swipes = self.late_swipes = 0
        self.latencies_s, self.connect_s = _seconds(), _seconds()
        self.is_counting = True

    def add(self, other: "SocketStats") -> None:
        """Take in what another process has counted."""
        self.delivered += other.delivered
        self.bytes += other.bytes
        self.sent += other.sent
        self.swipes += other.swipes
        self.late_swipes += other.late_swipes
        self.latencies_s.extend(other.latencies_s)
        self.connect_s.extend(other.connect_s)
        self.errors.update(other.errors)
        self.refusals.update(other.refusals)
