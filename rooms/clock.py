"""The server's clock."""

import time
from datetime import UTC, datetime

_ANCHOR_S = time.time() - time.monotonic()


def now_ms() -> int:
    """Milliseconds since 1970 (UTC). It never jumps: a corrected system clock counts from the next start on."""
    return int((_ANCHOR_S + time.monotonic()) * 1000)


def today() -> str:
    """The day (UTC), as in ``2026-12-24``."""
    return datetime.fromtimestamp(now_ms() / 1000, UTC).date().isoformat()
