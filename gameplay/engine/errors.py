"""Refusals of the engine. Each leaves the room exactly as it was.

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
    """A command that was refused; ``code`` is the wire's error code."""

    code: ClassVar[str] = "INVALID_TRANSITION"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotAllowed(GameError):
    """The actor may not do this (docs/spec.md §1.3, first check)."""

    code = "UNAUTHORIZED"


class IllegalMove(GameError):
    """The room's state does not take this command (docs/spec.md §1.3, second check)."""

    code = "INVALID_TRANSITION"


class RoomFull(GameError):
    """Ten players are seated."""

    code = "ROOM_FULL"


class RoomLocked(GameError):
    """The host has locked the room against newcomers."""

    code = "ROOM_LOCKED"


class NameInvalid(GameError):
    """The name is empty, too long or holds characters nobody can see."""

    code = "NAME_INVALID"


class NameTaken(GameError):
    """Somebody in the room has this name, upper and lower case aside."""

    code = "NAME_TAKEN"


class UnknownTeam(GameError):
    """No team has this id."""

    code = "TEAM_NOT_FOUND"


class UnknownPlayer(GameError):
    """No player has this id."""

    code = "PLAYER_NOT_FOUND"


class TooFewPlayers(GameError):
    """There are fewer players than teams."""

    code = "NOT_ENOUGH_PLAYERS"


class BadSettings(GameError):
    """A setting is unknown or out of range; nothing was changed."""

    code = "INVALID_SETTINGS"


class Banned(GameError):
    """The host keeps this person out of the room."""

    code = "KICKED"


class RoomClosed(GameError):
    """The room is closed."""

    code = "ROOM_CLOSED"
