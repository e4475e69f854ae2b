"""Where those wait for whom a game must not have to wait, however many they are: newcomers, and sockets that say more
at once than a phone ever does.
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


class Doorway:
    """Lets newcomers take one step after another, one of all of them in each round of the loop.

    When thousands come at once, as after a restart, they have all the time that is left by those who play, who wait for
    a single step at the most.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[Callable[[], None]] = deque()

    def pass_through(self, step: Callable[[], None]) -> None:
        """Have ``step`` called once, in its turn."""
        self._waiting.append(step)
        if len(self._waiting) == 1:
            self._loop.call_soon(self._let_one_in)

    def _let_one_in(self) -> None:
        step = self._waiting[0]
        try:
            step()
        finally:
            self._waiting.popleft()
            if self._waiting:
                self._loop.call_soon(self._let_one_in)


class SlowLane:
    """For who floods: runs turns for `SHARE_S`, lets others have the loop for `PAUSE_S`, and so on."""

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
