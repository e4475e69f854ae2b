"""Admits new connections step by step, so that a reconnect storm does not delay the games in progress."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from time import perf_counter

logger = logging.getLogger(__name__)

TARGET_ROUND_S = 0.001

Step = Callable[[], None]


class AdmissionQueue:
    """Runs the steps of new connections: per round of the event loop as many as make a round last `TARGET_ROUND_S`.

    The number of steps a round grows by one while rounds are short, and is halved when one is long. Next steps of
    connections that have begun come before first steps.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._new: deque[Step] = deque()
        self._continued: deque[Step] = deque()
        self._is_scheduled = False
        self._steps_per_round = 1
        self._last_round_s = 0.0

    def enqueue(self, step: Step) -> None:
        """Schedule the first step of a connection."""
        self._new.append(step)
        self._schedule()

    def enqueue_continuation(self, step: Step) -> None:
        """Schedule the next step of a connection."""
        self._continued.append(step)
        self._schedule()

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            self._loop.call_soon(self._run_round)

    def _run_round(self) -> None:
        now_s = perf_counter()
        took_s, self._last_round_s = now_s - self._last_round_s, now_s
        is_short = took_s < TARGET_ROUND_S
        self._steps_per_round = self._steps_per_round + 1 if is_short else max(1, self._steps_per_round // 2)
        for _ in range(self._steps_per_round):
            waiting = self._continued or self._new
            if not waiting:
                self._is_scheduled = False
                return
            try:
                waiting.popleft()()
            except Exception:
                logger.exception("Admitting a connection failed")
        self._loop.call_soon(self._run_round)
