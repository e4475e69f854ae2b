"""Everything that happens by itself, as data: each deadline is a time that follows from the room (§3.3, §3.5)."""

from enum import IntEnum, auto
from typing import NamedTuple

from gameplay.engine import people, rounds
from gameplay.engine.model import (
    AUTO_PAUSE_MS,
    AWAY_EXPIRED_MS,
    PROMOTE_HOST_MS,
    REMOVE_MS,
    REPLACE_HOLDER_MS,
    WARN_MS,
    Room,
)
from gameplay.engine.states import IN_ROUND, RoomState


class Due(IntEnum):
    """What is due. The order decides between deadlines of the same millisecond."""

    AUTO_PAUSE = auto()
    ROUND_TIMEOUT = auto()
    TIMER_TICK = auto()
    COUNTDOWN = auto()
    END_REVIEW = auto()
    REPLACE_EXPLAINER = auto()
    PROMOTE_HOST = auto()
    WARN = auto()
    LOST = auto()
    REMOVE = auto()


class Deadline(NamedTuple):
    """When, what, and whom it concerns."""

    at_ms: int
    what: Due
    member_id: str = ""


def earliest(room: Room) -> Deadline | None:
    """The next thing to happen by itself, None if the room waits for a command."""
    if room.state is RoomState.ROOM_CLOSED:
        return None
    return min([*_of_the_state(room), *_of_the_host(room), *_of_the_absent(room)], default=None)


def _of_the_state(room: Room) -> list[Deadline]:
    found: list[Deadline] = []
    playing = room.round
    if room.state is RoomState.ROUND_STARTING and room.countdown_at_ms is not None:
        found.append(Deadline(room.countdown_at_ms, Due.COUNTDOWN))
    elif room.state is RoomState.SCORE_REVIEW and room.review_until_ms is not None:
        found.append(Deadline(room.review_until_ms, Due.END_REVIEW))
    elif room.state is RoomState.ROUND_ACTIVE and playing is not None and playing.ends_at_ms is not None:
        if playing.next_tick_s > 0:
            found.append(Deadline(playing.ends_at_ms - playing.next_tick_s * 1000, Due.TIMER_TICK))
        else:
            found.append(Deadline(playing.ends_at_ms, Due.ROUND_TIMEOUT))
    if room.state in IN_ROUND and playing is not None and playing.holder_id == playing.explainer_id:
        holder = room.members.get(playing.holder_id)
        if holder is not None and holder.away_since_ms is not None and rounds.can_hand_on(room):
            found.append(Deadline(holder.away_since_ms + REPLACE_HOLDER_MS, Due.REPLACE_EXPLAINER))
    return found


def _of_the_host(room: Room) -> list[Deadline]:
    host = room.host
    if host.away_since_ms is None:
        return []
    found: list[Deadline] = []
    if room.state is RoomState.ROUND_ACTIVE:
        found.append(Deadline(host.away_since_ms + AUTO_PAUSE_MS, Due.AUTO_PAUSE))
    if people.successor_of(room, host) is not None:
        found.append(Deadline(host.away_since_ms + PROMOTE_HOST_MS, Due.PROMOTE_HOST))
    return found


def _of_the_absent(room: Room) -> list[Deadline]:
    found = []
    for member in room.members.values():
        away_since_ms = member.away_since_ms
        if away_since_ms is None or not (member.seated or member.id == room.host_id):
            continue
        if member.line == "ok":
            found.append(Deadline(away_since_ms + WARN_MS, Due.WARN, member.id))
        elif member.line == "warning":
            found.append(Deadline(away_since_ms + AWAY_EXPIRED_MS, Due.LOST, member.id))
        elif member.id != room.host_id:
            found.append(Deadline(away_since_ms + REMOVE_MS, Due.REMOVE, member.id))
    return found
