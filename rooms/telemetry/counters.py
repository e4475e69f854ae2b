"""Counters of this process: plain integers, cheap on the hot path; exported by `rooms.web.prometheus`."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

BOUNDS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds of a histogram's buckets; one more bucket takes the rest."""

UNREADABLE = "unreadable"
EXCESS = "excess"
"""Labels instead of the type for messages that could not be parsed, and for those over the rate limit."""

RECONNECT_OUTCOMES = ("backfill", "snapshot", "expired", "refused")


class Histogram:
    """Durations by buckets."""

    __slots__ = ("counts", "sum_s")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.sum_s = 0.0

    def observe(self, duration_s: float) -> None:
        """Count one duration."""
        self.counts[bisect_left(BOUNDS_S, duration_s)] += 1
        self.sum_s += duration_s

    def cumulative(self) -> list[tuple[str, int]]:
        """Prometheus' buckets: upper bounds, and how many durations were not above them."""
        buckets, total = [], 0
        for bound, count in zip((*map(str, BOUNDS_S), "+Inf"), self.counts, strict=True):
            total += count
            buckets.append((bound, total))
        return buckets


@dataclass(slots=True)
class Counters:
    """Totals since this process started, but for gauges, which end in ``open``."""

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
