"""Event-loop latency."""

import asyncio
from time import perf_counter

from rooms.telemetry.counters import counters

INTERVAL_S = 0.25


async def measure_loop_lag() -> None:
    """Measure by how much a sleep overruns, four times a second, until cancelled."""
    while True:
        due_s = perf_counter() + INTERVAL_S
        await asyncio.sleep(INTERVAL_S)
        counters.loop_lag.observe(max(0.0, perf_counter() - due_s))
