"""The cost of play against the number of rooms, as a small SVG."""

import math
from collections.abc import Callable, Sequence
from html import escape

from bench.report import Report

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 60, 20, 44, 46
GAP = 70
COLOURS = ("#1f6feb", "#d1570c", "#2a8f4f", "#8250df")

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.axis, .grid { stroke: #57606a; stroke-width: 1 }
.grid { stroke-opacity: .25 }
polyline { fill: none; stroke-width: 2.5 }
"""


def plot(reports: Sequence[Report]) -> str:
    """Two panels side by side: CPU a delivery and the 95th percentile of a swipe, a line for each number of workers."""
    lines: dict[str, list[Report]] = {}
    for report in sorted(reports, key=lambda report: report.rooms):
        lines.setdefault(report.what, []).append(report)
    width = (WIDTH - LEFT - RIGHT - GAP) / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-label="CPU a delivery and latency of a swipe against the number of rooms">',
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    parts += panel(lines, "server CPU, µs a delivery", LEFT, width, lambda report: report.cpu_us_per_delivery)
    parts += panel(lines, "swipe → each phone, p95 in ms", LEFT + width + GAP, width, lambda report: report.latency.p95)
    parts += legend(list(lines))
    return "\n".join([*parts, "</svg>", ""])


def panel(
    lines: dict[str, list[Report]], title: str, left: float, width: float, value: Callable[[Report], float]
) -> list[str]:
    """One diagram: rooms on a logarithmic scale, values from zero."""
    bottom = HEIGHT - BOTTOM
    parts = [f'<text class="title" x="{left:.0f}" y="{TOP - 22}">{escape(title)}</text>']
    rooms = sorted({report.rooms for runs in lines.values() for report in runs})
    if not rooms:
        return parts
    step = tidy_step(max(value(report) for runs in lines.values() for report in runs))
    top_value = step * math.ceil(max(value(report) for runs in lines.values() for report in runs) / step)
    low, high = math.log(rooms[0]), math.log(rooms[-1])

    def x(count: int) -> float:
        return left + (width * (math.log(count) - low) / (high - low) if high > low else width / 2)

    def y(number: float) -> float:
        return bottom - (bottom - TOP) * number / top_value

    for tick in range(round(top_value / step) + 1):
        at, label = y(tick * step), f"{tick * step:g}"
        parts.append(f'<line class="grid" x1="{left:.0f}" x2="{left + width:.0f}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text x="{left - 8:.0f}" y="{at + 4:.1f}" text-anchor="end">{label}</text>')
    parts.append(f'<line class="axis" x1="{left:.0f}" x2="{left + width:.0f}" y1="{bottom}" y2="{bottom}"/>')
    for count in rooms:
        parts.append(f'<text x="{x(count):.1f}" y="{bottom + 17}" text-anchor="middle">{count:,}</text>')
    for colour, runs in zip(COLOURS, lines.values(), strict=False):
        points = [(x(report.rooms), y(value(report))) for report in runs]
        told = " ".join(f"{across:.1f},{up:.1f}" for across, up in points)
        parts.append(f'<polyline stroke="{colour}" points="{told}"/>')
        parts += [f'<circle cx="{across:.1f}" cy="{up:.1f}" r="3.5" fill="{colour}"/>' for across, up in points]
    return parts


def legend(names: Sequence[str]) -> list[str]:
    """Which colour is which, under the diagrams."""
    parts = [f'<text x="{LEFT}" y="{HEIGHT - 8}">rooms of 7 sockets;</text>']
    for place, (colour, name) in enumerate(zip(COLOURS, names, strict=False)):
        left = LEFT + 150 + place * 240
        parts.append(f'<circle cx="{left}" cy="{HEIGHT - 12}" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{left + 10}" y="{HEIGHT - 8}">{escape(name)}</text>')
    return parts


def tidy_step(highest: float) -> float:
    """A distance between grid lines of 1, 2 or 5 times a power of ten: three to eight of them up to ``highest``."""
    if highest <= 0:
        return 1.0
    rough = highest / 5
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
