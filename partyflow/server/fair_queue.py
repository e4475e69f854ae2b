"""Where those wait for whom a game must not have to wait, however many they are: newcomers, and sockets that say more
at once than a phone ever does.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from time import perf_counter

logger = logging.getLogger(__name__)

TARGET_ROUND_S = 0.001
SLICE_S = 0.0005
PAUSE_S = 0.002

Job = Callable[[], bool]
"""Does a little, and says whether there is more to do."""


class AdmissionQueue:
    """Lets newcomers take one step after another: in each round of the loop as many as make it last `TARGET_ROUND_S`.

    When thousands come at once, as after a restart, they have all the time that is left by those who play; and who is
    half inside is let in before anybody else.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._new: deque[Callable[[], None]] = deque()
        self._continued: deque[Callable[[], None]] = deque()
        self._is_scheduled = False
        self._batch_size = 1
        self._last_batch_s = 0.0

    def enqueue(self, step: Callable[[], None]) -> None:
        """Have ``step``, the first of somebody, called once, in its turn."""
        self._new.append(step)
        self._schedule()

    def enqueue_continuation(self, step: Callable[[], None]) -> None:
        """The same for the next step of somebody."""
        self._continued.append(step)
        self._schedule()

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            self._loop.call_soon(self._run_batch)

    def _run_batch(self) -> None:
        now_s = perf_counter()
        took_s, self._last_batch_s = now_s - self._last_batch_s, now_s
        self._batch_size = self._batch_size + 1 if took_s < TARGET_ROUND_S else max(1, self._batch_size // 2)
        for _ in range(self._batch_size):
            waiting = self._continued or self._new
            if not waiting:
                self._is_scheduled = False
                return
            try:
                waiting.popleft()()
            except Exception:
                logger.exception("A newcomer stumbled")
        self._loop.call_soon(self._run_batch)


class FloodQueue:
    """For who floods: runs turns for `SLICE_S`, lets others have the loop for `PAUSE_S`, and so on."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[Job] = deque()
        self._is_running = False

    def enqueue(self, job: Job) -> None:
        """Have ``job`` called again and again, until it says that there is no more to do."""
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
        logger.exception("A socket stumbled over what it was sent")
        return False
