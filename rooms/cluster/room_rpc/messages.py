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
from rooms.live.details import RoomDetails
from rooms.protocol.catalogue import CLIENT

MESSAGE_TYPE = "order"
"""The type of all of them on the cluster layer."""

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
"""Reply types by their names on the cluster layer, which stay as they are for workers of mixed versions."""
KIND_OF = {type_: kind for kind, type_ in REPLIES.items()}
