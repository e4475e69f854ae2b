"""Durations and intervals of the game (docs/spec.md §3.3, §3.5): milliseconds (`_MS`) or seconds (`_S`)."""

COUNTDOWN_S = 3
REVIEW_MS = 5_000
AUTO_PAUSE_MS = 10_000
"""From the host's disconnection in a running round until the clock stops."""
REPLACE_HOLDER_MS = 10_000
"""From the disconnection of an explainer who holds the words until a teammate explains instead."""

WARNING_MS = 15_000
LOST_MS = 30_000
REMOVE_MS = 60_000
"""From a member's disconnection until the room shows it, until they sit out this round, until they lose the seat."""
SITS_OUT_MS = 30_000
"""A returning member who has missed more of the running round's clock than this sits the round out."""
RENAME_INTERVAL_MS = 10_000
PROMOTE_HOST_MS = 60_000
"""From the host's disconnection until a player becomes the host."""


def clock_seconds(duration_ms: int) -> int:
    """``duration_ms`` in the seconds that a countdown shows, rounded up."""
    return -(-duration_ms // 1000)
