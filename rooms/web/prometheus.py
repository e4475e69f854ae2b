"""Prometheus exposition of this process's metrics; `METRICS` lists them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as MetricFamily
from prometheus_client.registry import Collector

from gameplay.engine.states import RoomState
from rooms.access import connection_limit, rate_limits
from rooms.cluster.node import Node
from rooms.live.room import NORMAL_CLOSE
from rooms.protocol.catalogue import CLIENT, SERVER
from rooms.protocol.errors import CloseCode, ErrorCode
from rooms.protocol.versions import SUPPORTED
from rooms.telemetry.counters import EXCESS, RECONNECT_OUTCOMES, UNREADABLE, Counters, Histogram, counters

PREFIX = "partyflow_"
ROLES = ("host", "player", "spectator")
NO_ROOM = "none"
"""Role and version label of a socket outside any room: before the handshake or after the goodbye."""

Labels = tuple[str, ...]
Values = Mapping[Labels, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """One collection: gauges of rooms and sockets, and the process's counters."""

    node: Node
    counted: Counters
    rooms: Counter[str]
    sockets: Values
    degraded: int


class Metric(NamedTuple):
    """One metric. Where it is labelled, `read` gives a number for each combination."""

    kind: Literal["gauge", "counter", "histogram"]
    name: str
    text: str
    read: Callable[[Reading], float | Values | Histogram]
    labels: Labels = ()

    @property
    def full_name(self) -> str:
        """The exported name; a histogram's series add their suffixes to it."""
        return f"{PREFIX}{self.name}{'_total' if self.kind == 'counter' else ''}"


def collect_reading(node: Node) -> Reading:
    """Count rooms and sockets."""
    rooms = Counter({state.value: 0 for state in RoomState})
    sockets: Counter[Labels] = Counter({(role, str(version)): 0 for role in ROLES for version in SUPPORTED.versions()})
    degraded = here = 0
    for live in node.registry:
        rooms[live.room.state.value] += 1
        for connection in live.hub:
            here += connection.edge_worker is None
            sockets[connection.role, str(connection.version)] += 1
            degraded += connection.acks.degraded
    sockets[NO_ROOM, NO_ROOM] = max(0, counters.sockets_open - here - counters.relayed_open)
    return Reading(node, counters, rooms, sockets, degraded)


def by_label(values: Mapping[str, int] | Mapping[int, int], known: Iterable[str | int]) -> Values:
    """Values by one label; the ``known`` label values are exported from the start, as 0."""
    initial: dict[Labels, float] = {(str(key),): 0 for key in known}
    return initial | {(str(key),): count for key, count in values.items()}


METRICS = (
    Metric(
        "gauge",
        "worker_info",
        "Always 1. Which worker this is, and what it speaks.",
        lambda now: {(now.node.membership.name, str(SUPPORTED.server)): 1},
        ("worker", "protocol"),
    ),
    Metric("gauge", "draining", "1 while the worker is ending.", lambda now: int(now.node.is_draining)),
    Metric("gauge", "rooms", "Rooms in memory, by state.", lambda now: by_label(now.rooms, ()), ("state",)),
    Metric(
        "gauge",
        "sockets",
        "Sockets of those in rooms of this worker, at whichever worker they are, by role and protocol version; "
        f"`{NO_ROOM}` before the handshake and after the goodbye.",
        lambda now: now.sockets,
        ("role", "version"),
    ),
    Metric(
        "gauge",
        "relayed_sockets",
        "Open sockets here whose room is at another worker.",
        lambda now: now.counted.relayed_open,
    ),
    Metric("gauge", "degraded_sockets", "Sockets that have left three sends unacknowledged.", lambda now: now.degraded),
    Metric(
        "gauge",
        "unsaved_rooms",
        "Rooms that Redis does not have as they are.",
        lambda now: now.node.writer.unsaved_count,
    ),
    Metric(
        "gauge",
        "write_lag_seconds",
        "How long the oldest unsaved room has been waiting.",
        lambda now: now.node.writer.write_lag_s,
    ),
    Metric(
        "gauge",
        "unsaved_results",
        "Results of games that the database has not taken yet.",
        lambda now: len(now.node.results),
    ),
    Metric("gauge", "redis_up", "1 while Redis answers.", lambda now: int(now.node.writer.is_redis_up)),
    Metric(
        "counter",
        "messages_received",
        f"Messages from clients, by type; `{UNREADABLE}`, and `{EXCESS}` beyond what a socket may say.",
        lambda now: by_label(now.counted.received, (*CLIENT, UNREADABLE, EXCESS)),
        ("type",),
    ),
    Metric(
        "counter",
        "messages_sent",
        "Messages to clients, by type, one for each socket.",
        lambda now: by_label(now.counted.sent, SERVER),
        ("type",),
    ),
    Metric(
        "counter",
        "errors_sent",
        "Messages refused and sockets turned away, by the code of the `ERROR`.",
        lambda now: by_label(now.counted.errors, ErrorCode),
        ("code",),
    ),
    Metric(
        "counter",
        "rate_limited",
        "Requests and sockets refused because there was too much from their address, by limit.",
        lambda now: by_label(now.counted.rate_limited, (*rate_limits.NAMES, connection_limit.NAME)),
        ("limit",),
    ),
    Metric("counter", "sockets_opened", "Sockets accepted.", lambda now: now.counted.sockets_opened),
    Metric(
        "counter",
        "sockets_closed",
        "Sockets that the server closed, by code.",
        lambda now: by_label(now.counted.closes, (NORMAL_CLOSE, *map(int, CloseCode))),
        ("code",),
    ),
    Metric(
        "counter",
        "reconnects",
        "`RECONNECT` messages, by what came of them.",
        lambda now: by_label(now.counted.reconnects, RECONNECT_OUTCOMES),
        ("outcome",),
    ),
    Metric(
        "counter",
        "slow_readers_cut",
        "Sockets closed because too much lay unread.",
        lambda now: now.counted.slow_readers,
    ),
    Metric(
        "counter",
        "acks_resent",
        "Messages sent again because no ACK came within 2 s.",
        lambda now: now.counted.acks_resent,
    ),
    Metric(
        "counter",
        "acks_given_up",
        "Times that a socket became degraded: three sends, no ACK.",
        lambda now: now.counted.acks_given_up,
    ),
    Metric(
        "histogram",
        "transition_seconds",
        "From the beginning of a command to its last frame written.",
        lambda now: now.counted.transition,
    ),
    Metric(
        "histogram",
        "delivery_seconds",
        "From the arrival of a command in this process to the last frame that it caused.",
        lambda now: now.counted.delivery,
    ),
    Metric(
        "histogram",
        "round_trip_seconds",
        "From sending a message that needs an ACK to its ACK, over the network and back.",
        lambda now: now.counted.round_trip,
    ),
    Metric("histogram", "event_loop_lag_seconds", "How late the event loop is.", lambda now: now.counted.loop_lag),
    Metric("histogram", "save_seconds", "From a change in a room to Redis having it.", lambda now: now.counted.save),
    Metric("counter", "rooms_created", "Rooms made.", lambda now: now.counted.rooms_created),
    Metric("counter", "rooms_restored", "Rooms read back from Redis.", lambda now: now.counted.rooms_restored),
    Metric("counter", "takeovers", "Rooms taken from a worker that had died.", lambda now: now.counted.takeovers),
    Metric(
        "counter",
        "handovers",
        "Rooms let go for another worker to take, because this one ends or the other has their sockets.",
        lambda now: now.counted.handovers,
    ),
    Metric(
        "counter",
        "sockets_relayed",
        "Sockets that came here while their room is at another worker, and were led there.",
        lambda now: now.counted.relayed,
    ),
    Metric(
        "counter",
        "relays_broken",
        "Sockets led to another worker that had to come back because something on the way was lost.",
        lambda now: now.counted.relays_broken,
    ),
    Metric("counter", "games_ended", "Games that came to their results.", lambda now: now.counted.games_ended),
    Metric("counter", "room_writes", "Rooms written to Redis.", lambda now: now.counted.writes),
    Metric(
        "counter",
        "room_write_failures",
        "Times that Redis did not answer, or refused.",
        lambda now: now.counted.write_failures,
    ),
    Metric(
        "counter",
        "room_writes_refused",
        "Writes that a newer state, another worker's, kept out.",
        lambda now: now.counted.writes_refused,
    ),
    Metric(
        "counter",
        "http_responses",
        "Answers to HTTP requests, by status; probes, metrics and static files left out.",
        lambda now: by_label(now.counted.requests, ()),
        ("status",),
    ),
    Metric("histogram", "http_request_seconds", "From a request to its answer.", lambda now: now.counted.request),
)


class RoomsCollector(Collector):
    """Collector of this process's metrics."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def collect(self) -> Iterator[MetricFamily]:
        """All metrics as of now."""
        now = collect_reading(self._node)
        for metric in METRICS:
            yield _family(metric, metric.read(now))


def _family(metric: Metric, value: float | Values | Histogram) -> MetricFamily:
    name = PREFIX + metric.name
    if isinstance(value, Histogram):
        return HistogramMetricFamily(name, metric.text, buckets=value.cumulative(), sum_value=value.sum_s)
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = kind(name, metric.text, labels=metric.labels)
    for labels, number in (value if isinstance(value, Mapping) else {(): value}).items():
        family.add_metric(labels, number)
    return family


def text(node: Node) -> bytes:
    """All metrics in Prometheus' text format, with prometheus-client's process metrics."""
    collectors = CollectorRegistry()
    collectors.register(RoomsCollector(node))
    ProcessCollector(registry=collectors)
    PlatformCollector(registry=collectors)
    GCCollector(registry=collectors)
    return generate_latest(collectors)
