"""Where sockets wait their turn that say more at once than a phone ever does.

Together they get a small share of the event loop's time, one after another, however many they are: nobody else has to
wait for them.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from time import perf_counter

logger = logging.getLogger(__name__)

SHARE_S = 0.0005
PAUSE_S = 0.002

Turn = Callable[[], bool]
"""Does a little, and says whether there is more to do."""


class SlowLane:
    """Runs turns for `SHARE_S`, lets others have the loop for `PAUSE_S`, and so on."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[Turn] = deque()
        self._is_running = False

    def join(self, turn: Turn) -> None:
        """Have ``turn`` called again and again, until it says that there is no more to do."""
        self._waiting.append(turn)
        if not self._is_running:
            self._is_running = True
            self._loop.call_later(PAUSE_S, self._go_on)

    def _go_on(self) -> None:
        until_s = perf_counter() + SHARE_S
        while self._waiting and perf_counter() < until_s:
            turn = self._waiting.popleft()
            if _has_more(turn):
                self._waiting.append(turn)
        self._is_running = bool(self._waiting)
        if self._is_running:
            self._loop.call_later(PAUSE_S, self._go_on)


def _has_more(turn: Turn) -> bool:
    try:
        return turn()
    except Exception:
        logger.exception("A socket stumbled over what it was sent")
        return False
