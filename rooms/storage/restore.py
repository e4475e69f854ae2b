"""Restoring a room from Redis: its clocks resume where they stopped, and all its members count as away."""

import logging
from typing import NamedTuple

import msgspec

from gameplay.engine import snapshot
from gameplay.engine.model import Room
from rooms.protocol.eventlog import EventLog
from rooms.storage.store import StoredRoom
from rooms.storage.write_behind import SaveState
from rooms.telemetry.counters import counters

logger = logging.getLogger(__name__)


class RestoredRoom(NamedTuple):
    """The parts of a live room."""

    room: Room
    log: EventLog
    save_state: SaveState


def restore(code: str, found: StoredRoom, now_ms: int) -> RestoredRoom | None:
    """The parts of a live room from what Redis has; None if this version cannot read it."""
    try:
        room = snapshot.load(found.state, found.deck)
    except snapshot.SnapshotRefused as error:
        logger.error("Room %s cannot be restored: %s", code, error)
        return None
    log = load_event_log(found, room)
    if _was_played(found):
        snapshot.resume(room, found.frozen_at_ms, now_ms)
        log.jump(room.sequence_id, now_ms)
        log.prune(now_ms)
        counters.rooms_restored += 1
    else:
        # A new room: absences count from the moment the first member opens it.
        for member in room.members.values():
            member.away_since_ms = now_ms
    return RestoredRoom(room, log, SaveState(found.epoch, found.revision, known_revision=found.revision))


def _was_played(found: StoredRoom) -> bool:
    return found.epoch > 1 or found.revision > 0


def load_event_log(found: StoredRoom, room: Room) -> EventLog:
    """The event log stored with ``room``; an empty one if there is none or it cannot be decoded."""
    if not found.log:
        return EventLog(room.sequence_id)
    try:
        return EventLog.load(found.log[0], room.sequence_id, *found.log[1:])
    except msgspec.DecodeError as error:
        logger.warning("Room %s: event log unreadable, starting a new one: %s", room.code, error)
        return EventLog(room.sequence_id)
