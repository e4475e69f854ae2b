"""What a run measured, as numbers to keep and as lines to read."""

import math
from collections.abc import Sequence

import msgspec

KIB = 2**10
MIB = 2**20


class Latency(msgspec.Struct, frozen=True):
    """From just before a swipe is sent to its result at each socket of the room, in milliseconds."""

    p50: float
    p95: float
    p99: float
    max: float


class Usage(msgspec.Struct, frozen=True):
    """One worker, or one server beside the workers. 100 % is one CPU."""

    cpu_percent: float
    rss_mib: float


class Connecting(msgspec.Struct, frozen=True):
    """How fast the sockets came in, and how long one took from its TCP connection to ``CONNECTED``."""

    per_s: float
    p95_ms: float


class Memory(msgspec.Struct, frozen=True):
    """What the workers grew by, in KiB: by a room in play with all its sockets, and by one more player at the door."""

    per_room: float
    per_socket: float
    """A seventh of it: what the room itself takes is in it."""
    per_player: float


class Redis(msgspec.Struct, frozen=True):
    """What went over the wire to and from Redis, and how long changes waited until it had them (as histograms know)."""

    written_per_s: float
    read_per_s: float
    lag_p50_ms: float | None
    lag_p99_ms: float | None


class Storm(msgspec.Struct, frozen=True):
    """All sockets cut at once: seconds until each had ``RECONNECTED``, and until each heard the clock again.

    ``retried`` sockets were turned away at first.
    """

    sockets: int
    back_p50_s: float
    back_max_s: float
    playing_max_s: float
    retried: int
    refusals: dict[str, int]


class Joins(msgspec.Struct, frozen=True):
    """Sockets that came in anew while the others played."""

    per_s: float
    p95_ms: float


class Report(msgspec.Struct, frozen=True):
    """One run. CPU a delivery is the workers', user and system, divided by the messages that arrived."""

    command: str
    what: str
    rooms: int
    sockets: int
    seconds: float
    connecting: Connecting
    delivered_per_s: float
    bytes_per_delivery: float
    swipes: int
    latency: Latency
    servers: dict[str, Usage]
    infrastructure: dict[str, Usage]
    cpu_us_per_delivery: float
    memory: Memory
    generators: int
    generator_cpu_percent: float
    errors: dict[str, int]
    redis: Redis | None = None
    storm: Storm | None = None
    joins: Joins | None = None

    @property
    def cpu_percent(self) -> float:
        """Of all workers together."""
        return sum(usage.cpu_percent for usage in self.servers.values())

    def lines(self) -> list[str]:
        """The report for a terminal."""
        rows = [
            ("", f"{self.what}: {self.rooms} rooms × {self.sockets // self.rooms} = {self.sockets} sockets"),
            ("measured", f"{self.seconds:.0f} s, {self.swipes} swipes"),
            ("connecting", f"{self.connecting.per_s:.0f} sockets/s, p95 {self.connecting.p95_ms:.0f} ms each"),
            ("delivered", f"{self.delivered_per_s:.0f} messages/s of {self.bytes_per_delivery:.0f} bytes"),
            ("swipe → each phone", _latency(self.latency)),
            ("CPU", f"{self.cpu_us_per_delivery:.1f} µs a delivery; {_each(self.servers, 'cpu_percent', '%')}"),
            ("memory", f"{_memory(self.memory)}; {_each(self.servers, 'rss_mib', 'MiB')}"),
        ]
        if self.infrastructure:
            cpu, rss = _each(self.infrastructure, "cpu_percent", "%"), _each(self.infrastructure, "rss_mib", "MiB")
            rows.append(("beside it", f"{cpu}; {rss}"))
        if self.redis is not None:
            rows.append(("Redis", _redis(self.redis)))
        if self.joins is not None:
            rows.append(("joining meanwhile", f"{self.joins.per_s:.0f} sockets/s, p95 {self.joins.p95_ms:.0f} ms each"))
        if self.storm is not None:
            rows.append(("reconnect storm", _storm(self.storm)))
        rows.append(("load generator", f"{self.generators} process(es), {self.generator_cpu_percent:.0f} % CPU"))
        rows.append(("errors", listed(self.errors)))
        width = max(len(name) for name, _ in rows)
        return [f"{name:<{width}}  {value}" for name, value in rows]

    def as_json(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self)) + b"\n"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` (0 to 1) of all ``values`` do not exceed; NaN without values."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(len(values) * share) - 1)]


def latency(values_s: Sequence[float]) -> Latency:
    """The latencies of a run, given in seconds."""
    ordered = sorted(values_s)
    p50, p95, p99 = (round(percentile(ordered, share) * 1e3, 2) for share in (0.5, 0.95, 0.99))
    return Latency(p50, p95, p99, round(ordered[-1] * 1e3, 2) if ordered else math.nan)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """How much y grows where x grows by 1: the line of least squares. NaN without two different x."""
    count = len(points)
    mean_x, mean_y = (sum(values) / count for values in zip(*points, strict=True)) if count else (0.0, 0.0)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else math.nan


def listed(counted: dict[str, int]) -> str:
    """Counts by name; 0 if there are none."""
    return "; ".join(f"{count} × {what}" for what, count in counted.items()) or "0"


def _latency(found: Latency) -> str:
    return f"p50 {found.p50:.1f}  p95 {found.p95:.1f}  p99 {found.p99:.1f}  max {found.max:.1f} ms"


def _each(usages: dict[str, Usage], field: str, unit: str) -> str:
    values = {name: getattr(usage, field) for name, usage in usages.items()}
    text = ", ".join(f"{name} {value:.0f}" for name, value in values.items())
    total = f" = {sum(values.values()):.0f}" if len(values) > 1 else ""
    return f"{text}{total} {unit}"


def _memory(memory: Memory) -> str:
    socket = f"{memory.per_socket:.1f} KiB a socket with its share of the room"
    return f"{memory.per_room:.0f} KiB a room, {socket}, {memory.per_player:.1f} KiB a player more"


def _redis(redis: Redis) -> str:
    traffic = f"{redis.written_per_s / KIB:.0f} KiB/s written, {redis.read_per_s / KIB:.0f} KiB/s read"
    if redis.lag_p50_ms is None:
        return traffic
    return f"{traffic}; a change is there within {redis.lag_p50_ms:.0f} ms (half), {redis.lag_p99_ms:.0f} ms (99 %)"


def _storm(storm: Storm) -> str:
    return (
        f"{storm.sockets} sockets; half back after {storm.back_p50_s:.1f} s, all after {storm.back_max_s:.1f} s, all "
        f"playing after {storm.playing_max_s:.1f} s; {storm.retried} tried more than once"
    )
