"""``python -m bench.metrics_cost``: the cost of counting a message, in nanoseconds, and of a scrape."""

import asyncio
import os
import time
import timeit
from time import perf_counter

import django

from rooms.telemetry.counters import counters

LOOPS = 200_000
ROUNDS = 5


def one_sent() -> None:
    """What `Connection.send` adds for each message to each socket."""
    counters.sent["TIMER_TICK"] += 1


def one_command() -> None:
    """What a message from a phone adds on its whole way: its type, when it came, and how long it took."""
    event = {"text": "", "arrived_s": perf_counter()}
    counters.received["WORD_SWIPED"] += 1
    began_s = perf_counter()
    counters.transition.observe(perf_counter() - began_s)
    now_s = perf_counter()
    counters.delivery.observe(now_s - event.get("arrived_s", now_s))


def nothing() -> None:
    """What calling a function costs, to be taken off."""


def nanoseconds(measured: object) -> float:
    """The best of several rounds, per call."""
    return min(timeit.repeat(measured, number=LOOPS, repeat=ROUNDS)) / LOOPS * 1e9  # type: ignore[arg-type]


async def scrape_ms() -> float:
    """What ``/metrics`` costs an empty worker."""
    from rooms.cluster.node import current_node
    from rooms.web.prometheus import text

    began_s = time.perf_counter()
    for _ in range(20):
        text(current_node())
    return (time.perf_counter() - began_s) / 20 * 1000


def main() -> None:
    call = nanoseconds(nothing)
    print(f"a message to a socket:   {nanoseconds(one_sent) - call:6.0f} ns")
    print(f"a message from a phone:  {nanoseconds(one_command) - call:6.0f} ns")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partyflow.settings")
    django.setup()
    print(f"a scrape:                {asyncio.run(scrape_ms()):6.2f} ms")


if __name__ == "__main__":
    main()
