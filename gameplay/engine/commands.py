"""Commands that change a room.

Those up to `LeaveRoom` are payloads of client messages (camelCase on the wire); those after it come from the server.
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
    """Host: create empty teams; ``num_teams`` overrides the setting."""

    num_teams: int | None = None


class JoinTeam(Command, frozen=True):
    """Player: join a team."""

    team_id: ShortText


class AssignPlayer(Command, frozen=True):
    """Host: assign a player to a team."""

    player_id: ShortText
    team_id: ShortText


class ShuffleTeams(Command, frozen=True):
    """Host: distribute all players over teams of even size."""


class CancelTeamSetup(Command, frozen=True):
    """Host: return to the lobby."""


class ConfirmStart(Command, frozen=True):
    """Host: start the game."""


class WordSwiped(Command, frozen=True):
    """Word holder: the live word was guessed or skipped. ``swipe_duration_ms`` is the client's and ignored."""

    word_id: ShortText
    action: SwipeAction
    swipe_duration_ms: float | None = None


class UndoSwipe(Command, frozen=True):
    """Word holder: undo the last swipe of this round."""


class CorrectWord(Command, frozen=True):
    """Host, in the review: change the result of a word."""

    word_id: ShortText
    action: SwipeAction


class PauseGame(Command, frozen=True):
    """Host: stop the clock."""


class ResumeGame(Command, frozen=True):
    """Host: restart the clock."""


class NextRound(Command, frozen=True):
    """Host: end the review now."""


class EndGame(Command, frozen=True):
    """Host: end the game and show the results."""


class RestartGame(Command, frozen=True):
    """Host: prepare a rematch with the same players."""


class CloseRoom(Command, frozen=True):
    """Host: close the room for good."""


class LockRoom(Command, frozen=True):
    """Host: refuse new players."""


class UnlockRoom(Command, frozen=True):
    """Host: accept new players again."""


class UpdateSettings(Command, frozen=True):
    """Host, between games: change some settings; keys as on the wire."""

    settings: dict[str, Any]


class KickPlayer(Command, frozen=True):
    """Host: remove a player, who may join again."""

    player_id: ShortText


class BanPlayer(Command, frozen=True):
    """Host: remove a player and refuse their return."""

    player_id: ShortText


class TransferHost(Command, frozen=True):
    """Host: transfer the role to a player."""

    player_id: ShortText


class ReclaimHost(Command, frozen=True):
    """Creator of the room: become the host again after another player was promoted."""


class RenamePlayer(Command, frozen=True):
    """Host or the player concerned: change a player's name."""

    player_id: ShortText
    player_name: ShortText


class ReportWord(Command, frozen=True):
    """Host or player, in the review: report a word as unfit for its pack."""

    word_id: ShortText
    reason: ShortText = ""


class LeaveRoom(Command, frozen=True):
    """Player: leave the room."""


class Join(Command, frozen=True):
    """Server: a new player takes a seat. ``session`` and ``client_key`` are hashes of their secret and network."""

    name: str
    session: str
    client_key: str = ""


class Return(Command, frozen=True):
    """Server: a former player is back. ``name`` is taken if the former name belongs to another member by now."""

    player_id: str
    client_key: str = ""
    name: str = ""


class HostArrived(Command, frozen=True):
    """Server: the host's first connection is open."""


class Connected(Command, frozen=True):
    """Server: a member's connection is open. ``client_key`` is the hash of its network, "" if unknown."""

    client_key: str = ""


class Disconnected(Command, frozen=True):
    """Server: a member's connection is closed."""


class LeaveReason(StrEnum):
    """Why a player has left the room."""

    DISCONNECTED = "disconnected"
    VOLUNTARY = "voluntary"
    KICKED = "kicked"
