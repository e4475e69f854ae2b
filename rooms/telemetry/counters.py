"""What is counted while the process runs: plain numbers, for the way of a message has no time for more.

`rooms.web.prometheus` tells them to whoever asks.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

BOUNDS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""The upper ends of a histogram's buckets; one more takes the rest."""

UNREADABLE = "unreadable"
EXCESS = "excess"
"""What stands for the type of a message that could not be read, and of one that was one too many."""

RECONNECT_OUTCOMES = ("backfill", "snapshot", "expired", "refused")


class Histogram:
    """How often something took how long, by buckets."""

    __slots__ = ("counts", "sum_s")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.sum_s = 0.0

    def observe(self, duration_s: float) -> None:
        """Count one duration."""
        self.counts[bisect_left(BOUNDS_S, duration_s)] += 1
        self.sum_s += duration_s

    def cumulative(self) -> list[tuple[str, int]]:
        """Prometheus' buckets: an upper end, and how many were not above it."""
        told, total = [], 0
        for bound, count in zip((*map(str, BOUNDS_S), "+Inf"), self.counts, strict=True):
            total += count
            told.append((bound, total))
        return told


@dataclass(slots=True)
class Counters:
    """Counted since this process started; what ends in ``open`` goes down again."""

    received: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    closes: Counter[int] = field(default_factory=Counter)
    reconnects: Counter[str] = field(default_factory=Counter)
    requests: Counter[int] = field(default_factory=Counter)
    sockets_open: int = 0
    sockets_opened: int = 0
    slow_readers: int = 0
    acks_resent: int = 0
    acks_given_up: int = 0
    rate_limited: Counter[str] = field(default_factory=Counter)
    rooms_created: int = 0
    rooms_restored: int = 0
    games_ended: int = 0
    writes: int = 0
    write_failures: int = 0
    writes_refused: int = 0
    takeovers: int = 0
    handovers: int = 0
    relayed: int = 0
    relayed_open: int = 0
    relays_broken: int = 0
    transition: Histogram = field(default_factory=Histogram)
    delivery: Histogram = field(default_factory=Histogram)
    round_trip: Histogram = field(default_factory=Histogram)
    request: Histogram = field(default_factory=Histogram)
    save: Histogram = field(default_factory=Histogram)
    loop_lag: Histogram = field(default_factory=Histogram)


counters = Counters()
