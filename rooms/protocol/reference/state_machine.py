"""``docs/state-machine.md``: the transition table as a diagram and as a table."""

from collections.abc import Iterable

from gameplay.engine.states import GameEvent, RoomState
from gameplay.engine.transitions import TABLE, TICKS, Move
from rooms.protocol.reference.tables import code, table

_HEAD = """\
# The state machine of a room

Generated from `gameplay/engine/transitions.py` by `manage.py generate_docs`; edit the table there instead.

A room is in one state at a time (docs/spec.md §1.1); events lead from one to another (docs/spec.md §1.2).
A command is checked for authorization, legality and repetition, in this order (docs/spec.md §1.3); then it is applied,
`stateVersion` grows by one, and the change is broadcast. A refused command changes nothing. `ROUND_ENDED` and
`GAME_ENDED` are left within the same step; no room rests in them.

## Changes of state
"""

_LOOPS = """\
## Every legal move

`stateVersion` grows with every move except ticks that leave the state unchanged. A repeat requests what holds already:
it is accepted and changes nothing. Any other event is refused with `INVALID_TRANSITION`.
"""


def state_machine() -> str:
    """The text of the document."""
    moves = table(
        ("in state", "event", "leads to", "caused by", ""),
        (
            (
                "–" if move.source is None else code(move.source),
                code(move.event),
                code(move.target),
                ", ".join(move.who),
                _remark(move),
            )
            for move in sorted(TABLE, key=_position)
        ),
    )
    return f"{_HEAD}\n{_diagram()}\n{_LOOPS}\n{moves}"


def _diagram() -> str:
    events: dict[tuple[RoomState | None, RoomState], list[str]] = {}
    for move in TABLE:
        if move.source is not move.target:
            label = move.event if not move.guard else f"{move.event} ({move.guard})"
            events.setdefault((move.source, move.target), []).append(label)
    lines = [f"    {source or '[*]'} --> {target}: {', '.join(labels)}" for (source, target), labels in events.items()]
    ends = (f"    {state} --> [*]" for state in RoomState if _is_final(state))
    return "\n".join(("```mermaid", "stateDiagram-v2", *lines, *ends, "```", ""))


def _is_final(state: RoomState) -> bool:
    return not any(move.source is state for move in TABLE)


def _position(move: Move) -> tuple[int, int]:
    states: Iterable[RoomState | None] = (None, *RoomState)
    return list(states).index(move.source), list(GameEvent).index(move.event)


def _remark(move: Move) -> str:
    remarks = []
    if move.guard:
        remarks.append(f"if the teams are {move.guard}")
    if move.repeat:
        remarks.append("a repeat: changes nothing")
    if move.source is move.target and move.event in TICKS:
        remarks.append("a tick: `stateVersion` unchanged")
    return "; ".join(remarks)
