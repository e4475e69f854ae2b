"""``python -m bench.results_document``: put the kept figures into docs/benchmarks.md, and draw the plot beside it.

Figures are kept as JSON in docs/benchmarks/, one file a run. In the document each table stands between two comments
that name it; what is between them is written anew, everything else is left alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bench.churn_memory import ChurnReport
from bench.launcher import ROOT
from bench.peers.comparison import BARS, Comparison, ratio
from bench.plot import plot
from bench.report import KIB, MIB, Report, listed, slope

RESULTS = ROOT / "bench" / "results"
KEPT = ROOT / "docs" / "benchmarks"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
PLOT = KEPT / "cost.svg"

T = TypeVar("T")


def keep(figures: bytes, name: str, in_docs: bool) -> None:
    """Store the figures of a run under its name; with ``in_docs`` in the documentation too."""
    for directory in (RESULTS, KEPT) if in_docs else (RESULTS,):
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"{name}.json").write_bytes(figures)
    if in_docs:
        write()


def write() -> None:
    """Bring the document and the plot up to date with the figures that are kept."""
    loads = sorted(read(KEPT, "load", Report), key=lambda report: (len(report.servers), report.rooms))
    tables = {
        "play": play(loads),
        "room": room(loads),
        "storm": storm(loads),
        "relay": relay([*read(KEPT, "straight", Report), *read(KEPT, "relayed", Report)]),
        "joins": joins(read(KEPT, "joins", Report)),
        "churn": churn(read(KEPT, "churn", ChurnReport)),
        "peers": peers(read(KEPT, "peers", Comparison)),
    }
    KEPT.mkdir(exist_ok=True)
    DOCUMENT.write_text(fill(DOCUMENT.read_text(), tables))
    PLOT.write_text(plot(loads))


def read(directory: Path, kind: str, type_: type[T]) -> list[T]:
    """All kept runs of a kind."""
    return [
        msgspec.json.decode(path.read_bytes(), type=type_, strict=False)
        for path in sorted(directory.glob(f"{kind}-*.json"))
    ]


def fill(text: str, tables: Mapping[str, str]) -> str:
    """``text`` with each table between its comments. Raises LookupError for a table that has no place."""
    for name, table in tables.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end {name} -->"
        before, found, rest = text.partition(begin)
        _, found_end, after = rest.partition(end)
        if not found or not found_end:
            raise LookupError(f"the document has no place for the table {name!r}")
        text = f"{before}{begin}{table}{end}{after}"
    return text


def table(head: Sequence[str], rows: Iterable[Sequence[object]], commands: Iterable[str] = ()) -> str:
    """A table, and the commands that print its figures; "Not measured yet." without rows."""
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    if not lines:
        return "\nNot measured yet.\n\n"
    told = "\n".join(dict.fromkeys(commands))
    command = f"\n```\n{told}\n```\n" if told else ""
    return "\n".join([command, f"| {' | '.join(head)} |", "| " + "--: | " * len(head), *lines, "", ""]).replace(
        "| \n", "|\n"
    )


# The tables


def play(reports: Sequence[Report]) -> str:
    head = ["workers", "rooms", "sockets", "deliveries/s", "p50 ms", "p95", "p99", "max", "CPU µs a delivery",
            "workers' CPU", "nginx", "Valkey", "generator", "errors"]  # fmt: skip
    rows = [
        (
            workers(report), f"{report.rooms:,}", f"{report.sockets:,}", f"{report.delivered_per_s:,.0f}",
            report.latency.p50, report.latency.p95, report.latency.p99, report.latency.max, report.cpu_us_per_delivery,
            f"{report.cpu_percent:.0f} %", beside(report, "nginx"), beside(report, "redis"),
            f"{report.generator_cpu_percent:.0f} %", listed(report.errors),
        )
        for report in reports
    ]  # fmt: skip
    return table(head, rows, (report.command for report in reports))


def room(reports: Sequence[Report]) -> str:
    head = ["workers", "rooms", "connects/s", "p95 ms each", "RSS in all", "KiB a room", "KiB a socket, room included",
            "KiB a player more", "to Redis", "there within (50, 99 %)"]  # fmt: skip
    rows = [
        (
            workers(report), f"{report.rooms:,}", f"{report.connecting.per_s:,.0f}", report.connecting.p95_ms,
            f"{sum(usage.rss_mib for usage in report.servers.values()):.0f} MiB", report.memory.per_room,
            report.memory.per_socket, report.memory.per_player, *to_redis(report),
        )
        for report in reports
    ]  # fmt: skip
    return table(head, rows)


def storm(reports: Sequence[Report]) -> str:
    head = ["workers", "sockets cut", "half back after", "all back after", "all playing after", "tried more than once"]
    rows = [
        (
            workers(report), f"{found.sockets:,}", f"{found.back_p50_s:.1f} s", f"{found.back_max_s:.1f} s",
            f"{found.playing_max_s:.1f} s", found.retried,
        )
        for report in reports
        if (found := report.storm) is not None
    ]  # fmt: skip
    return table(head, rows)


def relay(reports: Sequence[Report]) -> str:
    head = ["", "rooms", "p50 ms", "p95", "p99", "max", "CPU µs a delivery", "workers' CPU", "Valkey", "errors"]
    rows = [
        (
            report.what.rpartition(", ")[2], report.rooms, report.latency.p50, report.latency.p95, report.latency.p99,
            report.latency.max, report.cpu_us_per_delivery, f"{report.cpu_percent:.0f} %", beside(report, "redis"),
            listed(report.errors),
        )
        for report in reports
    ]  # fmt: skip
    return table(head, rows, (report.command for report in reports))


def joins(reports: Sequence[Report]) -> str:
    head = ["workers", "rooms in play", "sockets/s that come in", "p95 ms each", "swipe p50 ms", "p95", "p99", "errors"]
    rows = [
        (
            workers(report), f"{report.rooms:,}", found.per_s, found.p95_ms, report.latency.p50, report.latency.p95,
            report.latency.p99, listed(report.errors),
        )
        for report in reports
        if (found := report.joins) is not None
    ]  # fmt: skip
    return table(head, rows, (report.command for report in reports))


def churn(reports: Sequence[ChurnReport]) -> str:
    head = ["", "rooms", "minutes", "what happened", "RSS MiB, begin", "end", "KiB a minute", "errors"]
    rows = [
        (
            report.what, report.rooms, f"{report.minutes:.0f}",
            ", ".join(f"{count:,} × {what}" for what, count in sorted(report.happened.items())),
            *(f"{mib:.1f}" for mib in report.begin_and_end_mib), f"{slope(report.calm) * MIB / KIB:+.1f}",
            listed(report.errors),
        )
        for report in reports
    ]  # fmt: skip
    return table(head, rows, (report.command for report in reports))


def peers(comparisons: Sequence[Comparison]) -> str:
    head = [
        "",
        "rooms",
        "CPU µs a delivery",
        "PartyFlow takes",
        "p95 ms",
        "KiB a socket, room included",
        "connects/s",
        "errors",
    ]
    rows: list[tuple[Any, ...]] = []
    for comparison in sorted(comparisons, key=lambda found: found.rooms):
        for name, report in comparison.reports.items():
            times = ratio(comparison, name)
            bar = f" (bar {BARS[name]})" if times is not None and name in BARS else ""
            rows.append(
                (
                    name, report.rooms, report.cpu_us_per_delivery, "" if times is None else f"{times:.2f} ×{bar}",
                    report.latency.p95, report.memory.per_socket, f"{report.connecting.per_s:,.0f}",
                    listed(report.errors),
                )
            )  # fmt: skip
    return table(head, rows, (comparison.command for comparison in comparisons))


def workers(report: Report) -> str:
    """How many, and whether nginx stands before them."""
    return f"{len(report.servers)} behind nginx" if "nginx" in report.infrastructure else f"{len(report.servers)}"


def beside(report: Report, name: str) -> str:
    """The CPU of a part of the infrastructure."""
    found = report.infrastructure.get(name)
    return "" if found is None else f"{found.cpu_percent:.0f} %"


def to_redis(report: Report) -> tuple[str, str]:
    """What is written there, and how long it takes."""
    found = report.redis
    if found is None or found.lag_p50_ms is None:
        return "", ""
    return f"{found.written_per_s / KIB:,.0f} KiB/s", f"{found.lag_p50_ms:.0f}, {found.lag_p99_ms:.0f} ms"


if __name__ == "__main__":
    write()
