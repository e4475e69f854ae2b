"""Servers that have done the same job, and what PartyFlow takes of the CPU that each took."""

import msgspec

from bench.report import Report

OURS = "PartyFlow"
BARS = {"Node ws": 1.5, "stock Channels": 0.2}
"""PartyFlow may use at most so many times the CPU of theirs for a delivery."""


class Comparison(msgspec.Struct, frozen=True):
    """Runs with the same load, by server."""

    command: str
    rooms: int
    reports: dict[str, Report]

    def lines(self) -> list[str]:
        """The comparison for a terminal."""
        width = max(len(name) for name in self.reports)
        lines = [f"{'':<{width}}  CPU µs a delivery  p95 ms  KiB a socket  PartyFlow takes"]
        for name, report in self.reports.items():
            times = ratio(self, name)
            told = "" if times is None else f"{times:.2f} ×"
            bar = f" (bar {BARS[name]})" if told and name in BARS else ""
            lines.append(
                f"{name:<{width}}  {report.cpu_us_per_delivery:17.1f}  {report.latency.p95:6.1f}  "
                f"{report.memory.per_socket:12.1f}  {told}{bar}"
            )
        return lines

    def as_json(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self)) + b"\n"


def ratio(comparison: Comparison, name: str) -> float | None:
    """PartyFlow's CPU for a delivery over that of ``name``; None for itself, or if it was not measured."""
    ours, theirs = comparison.reports.get(OURS), comparison.reports[name]
    if ours is None or ours is theirs:
        return None
    return ours.cpu_us_per_delivery / theirs.cpu_us_per_delivery
