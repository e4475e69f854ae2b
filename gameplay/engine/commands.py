"""Everything a room can be told.

The structs up to `Leave` are payloads of client messages (field names in camelCase on the wire); those
after it come from the server itself and never from a socket.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

ShortText = Annotated[str, Meta(max_length=200)]
SwipeAction = Literal["guessed", "skipped"]


class Command(msgspec.Struct, frozen=True, rename="camel"):
    """Base of all commands."""


class StartTeamSetup(Command, frozen=True):
    """Host: make teams; ``num_teams`` overrides the setting."""

    num_teams: int | None = None


class JoinTeam(Command, frozen=True):
    """Player: sit down in a team."""

    team_id: ShortText


class AssignPlayer(Command, frozen=True):
    """Host: put a player into a team."""

    player_id: ShortText
    team_id: ShortText


class ShuffleTeams(Command, frozen=True):
    """Host: deal everybody into teams of even size."""


class CancelTeamSetup(Command, frozen=True):
    """Host: back to the lobby."""


class ConfirmStart(Command, frozen=True):
    """Host: start the game."""


class WordSwiped(Command, frozen=True):
    """Word holder: the live word was guessed or skipped. ``swipe_duration_ms`` is the client's and not trusted."""

    word_id: ShortText
    action: SwipeAction
    swipe_duration_ms: float | None = None


class UndoSwipe(Command, frozen=True):
    """Word holder: take the last swipe of this round back."""


class CorrectWord(Command, frozen=True):
    """Host, in the review: change what became of a word."""

    word_id: ShortText
    action: SwipeAction


class PauseGame(Command, frozen=True):
    """Host: stop the clock."""


class ResumeGame(Command, frozen=True):
    """Host: let the clock run on."""


class NextRound(Command, frozen=True):
    """Host: end the review now."""


class EndGame(Command, frozen=True):
    """Host: go to the results now."""


class RestartGame(Command, frozen=True):
    """Host: a rematch with the same people."""


class CloseRoom(Command, frozen=True):
    """Host: everybody out, for good."""


class LockRoom(Command, frozen=True):
    """Host: no newcomers."""


class UnlockRoom(Command, frozen=True):
    """Host: newcomers again."""


class UpdateSettings(Command, frozen=True):
    """Host, between games: change some settings; keys as on the wire."""

    settings: dict[str, Any]


class KickPlayer(Command, frozen=True):
    """Host: remove a player; they may come back."""

    player_id: ShortText


class BanPlayer(Command, frozen=True):
    """Host: remove a player for good."""

    player_id: ShortText


class TransferHost(Command, frozen=True):
    """Host: make a player the host."""

    player_id: ShortText


class ReportWord(Command, frozen=True):
    """Anyone seated, in the review: this word should not be in the pack."""

    word_id: ShortText
    reason: ShortText = ""


class LeaveRoom(Command, frozen=True):
    """Player: give the seat up."""


class Join(Command, frozen=True):
    """Server: a new player takes a seat. ``session`` and ``client_key`` are hashes of their secret and network."""

    name: str
    session: str
    client_key: str = ""


class HostArrived(Command, frozen=True):
    """The shell: the host's first socket is there."""


class Connected(Command, frozen=True):
    """Server: a member's socket is open. ``client_key`` is the hash of its network, "" if unknown."""

    client_key: str = ""


class Disconnected(Command, frozen=True):
    """The shell: a member's socket is gone."""


class LeaveReason(StrEnum):
    """Why somebody is not in the room any more."""

    DISCONNECTED = "disconnected"
    VOLUNTARY = "voluntary"
    KICKED = "kicked"
