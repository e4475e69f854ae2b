"""Is a client where the room is? The rules of ``HEARTBEAT`` (§3.5; contract, last section)."""

from collections import deque

from gameplay.engine.model import Room
from gameplay.engine.projections import state_checksum
from rooms.protocol.limits import STALE_STATE_MS
from rooms.protocol.messages import Heartbeat


class VersionHistory:
    """Which ``stateVersion`` the room had of late; ``latest`` is the one that it has."""

    def __init__(self, version: int) -> None:
        self.latest = version
        self._before = version
        self._changes: deque[tuple[int, int]] = deque()

    def note(self, version: int, now_ms: int) -> None:
        """The room has this version now."""
        if version != self.latest:
            self._forget(now_ms)
            self._changes.append((now_ms, version))
            self.latest = version

    def settled(self, now_ms: int) -> int:
        """The version that everybody has had more than 2 s to hear of."""
        self._forget(now_ms)
        return self._before

    def _forget(self, now_ms: int) -> None:
        while self._changes and now_ms - self._changes[0][0] > STALE_STATE_MS:
            self._before = self._changes.popleft()[1]


def is_out_of_sync(heartbeat: Heartbeat, room: Room, history: VersionHistory, now_ms: int) -> bool:
    """Whether the client needs a snapshot.

    So it is with a version of the future, one that has been stale for over 2 s, or the right one with a wrong checksum.
    """
    version = heartbeat.state_version
    if version is None:
        return False
    if version == room.state_version:
        return heartbeat.state_checksum is not None and heartbeat.state_checksum != state_checksum(room)
    return version > room.state_version or version < history.settled(now_ms)
