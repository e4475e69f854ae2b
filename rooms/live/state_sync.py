"""Decides whether a client's state is stale, from the ``stateVersion`` of its heartbeats (docs/spec.md §3.5)."""

from collections import deque

from gameplay.engine.model import Room
from gameplay.engine.projections import state_checksum
from rooms.protocol.limits import STALE_STATE_MS
from rooms.protocol.messages import Heartbeat


class VersionHistory:
    """The ``stateVersion`` of a room over the last 2 s; ``latest`` is the current one."""

    def __init__(self, version: int) -> None:
        self.latest = version
        self._settled = version
        self._changes: deque[tuple[int, int]] = deque()

    def record(self, version: int, now_ms: int) -> None:
        """Record the current version."""
        if version != self.latest:
            self._prune(now_ms)
            self._changes.append((now_ms, version))
            self.latest = version

    def settled(self, now_ms: int) -> int:
        """The newest version that has been out for over 2 s, so that every client should have it."""
        self._prune(now_ms)
        return self._settled

    def _prune(self, now_ms: int) -> None:
        while self._changes and now_ms - self._changes[0][0] > STALE_STATE_MS:
            self._settled = self._changes.popleft()[1]


def is_out_of_sync(heartbeat: Heartbeat, room: Room, history: VersionHistory, now_ms: int) -> bool:
    """Whether the client needs a snapshot: it is more than 2 s behind, ahead of the room, or its checksum differs."""
    version = heartbeat.state_version
    if version is None:
        return False
    if version == room.state_version:
        return heartbeat.state_checksum is not None and heartbeat.state_checksum != state_checksum(room)
    return version > room.state_version or version < history.settled(now_ms)
