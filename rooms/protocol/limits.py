"""Timeouts and size limits of the protocol (docs/spec.md §3.1, §3.3); `gameplay.engine.timing` has those of absence."""

MAX_MESSAGE_BYTES = 16 * 1024
MAX_REQUEST_ID = 64
MAX_MALFORMED_IN_A_ROW = 10

HANDSHAKE_TIMEOUT_MS = 10_000
CONNECT_AGAIN_MS = 30_000
"""How long a socket may try again after ``NAME_INVALID`` or ``NAME_TAKEN``."""

CLAIM_AGAIN_MS = 15_000
"""How long a socket may try again after ``CLAIM_REFUSED``."""

HEARTBEAT_INTERVAL_MS = 10_000
PING_TIMEOUT_MS = 20_000
STALE_STATE_MS = 2_000
"""A heartbeat's ``stateVersion`` may be behind for this long before the client gets a snapshot."""
RESYNC_INTERVAL_MS = 1_000
"""At most one snapshot in this time answers heartbeats."""

GRACE_MS = 5_000
"""A client that was away for less than this gets every missed event."""
LOG_RETENTION_MS = 120_000
SNAPSHOT_RETENTION_MS = 600_000
SEAT_LINK_MS = 120_000

ACK_TIMEOUT_MS = 2_000
ACK_SENDS = 3
"""The first send and two retries."""

RECONNECT_BASE_MS = 1_000
RECONNECT_MAX_MS = 30_000
RECONNECT_MULTIPLIER = 1.5
RECONNECT_JITTER = 0.2
RECONNECT_ATTEMPTS = 10
