"""Errors by which the engine rejects a command. Each leaves the room exactly as it was.

GameError
├── NotAllowed          UNAUTHORIZED
├── IllegalMove         INVALID_TRANSITION
├── RoomFull            ROOM_FULL
├── RoomLocked          ROOM_LOCKED
├── NameInvalid         NAME_INVALID
├── NameTaken           NAME_TAKEN
├── UnknownTeam         TEAM_NOT_FOUND
├── UnknownPlayer       PLAYER_NOT_FOUND
├── TooFewPlayers       NOT_ENOUGH_PLAYERS
├── BadSettings         INVALID_SETTINGS
├── Banned              KICKED
└── RoomClosed          ROOM_CLOSED
"""

from typing import ClassVar


class GameError(Exception):
    """A rejected command; ``code`` is the error code on the wire."""

    code: ClassVar[str] = "INVALID_TRANSITION"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotAllowed(GameError):
    """The actor may not do this (docs/spec.md §1.3, first check)."""

    code = "UNAUTHORIZED"


class IllegalMove(GameError):
    """The command is illegal in the room's state (docs/spec.md §1.3, second check)."""

    code = "INVALID_TRANSITION"


class RoomFull(GameError):
    """`MAX_PLAYERS` players are seated."""

    code = "ROOM_FULL"


class RoomLocked(GameError):
    """The host has locked the room: it accepts no new players."""

    code = "ROOM_LOCKED"


class NameInvalid(GameError):
    """The name is empty, too long, denied, or has invisible characters."""

    code = "NAME_INVALID"


class NameTaken(GameError):
    """Another member or team has a name that cannot be told from this one (`names.are_confusable`).

    ``looks_like`` is that name if this one is another, and only looks like it. ``is_claimable``: it belongs to a member
    who is away, or to a former player.
    """

    code = "NAME_TAKEN"

    def __init__(self, message: str, looks_like: str | None = None, is_claimable: bool = False) -> None:
        super().__init__(message)
        self.looks_like = looks_like
        self.is_claimable = is_claimable


class UnknownTeam(GameError):
    """No team has this id."""

    code = "TEAM_NOT_FOUND"


class UnknownPlayer(GameError):
    """No player has this id."""

    code = "PLAYER_NOT_FOUND"


class TooFewPlayers(GameError):
    """There are fewer players than teams, or too few of them are connected."""

    code = "NOT_ENOUGH_PLAYERS"


class BadSettings(GameError):
    """A setting is unknown, out of range, or impossible together with the others."""

    code = "INVALID_SETTINGS"


class Banned(GameError):
    """The host has banned this session or client."""

    code = "KICKED"


class RoomClosed(GameError):
    """The room is closed."""

    code = "ROOM_CLOSED"
