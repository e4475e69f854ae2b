"""The server's clock: wall time that does not jump."""

import time
from datetime import UTC, datetime

_ANCHOR_S = time.time() - time.monotonic()


def now_ms() -> int:
    """Milliseconds since 1970 (UTC). A correction of the system clock takes effect with the next start."""
    return int((_ANCHOR_S + time.monotonic()) * 1000)


def today() -> str:
    """The date (UTC), as in ``2026-12-24``."""
    return datetime.fromtimestamp(now_ms() / 1000, UTC).date().isoformat()
