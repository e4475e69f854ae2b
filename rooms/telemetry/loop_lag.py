"""How late the event loop is: what it was to do a moment from now, and when it came to it."""

import asyncio
from time import perf_counter

from rooms.telemetry.counters import counters

INTERVAL_S = 0.25


async def measure_loop_lag() -> None:
    """Look four times a second, until cancelled."""
    while True:
        due_s = perf_counter() + INTERVAL_S
        await asyncio.sleep(INTERVAL_S)
        counters.loop_lag.observe(max(0.0, perf_counter() - due_s))
