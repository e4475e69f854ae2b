"""Where those wait for whom a game must not have to wait, however many they are: newcomers, and sockets that say more
at once than a phone ever does.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from time import perf_counter

logger = logging.getLogger(__name__)

ROUND_S = 0.001
SHARE_S = 0.0005
PAUSE_S = 0.002

Turn = Callable[[], bool]
"""Does a little, and says whether there is more to do."""


class Doorway:
    """Lets newcomers take one step after another: in each round of the loop as many as make it last `ROUND_S`.

    When thousands come at once, as after a restart, they have all the time that is left by those who play; and who is
    half inside is let in before anybody else.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._outside: deque[Callable[[], None]] = deque()
        self._half_inside: deque[Callable[[], None]] = deque()
        self._is_open = False
        self._at_once = 1
        self._round_began_s = 0.0

    def knock(self, step: Callable[[], None]) -> None:
        """Have ``step``, the first of somebody, called once, in its turn."""
        self._outside.append(step)
        self._open()

    def go_on(self, step: Callable[[], None]) -> None:
        """The same for the next step of somebody."""
        self._half_inside.append(step)
        self._open()

    def _open(self) -> None:
        if not self._is_open:
            self._is_open = True
            self._loop.call_soon(self._let_some_in)

    def _let_some_in(self) -> None:
        now_s = perf_counter()
        took_s, self._round_began_s = now_s - self._round_began_s, now_s
        self._at_once = self._at_once + 1 if took_s < ROUND_S else max(1, self._at_once // 2)
        for _ in range(self._at_once):
            waiting = self._half_inside or self._outside
            if not waiting:
                self._is_open = False
                return
            try:
                waiting.popleft()()
            except Exception:
                logger.exception("A newcomer stumbled")
        self._loop.call_soon(self._let_some_in)


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
