"""Administrator's view of a room: members, connections, state and latest events; secret words excluded."""

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
    """A member of the room and the state of their connection; ``round_trip_ms`` is the latest measurement.

    In JSON ``connection_state`` is called ``line``.
    """

    id: str
    name: str
    is_host: bool
    is_seated: bool
    team_id: str | None
    sitting_out: bool
    connected: bool
    away_since_ms: int | None
    connection_state: Literal["ok", "warning", "lost", "degraded"] = msgspec.field(name="line")
    round_trip_ms: int | None
    version: str | None


class EventDetails(msgspec.Struct, frozen=True, rename="camel"):
    """A public event from the room's log; ``payload`` is JSON."""

    sequence_id: int
    at_ms: int
    type: str
    payload: Raw


class RoomDetails(msgspec.Struct, frozen=True, rename="camel"):
    """A room, live or as saved.

    ``state`` is the room as spectators see it, ``events`` the latest up to `MAX_EVENTS`, oldest first. ``saved_at_ms``
    is the time of the last write to Redis, 0 if this worker has not written the room yet.
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
    """A live room as it is now. Starts a measurement of all round trips, for the next call."""
    for connection in live.hub:
        connection.measure_round_trip()
    connections = {connection.actor_id: connection for connection in live.hub}
    return _details(live.room, live.log, live.save_state, worker, connections)


def details_of_saved(room: Room, log: EventLog, save_state: SaveState, worker: str) -> RoomDetails:
    """A room as it was last saved, without connections."""
    return _details(room, log, save_state, worker, {})


def _details(
    room: Room, log: EventLog, save_state: SaveState, worker: str, connections: Mapping[str, Connection]
) -> RoomDetails:
    return RoomDetails(
        code=room.code,
        worker=worker,
        epoch=save_state.epoch,
        revision=save_state.revision,
        created_at_ms=room.created_at_ms,
        saved_at_ms=save_state.saved_at_ms,
        socket_count=len(connections),
        spectator_count=sum(connection.role == "spectator" for connection in connections.values()),
        state=game_state(room, None, clock.now_ms()),
        people=tuple(_member(member, room, connections.get(member.id)) for member in room.members.values()),
        events=tuple(_event_details(entry) for entry in log.latest(MAX_EVENTS, _PUBLIC)),
    )


_PUBLIC = visible_to(None, is_host=False, is_player=False)


def _member(member: Member, room: Room, connection: Connection | None) -> MemberDetails:
    return MemberDetails(
        id=member.id,
        name=member.name,
        is_host=member.id == room.host_id,
        is_seated=member.seated,
        team_id=member.team_id,
        sitting_out=member.sitting_out,
        connected=member.connected,
        away_since_ms=member.away_since_ms,
        connection_state="degraded" if connection is not None and connection.acks.degraded else member.connection_state,
        round_trip_ms=None if connection is None else connection.round_trip_ms,
        version=None if connection is None else str(connection.version),
    )


def _event_details(entry: Entry) -> EventDetails:
    return EventDetails(entry.sequence_id, entry.at_ms, entry.type, Raw(entry.payload))
