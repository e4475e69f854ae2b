"""Token bucket: limits the messages of one socket."""

MESSAGES_PER_S = 50
BURST = 200
ERROR_INTERVAL_MS = 1_000
FLOOD_THRESHOLD = 300
"""So many refused messages without a pause are taken for an attack."""


class TokenBucket:
    """Holds up to `BURST` tokens, gains `MESSAGES_PER_S` a second and spends one a message."""

    __slots__ = ("_refused", "_tokens", "_updated_ms", "_warned_ms")

    def __init__(self, now_ms: int) -> None:
        self._tokens = float(BURST)
        self._updated_ms = now_ms
        self._refused = 0
        self._warned_ms = now_ms - ERROR_INTERVAL_MS

    @property
    def is_flooding(self) -> bool:
        """Whether the client keeps sending though its messages are refused."""
        return self._refused >= FLOOD_THRESHOLD

    def take(self, now_ms: int) -> bool:
        """Spend a token; False if there is none."""
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
        if now_ms - self._warned_ms < ERROR_INTERVAL_MS:
            return False
        self._warned_ms = now_ms
        return True
