"""Wakes rooms when their time has come: all whose time falls into the same 20 ms together.

One after another each would cost a round of the event loop, and find the caches full of other people's work.
"""

import asyncio
import logging
import math
from contextvars import Context
from typing import Protocol

logger = logging.getLogger(__name__)

SLOT_S = 0.02


class TimerListener(Protocol):
    """Somebody who is to be woken."""

    def on_timer(self) -> None:
        """Called when the time has come."""


class TimerWheel:
    """The timers of one worker. They may fire `SLOT_S` late."""

    def __init__(self) -> None:
        self._slots: dict[int, dict[TimerListener, None]] = {}
        self._firing: dict[TimerListener, None] = {}
        self._fired_slot = 0
        self._context = Context()  # not that of whoever sets an alarm, which would be held until it goes off

    def set(self, listener: TimerListener, delay_s: float) -> int:
        """Wake ``listener`` after so long; what is returned is for `cancel`."""
        loop = asyncio.get_running_loop()
        slot = max(math.floor((loop.time() + delay_s) / SLOT_S), self._fired_slot) + 1
        listeners = self._slots.get(slot)
        if listeners is None:
            listeners = self._slots[slot] = {}
            loop.call_at(slot * SLOT_S, self._fire, slot, context=self._context)
        listeners[listener] = None
        return slot

    def cancel(self, listener: TimerListener, slot: int) -> None:
        """Do not wake ``listener``; nothing if that has happened already."""
        self._slots.get(slot, self._firing).pop(listener, None)

    def _fire(self, slot: int) -> None:
        self._firing, self._fired_slot = self._slots.pop(slot), slot
        while self._firing:
            listener, _ = self._firing.popitem()
            try:
                listener.on_timer()
            except Exception:
                # The others of this slot must be woken all the same.
                logger.exception("A room timer failed")
