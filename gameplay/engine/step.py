"""The context in which one command or the passing of deadlines changes a room."""

from typing import Protocol

from gameplay.engine.errors import IllegalMove
from gameplay.engine.events import Audience, Emission, Event, StateChanged
from gameplay.engine.model import Member, Room
from gameplay.engine.ports import Library
from gameplay.engine.states import GameEvent, RoomState
from gameplay.engine.transitions import TICKS, moves


class MemberHooks(Protocol):
    """How the game reacts to changes of membership; called right after the events that announce the change."""

    def on_member_arrived(self, step: "Step", member: Member) -> None:
        """A member has joined or connected."""

    def on_member_disconnected(self, step: "Step", member: Member) -> None:
        """A member has lost the last connection."""

    def on_member_sits_out(self, step: "Step", member: Member) -> None:
        """A member who was away for too long sits the running round out."""

    def on_member_left(self, step: "Step", member: Member) -> None:
        """A player has lost the seat; the host may still be a member."""

    def on_host_changed(self, step: "Step") -> None:
        """The room has another host."""


class Step:
    """One change to ``room`` at ``now_ms`` and the events that it causes."""

    def __init__(self, room: Room, now_ms: int, library: Library, hooks: MemberHooks) -> None:
        self.room = room
        self.now_ms = now_ms
        self.library = library
        self.hooks = hooks
        self.emitted: list[Emission] = []

    def move(self, event: GameEvent) -> None:
        """Move the state machine by ``event``: take the state from the table, raise the version, announce a new state.

        Change the room before this: the guards of the table look at it. Raises `IllegalMove` without a row.
        """
        room = self.room
        target = self._target(event)
        changed = target is not room.state
        if changed or event not in TICKS:
            room.state_version += 1
        room.state = target
        if changed:
            self.emit(StateChanged(state=target, state_version=room.state_version, event=event))

    def bump_version(self) -> None:
        """Raise the version for a change outside the state machine."""
        self.room.state_version += 1

    def emit(self, event: Event, audience: Audience = "all", actor_id: str | None = None) -> None:
        """Emit ``event`` to ``audience``; logged events are numbered."""
        if not event.LOGGED:
            self.emitted.append(Emission(event, audience, actor_id))
            return
        self.room.sequence_id += 1
        self.emitted.append(Emission(event, audience, actor_id, self.room.sequence_id, self.room.state_version))

    def _target(self, event: GameEvent) -> RoomState:
        for row in moves(self.room.state, event):
            if not row.repeat and (not row.guard or (row.guard == "balanced") is self.room.is_balanced):
                return row.target
        raise IllegalMove(f"{event} cannot happen in {self.room.state}.")
