"""Room summaries: what lists and public pages show of a room without loading it."""

import msgspec

from gameplay.engine.model import MAX_PLAYERS, Room
from gameplay.engine.states import RoomState


class RoomSummary(msgspec.Struct, frozen=True, rename="camel"):
    """The summary of a room. ``host_session`` is a hash and is never published.

    ``scores`` are the teams' names and points, ``active_at_ms`` is the time of the last activity, ``worker`` the one
    that has written the summary ("" if the room has no owner), ``creator_id`` the account of the room's creator. Fields
    with a default are missing from rooms that an older version has written.
    """

    room_id: str
    state: str
    player_count: int
    max_players: int
    joinable: bool
    host_id: str
    host_name: str
    host_session: str
    connected_count: int = 0
    is_host_connected: bool = False
    player_names: tuple[str, ...] = ()
    round_number: int = 0
    scores: tuple[tuple[str, int], ...] = ()
    created_at_ms: int = 0
    active_at_ms: int = 0
    worker: str = ""
    creator_id: int | None = None


def summarize(room: Room, active_at_ms: int, worker: str = "") -> RoomSummary:
    """The summary of ``room``, whose last activity was at ``active_at_ms`` and which ``worker`` owns."""
    players, host = room.players, room.host
    seats_left = MAX_PLAYERS - len(players)
    return RoomSummary(
        room_id=room.code,
        state=room.state.value,
        player_count=len(players),
        max_players=MAX_PLAYERS,
        joinable=seats_left > 0 and not room.locked and room.state is not RoomState.ROOM_CLOSED,
        host_id=host.id,
        host_name=host.name,
        host_session=host.session,
        connected_count=sum(player.connected for player in players),
        is_host_connected=host.connected,
        player_names=tuple(player.name for player in players),
        round_number=room.round_number,
        scores=tuple((team.name, team.score) for team in room.teams),
        created_at_ms=room.created_at_ms,
        active_at_ms=active_at_ms,
        worker=worker,
        creator_id=room.creator_id,
    )
