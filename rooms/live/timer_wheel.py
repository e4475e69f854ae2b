"""Wakes rooms when their time has come: all whose time falls into the same 20 ms together.

One after another each would cost a round of the event loop, and find the caches full of other people's work.
"""

import asyncio
import logging
import math
from contextvars import Context
from typing import Protocol

logger = logging.getLogger(__name__)

STEP_S = 0.02


class Sleeper(Protocol):
    """Somebody who is to be woken."""

    def ring(self) -> None:
        """Called when the time has come."""


class Alarms:
    """The alarms of one worker. They may go off `STEP_S` late."""

    def __init__(self) -> None:
        self._steps: dict[int, dict[Sleeper, None]] = {}
        self._ringing: dict[Sleeper, None] = {}
        self._rung = 0
        self._context = Context()  # not that of whoever sets an alarm, which would be held until it goes off

    def set(self, sleeper: Sleeper, delay_s: float) -> int:
        """Wake ``sleeper`` after so long; what is returned is for `cancel`."""
        loop = asyncio.get_running_loop()
        step = max(math.floor((loop.time() + delay_s) / STEP_S), self._rung) + 1
        sleepers = self._steps.get(step)
        if sleepers is None:
            sleepers = self._steps[step] = {}
            loop.call_at(step * STEP_S, self._go_off, step, context=self._context)
        sleepers[sleeper] = None
        return step

    def cancel(self, sleeper: Sleeper, alarm: int) -> None:
        """Do not wake ``sleeper``; nothing if that has happened already."""
        self._steps.get(alarm, self._ringing).pop(sleeper, None)

    def _go_off(self, step: int) -> None:
        self._ringing, self._rung = self._steps.pop(step), step
        while self._ringing:
            sleeper, _ = self._ringing.popitem()
            try:
                sleeper.ring()
            except Exception:
                # The others of this step must be woken all the same.
                logger.exception("An alarm failed")
