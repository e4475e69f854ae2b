"""What a run measured, as numbers to keep and as lines to read."""

import math
from collections.abc import Sequence

import msgspec


class Report(msgspec.Struct, frozen=True):
    """One run. Latencies are from just before a swipe is sent to its result at each of the room's sockets."""

    rooms: int
    sockets: int
    seconds: float
    connects_per_s: float
    connect_p95_ms: float
    delivered_per_s: float
    swipes: int
    swipe_p50_ms: float
    swipe_p95_ms: float
    swipe_p99_ms: float
    swipe_max_ms: float
    server_cpu_percent: float
    server_cpu_us_per_message: float
    generator_cpu_percent: float
    server_rss_mib: float
    server_rss_kib_per_socket: float
    errors: dict[str, int]

    def lines(self) -> list[str]:
        """The report for a terminal."""
        rows = [
            ("rooms × sockets", f"{self.rooms} × {self.sockets // self.rooms} = {self.sockets}"),
            ("measured", f"{self.seconds:.0f} s, {self.swipes} swipes"),
            ("connecting", f"{self.connects_per_s:.0f} sockets/s, p95 {self.connect_p95_ms:.0f} ms each"),
            ("delivered", f"{self.delivered_per_s:.0f} messages/s"),
            (
                "swipe → each phone",
                f"p50 {self.swipe_p50_ms:.2f}  p95 {self.swipe_p95_ms:.2f}  p99 {self.swipe_p99_ms:.2f}  "
                f"max {self.swipe_max_ms:.2f} ms",
            ),
            (
                "server CPU",
                f"{self.server_cpu_percent:.0f} %, {self.server_cpu_us_per_message:.1f} µs a message delivered",
            ),
            ("server memory", f"{self.server_rss_mib:.0f} MiB, {self.server_rss_kib_per_socket:.1f} KiB a socket"),
            ("load generator CPU", f"{self.generator_cpu_percent:.0f} %"),
            ("errors", "0" if not self.errors else "; ".join(f"{n} × {what}" for what, n in self.errors.items())),
        ]
        width = max(len(name) for name, _ in rows)
        return [f"{name:<{width}}  {value}" for name, value in rows]

    def as_json(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self)) + b"\n"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` (0 to 1) of all ``values`` do not exceed; NaN without values."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(len(values) * share) - 1)]
