"""What processes use: CPU time, memory, and what goes over the wire to Redis."""

import contextlib
import http.client
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import redis

from bench.client_socket import Door
from bench.topologies import Processes

TIMEOUT_S = 5.0

_SAMPLE = re.compile(r"^partyflow_(\w+)(\{.*\})? (\S+)$", re.MULTILINE)
_BOUND = re.compile(r'le="([^"]+)"')


def cpu_s(processes: Processes) -> dict[str, float]:
    """CPU seconds, user and system, that each group of processes has used so far."""
    return {name: sum(sum(process.cpu_times()[:2]) for process in group) for name, group in processes.items()}


def rss_bytes(processes: Processes) -> dict[str, int]:
    """Resident memory of each group."""
    return {name: sum(process.memory_info().rss for process in group) for name, group in processes.items()}


@dataclass(frozen=True, slots=True)
class RedisTraffic:
    """Bytes that Redis has received and sent, over all its connections."""

    received: int
    sent: int


def redis_traffic(url: str | None) -> RedisTraffic:
    """As Redis itself counts; zeros without one."""
    if url is None:
        return RedisTraffic(0, 0)
    with contextlib.closing(redis.Redis.from_url(url, socket_timeout=TIMEOUT_S)) as client:
        stats = client.info("stats")
    return RedisTraffic(stats["total_net_input_bytes"], stats["total_net_output_bytes"])


class Metrics:
    """What a worker's ``/metrics`` says, by name without prefix and labels in Prometheus' notation."""

    def __init__(self, text: str) -> None:
        self._samples = [(found[1], found[2] or "", float(found[3])) for found in _SAMPLE.finditer(text)]

    def total(self, name: str) -> float:
        """The figure, added up over its labels. Raises LookupError if there is none of that name."""
        values = [value for own, _, value in self._samples if own == name]
        if not values:
            raise LookupError(f"/metrics does not tell {name}")
        return sum(values)

    def buckets(self, name: str) -> dict[float, float]:
        """A histogram: upper bound → how many were at most that."""
        return {
            float(found[1]): value
            for own, labels, value in self._samples
            if own == f"{name}_bucket" and (found := _BOUND.search(labels)) is not None
        }


def metrics(door: Door) -> Metrics:
    """Ask one worker."""
    connection = http.client.HTTPConnection(door.host, door.port, timeout=TIMEOUT_S)
    with contextlib.closing(connection):
        connection.request("GET", "/metrics")
        return Metrics(connection.getresponse().read().decode())


def saves(doors: Sequence[Door]) -> Counter[float]:
    """How long changes waited for Redis to have them, over all workers: upper bound in seconds → how many."""
    total: Counter[float] = Counter()
    for door in doors:
        total.update(metrics(door).buckets("save_seconds"))
    return total


def bound_of_share(buckets: Mapping[float, float], share: float) -> float:
    """The smallest upper bound under which at least ``share`` (0 to 1) of a histogram lies; NaN if it is empty."""
    count = buckets.get(math.inf, 0.0)
    if not count:
        return math.nan
    return min(bound for bound, below in buckets.items() if below >= share * count)
