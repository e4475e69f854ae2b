"""The deadlines of a room as data: each is a time that follows from its state (docs/spec.md §3.3, §3.5)."""

from enum import IntEnum, auto
from typing import NamedTuple

from gameplay.engine import members, rounds
from gameplay.engine.model import Room
from gameplay.engine.states import IN_ROUND, RoomState
from gameplay.engine.timing import (
    AUTO_PAUSE_MS,
    LOST_MS,
    PROMOTE_HOST_MS,
    REMOVE_MS,
    REPLACE_HOLDER_MS,
    WARNING_MS,
)


class DeadlineKind(IntEnum):
    """The kinds of deadlines, in the order in which those of the same millisecond pass."""

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


CLOSED, ACTIVE, TICK = RoomState.ROOM_CLOSED, RoomState.ROUND_ACTIVE, DeadlineKind.TIMER_TICK
"""Module constants, because looking up an enum's member costs as much as a function call."""


class Deadline(NamedTuple):
    """A kind of deadline, its time, and the member it concerns, if any."""

    at_ms: int
    kind: DeadlineKind
    member_id: str = ""


def earliest(room: Room) -> Deadline | None:
    """The next deadline; None if the room waits for a command."""
    if room.state is CLOSED:
        return None
    for member in room.members.values():
        if member.away_since_ms is not None:
            return min(
                [*_clock_deadlines(room), *_holder_deadlines(room), *_host_deadlines(room), *_absence_deadlines(room)],
                default=None,
            )
    # Hot path, several times a second in each room: with every member connected only the clock has a deadline.
    return next(iter(_clock_deadlines(room)), None)


def _clock_deadlines(room: Room) -> tuple[Deadline, ...]:
    state, playing = room.state, room.round
    if state is ACTIVE:
        if playing is None or playing.ends_at_ms is None:
            return ()
        if playing.next_tick_s > 0:
            return (Deadline(playing.ends_at_ms - playing.next_tick_s * 1000, TICK),)
        return (Deadline(playing.ends_at_ms, DeadlineKind.ROUND_TIMEOUT),)
    if state is RoomState.ROUND_STARTING and room.countdown_at_ms is not None:
        return (Deadline(room.countdown_at_ms, DeadlineKind.COUNTDOWN),)
    if state is RoomState.SCORE_REVIEW and room.review_until_ms is not None:
        return (Deadline(room.review_until_ms, DeadlineKind.END_REVIEW),)
    return ()


def _holder_deadlines(room: Room) -> list[Deadline]:
    playing = room.round
    if room.state not in IN_ROUND or playing is None or playing.holder_id != playing.explainer_id:
        return []
    holder = room.members.get(playing.holder_id)
    if holder is None or holder.away_since_ms is None or not rounds.can_replace_holder(room):
        return []
    return [Deadline(holder.away_since_ms + REPLACE_HOLDER_MS, DeadlineKind.REPLACE_EXPLAINER)]


def _host_deadlines(room: Room) -> list[Deadline]:
    host = room.host
    if host.away_since_ms is None:
        return []
    found: list[Deadline] = []
    if room.state is RoomState.ROUND_ACTIVE:
        found.append(Deadline(host.away_since_ms + AUTO_PAUSE_MS, DeadlineKind.AUTO_PAUSE))
    if members.successor_of(room, host) is not None:
        found.append(Deadline(host.away_since_ms + PROMOTE_HOST_MS, DeadlineKind.PROMOTE_HOST))
    return found


def _absence_deadlines(room: Room) -> list[Deadline]:
    found = []
    for member in room.members.values():
        away_since_ms = member.away_since_ms
        if away_since_ms is None or not (member.seated or member.id == room.host_id):
            continue
        if member.connection_state == "ok":
            found.append(Deadline(away_since_ms + WARNING_MS, DeadlineKind.WARN, member.id))
        elif member.connection_state == "warning":
            found.append(Deadline(away_since_ms + LOST_MS, DeadlineKind.LOST, member.id))
        elif member.id != room.host_id and room.is_occupied:
            counts_from_ms = max(away_since_ms, room.occupied_since_ms)
            found.append(Deadline(counts_from_ms + REMOVE_MS, DeadlineKind.REMOVE, member.id))
    return found
