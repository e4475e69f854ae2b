"""The state machine: one row for each legal move (docs/spec.md §1.1–§1.3).

A row names the source state, the event, the target state, who may cause the event, and a guard where one event can
lead to two states. A row marked ``repeat`` is idempotent: the room is already in the target state, so the command is
accepted and changes nothing. ``ROUND_ENDED`` and ``GAME_ENDED`` are transient: a room leaves them within the command
that entered them. The diagram in the documents and the model in the tests are generated from this table.
"""

from enum import StrEnum
from functools import cache
from typing import Literal, NamedTuple

from gameplay.engine.states import GameEvent as E
from gameplay.engine.states import RoomState as S


class Who(StrEnum):
    """Who may cause an event."""

    HOST = "host"
    PLAYER = "player"
    MEMBER = "host or player"
    HOLDER = "word holder"
    NEWCOMER = "newcomer"
    SYSTEM = "server"


Condition = Literal["", "balanced", "unbalanced"]


class Move(NamedTuple):
    """One legal move. ``source`` is None for the creation of the room."""

    source: S | None
    event: E
    target: S
    who: tuple[Who, ...]
    guard: Condition = ""
    repeat: bool = False


HOST, PLAYER, MEMBER = Who.HOST, Who.PLAYER, Who.MEMBER
HOLDER, NEWCOMER, SYSTEM = Who.HOLDER, Who.NEWCOMER, Who.SYSTEM
LEAVERS = (PLAYER, HOST, SYSTEM)

TABLE: tuple[Move, ...] = (
    Move(None, E.ROOM_CREATED, S.ROOM_CREATED, (SYSTEM,)),
    Move(S.ROOM_CREATED, E.PLAYER_JOINED, S.LOBBY, (NEWCOMER,)),
    Move(S.LOBBY, E.PLAYER_JOINED, S.LOBBY, (NEWCOMER,)),
    Move(S.LOBBY, E.PLAYER_LEFT, S.LOBBY, LEAVERS),
    Move(S.ROOM_CREATED, E.HOST_START_SETUP, S.TEAM_SETUP, (HOST,)),
    Move(S.LOBBY, E.HOST_START_SETUP, S.TEAM_SETUP, (HOST,)),
    Move(S.TEAM_SETUP, E.HOST_START_SETUP, S.TEAM_SETUP, (HOST,), repeat=True),
    Move(S.READY_TO_START, E.HOST_START_SETUP, S.READY_TO_START, (HOST,), repeat=True),
    Move(S.TEAM_SETUP, E.PLAYER_JOINED, S.TEAM_SETUP, (NEWCOMER,)),
    Move(S.TEAM_SETUP, E.PLAYER_LEFT, S.TEAM_SETUP, LEAVERS),
    Move(S.TEAM_SETUP, E.PLAYER_ASSIGNED, S.TEAM_SETUP, (PLAYER, HOST)),
    Move(S.TEAM_SETUP, E.TEAMS_BALANCED, S.READY_TO_START, (SYSTEM,)),
    Move(S.TEAM_SETUP, E.HOST_CANCEL_SETUP, S.LOBBY, (HOST,)),
    Move(S.READY_TO_START, E.PLAYER_JOINED, S.TEAM_SETUP, (NEWCOMER,)),
    Move(S.READY_TO_START, E.PLAYER_LEFT, S.READY_TO_START, LEAVERS, "balanced"),
    Move(S.READY_TO_START, E.PLAYER_LEFT, S.TEAM_SETUP, LEAVERS, "unbalanced"),
    Move(S.READY_TO_START, E.PLAYER_ASSIGNED, S.READY_TO_START, (PLAYER, HOST), "balanced"),
    Move(S.READY_TO_START, E.PLAYER_ASSIGNED, S.TEAM_SETUP, (PLAYER, HOST), "unbalanced"),
    Move(S.READY_TO_START, E.HOST_CANCEL_SETUP, S.LOBBY, (HOST,)),
    Move(S.READY_TO_START, E.HOST_CONFIRM_START, S.ROUND_STARTING, (HOST,)),
    Move(S.ROUND_STARTING, E.HOST_CONFIRM_START, S.ROUND_STARTING, (HOST,), repeat=True),
    Move(S.ROUND_STARTING, E.COUNTDOWN_TICK, S.ROUND_STARTING, (SYSTEM,)),
    Move(S.ROUND_STARTING, E.ROUND_STARTED, S.ROUND_ACTIVE, (SYSTEM,)),
    Move(S.ROUND_STARTING, E.PLAYER_JOINED, S.ROUND_STARTING, (NEWCOMER,)),
    Move(S.ROUND_STARTING, E.PLAYER_LEFT, S.ROUND_STARTING, LEAVERS),
    Move(S.ROUND_STARTING, E.NEXT_ROUND_READY, S.READY_FOR_NEXT, (SYSTEM,)),
    Move(S.ROUND_ACTIVE, E.TIMER_TICK, S.ROUND_ACTIVE, (SYSTEM,)),
    Move(S.ROUND_ACTIVE, E.WORD_SWIPED, S.ROUND_ACTIVE, (HOLDER,)),
    Move(S.ROUND_ACTIVE, E.HOST_PAUSE, S.ROUND_PAUSED, (HOST, SYSTEM)),
    Move(S.ROUND_ACTIVE, E.HOST_RESUME, S.ROUND_ACTIVE, (HOST,), repeat=True),
    Move(S.ROUND_ACTIVE, E.PLAYER_JOINED, S.ROUND_ACTIVE, (NEWCOMER,)),
    Move(S.ROUND_ACTIVE, E.PLAYER_LEFT, S.ROUND_ACTIVE, LEAVERS),
    Move(S.ROUND_ACTIVE, E.ROUND_TIMEOUT, S.ROUND_ENDED, (SYSTEM,)),
    Move(S.ROUND_ACTIVE, E.PACK_EXHAUSTED, S.ROUND_ENDED, (SYSTEM,)),
    Move(S.ROUND_ACTIVE, E.GAME_COMPLETE, S.GAME_ENDED, (HOST,)),
    Move(S.ROUND_PAUSED, E.HOST_RESUME, S.ROUND_ACTIVE, (HOST,)),
    Move(S.ROUND_PAUSED, E.HOST_PAUSE, S.ROUND_PAUSED, (HOST,), repeat=True),
    Move(S.ROUND_PAUSED, E.PLAYER_JOINED, S.ROUND_PAUSED, (NEWCOMER,)),
    Move(S.ROUND_PAUSED, E.PLAYER_LEFT, S.ROUND_PAUSED, LEAVERS),
    Move(S.ROUND_PAUSED, E.ROUND_TIMEOUT, S.ROUND_ENDED, (SYSTEM,)),
    Move(S.ROUND_PAUSED, E.GAME_COMPLETE, S.GAME_ENDED, (HOST,)),
    Move(S.ROUND_ENDED, E.SCORES_CALCULATED, S.SCORE_REVIEW, (SYSTEM,)),
    Move(S.SCORE_REVIEW, E.SCORES_CALCULATED, S.SCORE_REVIEW, (HOST,)),
    Move(S.SCORE_REVIEW, E.NEXT_ROUND_READY, S.READY_FOR_NEXT, (HOST, SYSTEM)),
    Move(S.SCORE_REVIEW, E.PLAYER_JOINED, S.SCORE_REVIEW, (NEWCOMER,)),
    Move(S.SCORE_REVIEW, E.PLAYER_LEFT, S.SCORE_REVIEW, LEAVERS),
    Move(S.SCORE_REVIEW, E.GAME_COMPLETE, S.GAME_ENDED, (HOST,)),
    Move(S.READY_FOR_NEXT, E.PLAYER_ASSIGNED, S.READY_FOR_NEXT, (SYSTEM,)),
    Move(S.READY_FOR_NEXT, E.PLAYER_JOINED, S.READY_FOR_NEXT, (NEWCOMER,)),
    Move(S.READY_FOR_NEXT, E.PLAYER_LEFT, S.READY_FOR_NEXT, LEAVERS),
    Move(S.READY_FOR_NEXT, E.COUNTDOWN_TICK, S.ROUND_STARTING, (SYSTEM,)),
    Move(S.READY_FOR_NEXT, E.GAME_COMPLETE, S.GAME_ENDED, (HOST, SYSTEM)),
    Move(S.GAME_ENDED, E.SCORES_CALCULATED, S.FINAL_RESULTS, (SYSTEM,)),
    Move(S.FINAL_RESULTS, E.PLAYER_JOINED, S.FINAL_RESULTS, (NEWCOMER,)),
    Move(S.FINAL_RESULTS, E.PLAYER_LEFT, S.FINAL_RESULTS, LEAVERS),
    Move(S.FINAL_RESULTS, E.HOST_RESTART, S.READY_TO_START, (HOST,), "balanced"),
    Move(S.FINAL_RESULTS, E.HOST_RESTART, S.TEAM_SETUP, (HOST,), "unbalanced"),
    *(
        Move(state, E.ROOM_CLOSE, S.ROOM_CLOSED, (HOST, SYSTEM))
        for state in S
        if state not in (S.ROUND_ENDED, S.GAME_ENDED, S.ROOM_CLOSED)
    ),
)

TICKS = frozenset({E.COUNTDOWN_TICK, E.TIMER_TICK})
"""Events that raise the version only if they change the state."""

_MOVES: dict[tuple[S | None, E], tuple[Move, ...]] = {}
for _move in TABLE:
    _MOVES[_move.source, _move.event] = (*_MOVES.get((_move.source, _move.event), ()), _move)

_REPEATS = frozenset((move.source, move.event) for move in TABLE if move.repeat)


def moves(state: S, event: E) -> tuple[Move, ...]:
    """The rows for this event in this state; empty if it is illegal."""
    return _MOVES.get((state, event), ())


def is_repeat(state: S, event: E) -> bool:
    """Whether the event is a repeat in this state: accepted, without effect."""
    return (state, event) in _REPEATS


@cache
def source_states(event: E, who: Who, *, with_repeats: bool = False) -> frozenset[S]:
    """The states in which ``who`` may cause the event; those where it is a repeat only ``with_repeats``."""
    return frozenset(
        move.source
        for move in TABLE
        if move.source is not None and move.event is event and who in move.who and (with_repeats or not move.repeat)
    )
