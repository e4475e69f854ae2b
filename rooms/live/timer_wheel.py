"""Coalesces room timers into 20 ms slots.

Timers that fire one by one would each cost an iteration of the event loop and run with cold CPU caches.
"""

import asyncio
import logging
import math
from contextvars import Context
from typing import Protocol

logger = logging.getLogger(__name__)

SLOT_S = 0.02


class TimerListener(Protocol):
    """An object with a timer."""

    def on_timer(self) -> None:
        """Called when the timer fires; an exception is logged."""


class TimerWheel:
    """The timers of one worker; they fire up to `SLOT_S` late, never early."""

    def __init__(self) -> None:
        self._slots: dict[int, dict[TimerListener, None]] = {}
        self._firing: dict[TimerListener, None] = {}
        self._fired_slot = 0
        self._context = Context()  # or the slot would keep that of the first caller of `schedule` alive

    def schedule(self, listener: TimerListener, delay_s: float) -> int:
        """Start a timer of ``delay_s`` for ``listener``; returns its slot, for `cancel`."""
        loop = asyncio.get_running_loop()
        slot = max(math.floor((loop.time() + delay_s) / SLOT_S), self._fired_slot) + 1
        listeners = self._slots.get(slot)
        if listeners is None:
            listeners = self._slots[slot] = {}
            loop.call_at(slot * SLOT_S, self._fire, slot, context=self._context)
        listeners[listener] = None
        return slot

    def cancel(self, listener: TimerListener, slot: int) -> None:
        """Cancel the timer of ``listener`` in ``slot``; does nothing if it has fired."""
        self._slots.get(slot, self._firing).pop(listener, None)

    def _fire(self, slot: int) -> None:
        self._firing, self._fired_slot = self._slots.pop(slot), slot
        while self._firing:
            listener, _ = self._firing.popitem()
            try:
                listener.on_timer()
            except Exception:
                # The other timers of the slot must fire all the same.
                logger.exception("A room timer failed")
