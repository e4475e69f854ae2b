"""What an operator may want to know, counted in plain numbers and read when somebody asks (Prometheus text)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


@dataclass(slots=True)
class Counters:
    """Counted since this process started."""

    messages_in: int = 0
    messages_out: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    closes: Counter[int] = field(default_factory=Counter)
    rooms_created: int = 0
    rooms_restored: int = 0
    writes: int = 0
    write_failures: int = 0
    writes_refused: int = 0
    acks_given_up: int = 0


counters = Counters()


class Gauges(Protocol):
    """What stands in the registry right now."""

    @property
    def room_count(self) -> int:
        """Live rooms."""

    @property
    def socket_count(self) -> int:
        """Sockets in them."""

    @property
    def unsaved_count(self) -> int:
        """Rooms that are yet to be written."""

    @property
    def write_lag_s(self) -> float:
        """How long the oldest of them has been waiting."""

    @property
    def is_redis_up(self) -> bool:
        """Whether the last attempt to reach Redis succeeded."""


class RoomsCollector(Collector):
    """The rooms of this process."""

    def __init__(self, gauges: Callable[[], Gauges]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        """All figures as they are now."""
        yield from self._standing()
        yield from self._counted()

    def _standing(self) -> Iterator[Metric]:
        now = self._gauges()
        for name, text, value in (
            ("rooms", "Rooms in memory.", now.room_count),
            ("sockets", "Sockets in a room.", now.socket_count),
            ("unsaved_rooms", "Rooms that Redis does not have as they are.", now.unsaved_count),
            ("write_lag_seconds", "How long the oldest unsaved room has been waiting.", now.write_lag_s),
            ("redis_up", "1 while Redis answers.", int(now.is_redis_up)),
        ):
            yield GaugeMetricFamily(f"partyflow_{name}", text, value=value)

    def _counted(self) -> Iterator[Metric]:
        for name, text, value in (
            ("messages_received", "Messages from clients.", counters.messages_in),
            ("messages_sent", "Messages to clients.", counters.messages_out),
            ("rooms_created", "Rooms made.", counters.rooms_created),
            ("rooms_restored", "Rooms read back from Redis.", counters.rooms_restored),
            ("room_writes", "Rooms written to Redis.", counters.writes),
            ("room_write_failures", "Attempts to write that failed.", counters.write_failures),
            ("room_writes_refused", "Writes that a newer state kept out.", counters.writes_refused),
            ("acks_given_up", "Messages that were sent three times and not acknowledged.", counters.acks_given_up),
        ):
            yield CounterMetricFamily(f"partyflow_{name}", text, value=value)
        errors = CounterMetricFamily("partyflow_errors_sent", "ERROR messages by code.", labels=["code"])
        for code, count in sorted(counters.errors.items()):
            errors.add_metric([code], count)
        yield errors
        closes = CounterMetricFamily("partyflow_sockets_closed", "Sockets closed by the server.", labels=["code"])
        for close, count in sorted(counters.closes.items()):
            closes.add_metric([str(close)], count)
        yield closes


def text(gauges: Callable[[], Gauges]) -> bytes:
    """Everything in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(RoomsCollector(gauges))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return generate_latest(registry)
