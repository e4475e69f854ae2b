"""Fixed-window rate limiter in memory: what one worker counts alone while Redis is unavailable.

It takes the same time however many clients there are. (The storage in memory of `limits` looks at all of them at every
hit, which takes milliseconds when there are thousands.)
"""

import time
from collections import Counter
from collections.abc import Callable

from limits import RateLimitItem, WindowStats

WINDOW_S = 60


class FixedWindow:
    """A strategy of `limits` for limits per minute. All counts are dropped together when a window ends."""

    def __init__(self, now_s: Callable[[], float] = time.time) -> None:
        self._now_s = now_s
        self._counts: Counter[tuple[str, ...]] = Counter()
        self._ends_s = 0.0

    async def hit(self, item: RateLimitItem, *identifiers: str) -> bool:
        """Count one more; False, and nothing counted, if the limit is reached."""
        if self._remaining(item, identifiers) <= 0:
            return False
        self._counts[item.namespace, *identifiers] += 1
        return True

    async def test(self, item: RateLimitItem, *identifiers: str) -> bool:
        """Whether a hit would be counted."""
        return self._remaining(item, identifiers) > 0

    async def get_window_stats(self, item: RateLimitItem, *identifiers: str) -> WindowStats:
        """When the window ends, in seconds since 1970, and how many hits are left in it."""
        remaining = self._remaining(item, identifiers)
        return WindowStats(self._ends_s, remaining)

    def _remaining(self, item: RateLimitItem, identifiers: tuple[str, ...]) -> int:
        if (now_s := self._now_s()) >= self._ends_s:
            self._counts.clear()
            self._ends_s = now_s + WINDOW_S
        return item.amount - self._counts[item.namespace, *identifiers]
