"""A live room as an administrator sees it: all that goes on, and no word that is still secret."""

from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec import Raw

from gameplay.engine.model import Member, Room
from gameplay.engine.projections import GameState, game_state
from rooms import clock
from rooms.live.connection import Connection
from rooms.live.room import LiveRoom
from rooms.protocol.eventlog import Entry, EventLog, visible_to
from rooms.storage.write_behind import SaveState

MAX_EVENTS = 50


class MemberDetails(msgspec.Struct, frozen=True, rename="camel"):
    """A member of the room and their line.

    ``line`` is what players are told of it. ``round_trip_ms`` is how long it last took them to answer.
    """

    id: str
    name: str
    is_host: bool
    is_seated: bool
    team_id: str | None
    sitting_out: bool
    connected: bool
    away_since_ms: int | None
    line: Literal["ok", "warning", "lost", "degraded"]
    round_trip_ms: int | None
    version: str | None


class EventDetails(msgspec.Struct, frozen=True, rename="camel"):
    """Something that everybody in the room was told; ``payload`` is JSON."""

    sequence_id: int
    at_ms: int
    type: str
    payload: Raw


class RoomDetails(msgspec.Struct, frozen=True, rename="camel"):
    """A live room. ``state`` is what a spectator knows; ``events`` are the latest, oldest first.

    ``saved_at_ms`` is when Redis last got it, 0 if it never did since the worker opened it.
    """

    code: str
    worker: str
    epoch: int
    revision: int
    created_at_ms: int
    saved_at_ms: int
    socket_count: int
    spectator_count: int
    state: GameState
    people: tuple[MemberDetails, ...]
    events: tuple[EventDetails, ...]


def details_of(live: LiveRoom, worker: str) -> RoomDetails:
    """The room as it is now. How long the way to each phone takes is measured on the occasion, for the next picture."""
    for line in live.hub:
        line.measure_round_trip()
    return _picture(live.room, live.log, live.save_state, worker, {line.actor_id: line for line in live.hub})


def details_of_saved(room: Room, log: EventLog, save_state: SaveState, worker: str) -> RoomDetails:
    """The room as it was last written; of its sockets nothing is known."""
    return _picture(room, log, save_state, worker, {})


def _picture(
    room: Room, log: EventLog, save_state: SaveState, worker: str, lines: Mapping[str, Connection]
) -> RoomDetails:
    return RoomDetails(
        code=room.code,
        worker=worker,
        epoch=save_state.epoch,
        revision=save_state.revision,
        created_at_ms=room.created_at_ms,
        saved_at_ms=save_state.saved_at_ms,
        socket_count=len(lines),
        spectator_count=sum(line.role == "spectator" for line in lines.values()),
        state=game_state(room, None, clock.now_ms()),
        people=tuple(_person(member, room, lines.get(member.id)) for member in room.members.values()),
        events=tuple(_event(entry) for entry in log.latest(MAX_EVENTS, _PUBLIC)),
    )


_PUBLIC = visible_to(None, is_host=False, is_player=False)


def _person(member: Member, room: Room, connection: Connection | None) -> MemberDetails:
    return MemberDetails(
        id=member.id,
        name=member.name,
        is_host=member.id == room.host_id,
        is_seated=member.seated,
        team_id=member.team_id,
        sitting_out=member.sitting_out,
        connected=member.connected,
        away_since_ms=member.away_since_ms,
        line="degraded" if connection is not None and connection.acks.degraded else member.connection_state,
        round_trip_ms=None if connection is None else connection.round_trip_ms,
        version=None if connection is None else str(connection.version),
    )


def _event(entry: Entry) -> EventDetails:
    return EventDetails(entry.sequence_id, entry.at_ms, entry.type, Raw(entry.payload))
