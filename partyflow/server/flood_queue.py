"""Processes the backlogs of flooding connections in small time slices, so that they do not delay the others."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from time import perf_counter

logger = logging.getLogger(__name__)

SLICE_S = 0.0005
PAUSE_S = 0.002

Job = Callable[[], bool]
"""Does a bounded amount of work; returns whether there may be more."""


class FloodQueue:
    """Runs jobs round-robin for `SLICE_S`, leaves the loop to others for `PAUSE_S`, and so on."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[Job] = deque()
        self._is_running = False

    def enqueue(self, job: Job) -> None:
        """Run ``job`` repeatedly until it returns False."""
        self._waiting.append(job)
        if not self._is_running:
            self._is_running = True
            self._loop.call_later(PAUSE_S, self._run_slice)

    def _run_slice(self) -> None:
        until_s = perf_counter() + SLICE_S
        while self._waiting and perf_counter() < until_s:
            job = self._waiting.popleft()
            if _has_more(job):
                self._waiting.append(job)
        self._is_running = bool(self._waiting)
        if self._is_running:
            self._loop.call_later(PAUSE_S, self._run_slice)


def _has_more(job: Job) -> bool:
    try:
        return job()
    except Exception:
        logger.exception("Processing a flooding connection failed")
        return False
