"""The server's clock."""

import time

_ANCHOR_S = time.time() - time.monotonic()


def now_ms() -> int:
    """Milliseconds since 1970 (UTC). It never jumps: a corrected system clock counts from the next start on."""
    return int((_ANCHOR_S + time.monotonic()) * 1000)
