"""Actions on live rooms: commands that the room's worker executes as its host's."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from asgiref.sync import async_to_sync
from django.utils.translation import gettext_lazy

from gameplay.engine import commands as c
from gameplay.engine import game
from gameplay.engine.commands import Command
from gameplay.engine.states import RoomState
from rooms.admin.worker_calls import CallFailed, call_worker
from rooms.cluster.room_rpc.client import send_command
from rooms.cluster.room_rpc.messages import NoSuchRoom
from rooms.protocol.messages import Notice
from rooms.storage.room_summary import RoomSummary

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

RoomCommand = Command | Notice
Needs = Literal["", "player", "notice", "settings"]
Fields = Mapping[str, Any]
"""A command's fields, from the action's form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action. ``done`` is its log entry, with the form's ``detail`` in it; ``question`` must be confirmed."""

    name: str
    label: "_StrPromise"
    done: "_StrPromise"
    needs: Needs = ""
    question: "_StrPromise | str" = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAction(Action):
    """An action that sends a command to a room."""

    command: type[RoomCommand]

    def is_possible(self, state: RoomState) -> bool:
        """Whether a room in this state accepts the command and is changed by it."""
        if not issubclass(self.command, Command):
            return state is not RoomState.ROOM_CLOSED
        return state in game.states_for(self.command)


_ALL = (
    CommandAction(
        name="pause",
        label=gettext_lazy("Pause"),
        done=gettext_lazy("paused"),
        command=c.PauseGame,
    ),
    CommandAction(
        name="resume",
        label=gettext_lazy("Resume"),
        done=gettext_lazy("resumed"),
        command=c.ResumeGame,
    ),
    CommandAction(
        name="next",
        label=gettext_lazy("Next round"),
        done=gettext_lazy("on to the next round"),
        command=c.NextRound,
    ),
    CommandAction(
        name="notice",
        label=gettext_lazy("Send a notice"),
        done=gettext_lazy("a notice was sent: “%(detail)s”"),
        needs="notice",
        command=Notice,
    ),
    CommandAction(
        name="settings",
        label=gettext_lazy("Change settings"),
        done=gettext_lazy("settings were changed: %(detail)s"),
        needs="settings",
        command=c.UpdateSettings,
    ),
    CommandAction(
        name="kick",
        label=gettext_lazy("Remove a player"),
        done=gettext_lazy("%(detail)s was removed"),
        needs="player",
        question=gettext_lazy("The player loses the seat, and may join again as somebody new."),
        command=c.KickPlayer,
    ),
    CommandAction(
        name="make-host",
        label=gettext_lazy("Make a player the host"),
        done=gettext_lazy("%(detail)s is the host now"),
        needs="player",
        question=gettext_lazy(
            "The present host becomes a player, and words appear on the explainer’s phone from then on."
        ),
        command=c.TransferHost,
    ),
    CommandAction(
        name="close",
        label=gettext_lazy("Close"),
        done=gettext_lazy("closed"),
        question=gettext_lazy("Everybody leaves, and the code stops working. This cannot be undone."),
        command=c.CloseRoom,
    ),
)

ACTIONS = {action.name: action for action in _ALL}

OPEN_AS_HOST = Action(
    name="open",
    label=gettext_lazy("Open as host"),
    done=gettext_lazy("opened as host"),
    question=gettext_lazy(
        "The host’s page is open on another device. It will say that the room is hosted from yours, until it is loaded "
        "again there."
    ),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an action on a room; ``error`` is empty if it was executed."""

    code: str
    error: str


def execute(action: CommandAction, rooms: Sequence[RoomSummary], fields: Fields, by: str) -> list[Outcome]:
    """Send the action's command to all these rooms concurrently. ``by`` is for the workers' logs."""
    command = action.command(**fields)

    async def execute_in_all() -> list[Outcome]:
        return await asyncio.gather(*(_execute_in(summary, command, by) for summary in rooms))

    return async_to_sync(execute_in_all)()


async def _execute_in(summary: RoomSummary, command: RoomCommand, by: str) -> Outcome:
    try:
        await call_worker(send_command(summary.room_id, command, by=by), summary.worker)
    except (NoSuchRoom, CallFailed) as error:
        return Outcome(summary.room_id, str(error))
    return Outcome(summary.room_id, "")
