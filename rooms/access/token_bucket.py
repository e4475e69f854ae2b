"""How much one socket may say."""

MESSAGES_PER_S = 50
BURST = 200
ERROR_INTERVAL_MS = 1_000
FLOOD_THRESHOLD = 300
"""So many messages refused without a pause are no accident."""


class TokenBucket:
    """A bucket of tokens: one a message, `BURST` at most, `MESSAGES_PER_S` more every second."""

    __slots__ = ("_refused", "_said_at_ms", "_tokens", "_updated_ms")

    def __init__(self, now_ms: int) -> None:
        self._tokens = float(BURST)
        self._updated_ms = now_ms
        self._refused = 0
        self._said_at_ms = now_ms - ERROR_INTERVAL_MS

    @property
    def is_flooding(self) -> bool:
        """Whether whoever is at the other end does not stop."""
        return self._refused >= FLOOD_THRESHOLD

    def take(self, now_ms: int) -> bool:
        """Count a message; False if it is one too many."""
        self._tokens = min(float(BURST), self._tokens + max(0, now_ms - self._updated_ms) * MESSAGES_PER_S / 1000)
        self._updated_ms = now_ms
        if self._tokens < 1:
            self._refused += 1
            return False
        if self._tokens >= BURST:
            self._refused = 0
        self._tokens -= 1
        return True

    def should_warn(self, now_ms: int) -> bool:
        """Whether to answer a refused message with an error; at most one a second."""
        if now_ms - self._said_at_ms < ERROR_INTERVAL_MS:
            return False
        self._said_at_ms = now_ms
        return True
