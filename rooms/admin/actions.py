"""What can be done to live rooms from the admin: each is an order to the worker that has the room."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from asgiref.sync import async_to_sync
from django.utils.translation import gettext_lazy

from gameplay.engine import commands as c
from gameplay.engine import game
from gameplay.engine.commands import Command
from gameplay.engine.states import RoomState
from gameplay.engine.transitions import Who, moves
from rooms.admin.worker_calls import Unanswered, ask
from rooms.cluster.room_rpc import NoSuchRoom, send_order
from rooms.protocol.messages import Notice
from rooms.storage.summary import RoomSummary

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Order = Command | Notice
Needs = Literal["", "player", "notice", "settings"]
Fields = Mapping[str, Any]
"""What a form has said: ``player_id``, ``message``, or the settings that are to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to do. ``done`` is for the log, with the form's ``detail`` in it; ``question`` is asked before."""

    name: str
    label: "_StrPromise"
    done: "_StrPromise"
    needs: Needs = ""
    question: "_StrPromise | str" = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAction(Action):
    """Something that the room itself does when it is told to. ``order`` makes the order of a form's fields."""

    command: type[Order]
    order: Callable[[Fields], Order]

    def is_possible(self, state: RoomState) -> bool:
        """Whether a room in this state would take the order and be changed by it."""
        if not issubclass(self.command, Command):
            return state is not RoomState.ROOM_CLOSED
        rule = game.COMMANDS[self.command]
        if state not in rule.states:
            return False
        return rule.event is None or any(Who.HOST in move.who and not move.repeat for move in moves(state, rule.event))


_ALL = (
    OrderAction(
        name="pause",
        label=gettext_lazy("Pause"),
        done=gettext_lazy("paused"),
        command=c.PauseGame,
        order=lambda fields: c.PauseGame(),
    ),
    OrderAction(
        name="resume",
        label=gettext_lazy("Resume"),
        done=gettext_lazy("resumed"),
        command=c.ResumeGame,
        order=lambda fields: c.ResumeGame(),
    ),
    OrderAction(
        name="next",
        label=gettext_lazy("Next round"),
        done=gettext_lazy("on to the next round"),
        command=c.NextRound,
        order=lambda fields: c.NextRound(),
    ),
    OrderAction(
        name="notice",
        label=gettext_lazy("Send a notice"),
        done=gettext_lazy("a notice was sent: “%(detail)s”"),
        needs="notice",
        command=Notice,
        order=lambda fields: Notice(message=fields["message"]),
    ),
    OrderAction(
        name="settings",
        label=gettext_lazy("Change settings"),
        done=gettext_lazy("settings were changed: %(detail)s"),
        needs="settings",
        command=c.UpdateSettings,
        order=lambda fields: c.UpdateSettings(settings=dict(fields)),
    ),
    OrderAction(
        name="kick",
        label=gettext_lazy("Remove a player"),
        done=gettext_lazy("%(detail)s was removed"),
        needs="player",
        question=gettext_lazy("The player loses the seat, and may join again as somebody new."),
        command=c.KickPlayer,
        order=lambda fields: c.KickPlayer(player_id=fields["player_id"]),
    ),
    OrderAction(
        name="make-host",
        label=gettext_lazy("Make a player the host"),
        done=gettext_lazy("%(detail)s is the host now"),
        needs="player",
        question=gettext_lazy(
            "The present host becomes a player, and words appear on the explainer’s phone from then on."
        ),
        command=c.TransferHost,
        order=lambda fields: c.TransferHost(player_id=fields["player_id"]),
    ),
    OrderAction(
        name="close",
        label=gettext_lazy("Close"),
        done=gettext_lazy("closed"),
        question=gettext_lazy("Everybody leaves, and the code stops working. This cannot be undone."),
        command=c.CloseRoom,
        order=lambda fields: c.CloseRoom(),
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
    """What came of an order; ``trouble`` is empty if it was carried out."""

    code: str
    trouble: str


def give(action: OrderAction, rooms: Sequence[RoomSummary], fields: Fields, by: str) -> list[Outcome]:
    """Have the order carried out in all these rooms at once. ``by`` is for the workers' logs."""
    order = action.order(fields)

    async def everywhere() -> list[Outcome]:
        return await asyncio.gather(*(_give(summary, order, by) for summary in rooms))

    return async_to_sync(everywhere)()


async def _give(summary: RoomSummary, order: Order, by: str) -> Outcome:
    try:
        await ask(send_order(summary.room_id, order, by=by), summary.worker)
    except (NoSuchRoom, Unanswered) as error:
        return Outcome(summary.room_id, str(error))
    return Outcome(summary.room_id, "")
