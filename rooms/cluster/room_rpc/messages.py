"""Messages of the room RPC: results, error replies and their names on the cluster layer.

CommandFailed           nothing was changed, as far as is known
├── NoSuchRoom          never existed, expired or closed
├── CommandRejected     rejected by the room; ``code`` and ``message`` as a player would read them
├── WorkerTimeout       ``worker`` has not answered within 2 s; it may still execute the command
└── NoWorkers           no worker is alive
"""

from typing import TypeVar

import msgspec

from gameplay.engine.commands import Command
from gameplay.engine.states import RoomState
from rooms.errors import RoomError
from rooms.live.room_details import RoomDetails
from rooms.protocol.catalogue import CLIENT

MESSAGE_TYPE = "order"
"""The type of a request on the cluster layer; like every name there it stays, for workers of mixed versions."""

COMMANDS: dict[str, type[Command]] = {row.type: row.payload for row in CLIENT.values() if row.who == "host"}
"""The host's commands by their type in the protocol."""

DESCRIBE, REPLACE_SESSION, METRICS, DRAIN = "DESCRIBE", "RESEAT", "FIGURES", "DRAIN"

Answer = TypeVar("Answer", bound=msgspec.Struct)


class CommandFailed(RoomError):
    """A command that was not executed."""


class NoSuchRoom(CommandFailed):
    """No room has this code."""

    def __init__(self) -> None:
        super().__init__("There is no such room.")


class CommandRejected(CommandFailed):
    """The room rejects the command; ``code`` is the protocol's error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class WorkerTimeout(CommandFailed):
    """The worker does not answer in time."""

    def __init__(self, worker: str) -> None:
        super().__init__(f"The worker {worker} does not answer.")
        self.worker = worker


class NoWorkers(CommandFailed):
    """No worker is alive."""

    def __init__(self) -> None:
        super().__init__("No worker is running.")


class Request(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=MESSAGE_TYPE):
    """A command for one room, or for the worker itself. ``payload`` is JSON, ``by`` the operator, for the log.

    On the cluster layer it is a dictionary, in which the command's type is called ``order``.
    """

    command: str = msgspec.field(name="order")
    code: str
    payload: bytes
    by: str
    reply_to: str


class CommandResult(msgspec.Struct, frozen=True, rename="camel"):
    """A command was executed by ``worker``; state and version of the room after it."""

    worker: str
    state: RoomState
    state_version: int


class WorkerMetrics(msgspec.Struct, frozen=True, rename="camel"):
    """Load and health of a worker. ``worker`` names the incarnation, ``name`` outlives restarts."""

    worker: str
    name: str
    rooms: int
    sockets: int
    unsaved_rooms: int
    write_lag_s: float
    is_redis_up: bool
    is_draining: bool


class Seat(msgspec.Struct, frozen=True, rename="camel"):
    """The seat whose session was replaced."""

    is_there: bool
    is_host: bool = False


class ReplaceSession(msgspec.Struct, frozen=True):
    """Replace a member's session; ``session`` is the hash of the new one."""

    actor_id: str
    session: str


class ErrorReply(msgspec.Struct, frozen=True):
    """The room rejects the command, or does not exist."""

    code: str
    message: str


class Redirect(msgspec.Struct, frozen=True):
    """Another worker owns the room."""

    worker: str


BUSY_NOW = "SERVER_BUSY"
NO_ROOM = ErrorReply("ROOM_NOT_FOUND", "There is no such room.")

REPLIES: dict[str, type[msgspec.Struct]] = {
    "Done": CommandResult,
    "RoomPicture": RoomDetails,
    "WorkerFigures": WorkerMetrics,
    "Seat": Seat,
    "_Refusal": ErrorReply,
    "_Hop": Redirect,
}
"""Reply types by their names on the cluster layer."""
KIND_OF = {type_: kind for kind, type_ in REPLIES.items()}
