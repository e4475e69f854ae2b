"""Events of a room: the payloads of the server's messages.

``ADDED`` names the fields that were added in a later version of the protocol; older clients get the event without them.
``ADDED_REASONS`` has the values of ``reason`` that were added later: the version, and what older clients get instead.
"""

from typing import ClassVar, Literal

import msgspec
from msgspec import UNSET, UnsetType

from gameplay.engine.model import Difficulty, Settings
from gameplay.engine.states import GameEvent, RoomState

Audience = Literal["all", "host", "players", "actor"]
EndReason = Literal["timer_expired", "pack_exhausted", "explainer_left"]
"""Why a round has ended."""


class Event(msgspec.Struct, frozen=True, rename="camel"):
    """Base of all events. ``TYPE`` is the type of the message, ``SINCE`` the version that added it."""

    TYPE: ClassVar[str] = ""
    LOGGED: ClassVar[bool] = True
    NEEDS_ACK: ClassVar[bool] = False
    SINCE: ClassVar[str] = "1.0"
    ADDED: ClassVar[dict[str, str]] = {}
    ADDED_REASONS: ClassVar[dict[str, tuple[str, str]]] = {}


class Emission(msgspec.Struct, frozen=True):
    """An event with its audience and numbers.

    ``audience`` is the broadcast scope on the wire; ``actor_id``, if set, is the one recipient in it. Events that are
    not logged have no numbers.
    """

    event: Event
    audience: Audience
    actor_id: str | None = None
    sequence_id: int | None = None
    state_version: int | None = None


class TeamView(msgspec.Struct, frozen=True, rename="camel"):
    """The public view of a team."""

    id: str
    name: str
    color: str
    players: tuple[str, ...]
    score: int = 0


class RoomCreated(Event, frozen=True):
    """The host has connected for the first time (docs/spec.md §9.1). The server fills in ``qr_code_url``."""

    TYPE = "ROOM_CREATED"
    qr_code_url: str
    host_id: str
    host_name: str
    max_players: int


class PlayerJoined(Event, frozen=True):
    TYPE = "PLAYER_JOINED"
    player_id: str
    player_name: str
    player_count: int
    avatar_color: str


class PlayerLeft(Event, frozen=True):
    TYPE = "PLAYER_LEFT"
    player_id: str
    player_name: str
    player_count: int
    reason: Literal["disconnected", "voluntary", "kicked"]


class PlayerConnection(Event, frozen=True):
    """The quality of a player's connection. Only the host and that player get ``degraded``."""

    TYPE = "PLAYER_CONNECTION"
    SINCE = "1.1"
    player_id: str
    status: Literal["warning", "lost", "connected", "degraded"]


class PlayerRenamed(Event, frozen=True):
    """A player, or the host, has another name. Older clients get a snapshot instead."""

    TYPE = "PLAYER_RENAMED"
    SINCE = "1.2"
    player_id: str
    player_name: str


class StateChanged(Event, frozen=True):
    TYPE = "STATE_CHANGED"
    state: RoomState
    state_version: int
    event: GameEvent


class TeamSetupStarted(Event, frozen=True):
    TYPE = "TEAM_SETUP_STARTED"
    teams: tuple[TeamView, ...]


class TeamSetupCancelled(Event, frozen=True):
    TYPE = "TEAM_SETUP_CANCELLED"


class PlayerAssignedTeam(Event, frozen=True):
    TYPE = "PLAYER_ASSIGNED_TEAM"
    player_id: str
    team_id: str
    teams: tuple[TeamView, ...]


class CountdownTick(Event, frozen=True):
    TYPE = "COUNTDOWN_TICK"
    LOGGED = False
    ADDED = {"teamId": "1.1", "explainerPlayerId": "1.1"}
    remaining_seconds: int
    team_id: str
    explainer_player_id: str


class RoundStarted(Event, frozen=True):
    TYPE = "ROUND_STARTED"
    NEEDS_ACK = True
    round_number: int
    active_team_id: str
    explainer_player_id: str
    round_duration_sec: int
    word_pack_id: str


class WordRevealed(Event, frozen=True):
    """The live word, for the word holder alone."""

    TYPE = "WORD_REVEALED"
    word_id: str
    word_text: str
    difficulty: Difficulty
    remaining_in_pack: int


class WordResult(Event, frozen=True):
    TYPE = "WORD_RESULT"
    word_id: str
    action: Literal["guessed", "skipped"]
    team_id: str
    points_awarded: int
    new_score: int


class WordCorrected(Event, frozen=True):
    """A swipe was undone or corrected. Older clients get a snapshot instead."""

    TYPE = "WORD_CORRECTED"
    SINCE = "1.1"
    word_id: str
    action: Literal["guessed", "skipped", "undone"]
    team_id: str
    points_awarded: int
    new_score: int


class TimerTick(Event, frozen=True):
    TYPE = "TIMER_TICK"
    LOGGED = False
    remaining_seconds: int


class GamePaused(Event, frozen=True):
    TYPE = "GAME_PAUSED"
    ADDED = {"remainingSeconds": "1.1"}
    reason: str
    message: str
    remaining_seconds: int


class GameResumed(Event, frozen=True):
    TYPE = "GAME_RESUMED"
    remaining_seconds: int


class WordView(msgspec.Struct, frozen=True, rename="camel"):
    """A word that has been swiped, so that everyone may see it."""

    word_id: str
    word_text: str
    action: Literal["guessed", "skipped"]


class RoundEnded(Event, frozen=True):
    """``average_time_per_word`` is in seconds, one decimal, 0 without words."""

    TYPE = "ROUND_ENDED"
    NEEDS_ACK = True
    ADDED = {"words": "1.1"}
    ADDED_REASONS = {"explainer_left": ("1.2", "timer_expired")}
    reason: EndReason
    round_number: int
    team_id: str
    words_guessed: int
    words_skipped: int
    points_earned: int
    average_time_per_word: float
    words: tuple[WordView, ...]


class RoundView(msgspec.Struct, frozen=True, rename="camel"):
    """A finished round."""

    round_number: int
    team_id: str
    explainer_player_id: str
    points: int
    words_guessed: int
    words_skipped: int


class Standing(msgspec.Struct, frozen=True, rename="camel"):
    """A row of the leaderboard; equal scores share a rank."""

    team_id: str
    team_name: str
    score: int
    rank: int


class ScoreSummary(Event, frozen=True):
    """``team_id`` and ``explainer_player_id`` are those of the next turn, null after the last."""

    TYPE = "SCORE_SUMMARY"
    ADDED = {"rounds": "1.1", "teamId": "1.1", "explainerPlayerId": "1.1"}
    leaderboard: tuple[Standing, ...]
    next_round_in: int
    rounds: tuple[RoundView, ...]
    team_id: str | None
    explainer_player_id: str | None


class FinalScore(msgspec.Struct, frozen=True, rename="camel"):
    team_id: str
    score: int


class GameEnded(Event, frozen=True):
    """``winner_team_id`` is null when the game was ended on a tie; ``mvp_player_id`` when no word was guessed.

    ``result_id`` is absent where the result is not shared.
    """

    TYPE = "GAME_ENDED"
    NEEDS_ACK = True
    ADDED = {"resultId": "1.1"}
    winner_team_id: str | None
    final_scores: tuple[FinalScore, ...]
    game_duration_min: int
    total_words_played: int
    mvp_player_id: str | None
    result_id: str | UnsetType = UNSET


class GameRestarted(Event, frozen=True):
    TYPE = "GAME_RESTARTED"
    teams: tuple[TeamView, ...]


class SettingsUpdated(Event, frozen=True):
    TYPE = "SETTINGS_UPDATED"
    settings: Settings


class HostChanged(Event, frozen=True):
    TYPE = "HOST_CHANGED"
    ADDED_REASONS = {"reclaimed": ("1.2", "transferred")}
    host_id: str
    host_name: str
    reason: Literal["disconnected", "transferred", "reclaimed"]


class RoomLocked(Event, frozen=True):
    TYPE = "ROOM_LOCKED"


class RoomUnlocked(Event, frozen=True):
    TYPE = "ROOM_UNLOCKED"


class RoomClosed(Event, frozen=True):
    TYPE = "ROOM_CLOSED"
    reason: str


class Resync(Event, frozen=True):
    """Not a message: the server sends each recipient a ``STATE_SNAPSHOT``."""

    LOGGED = False


class WordReported(Event, frozen=True):
    """Not a message: the server stores the report. ``ref`` is the database key of the word."""

    LOGGED = False
    ref: int
    reason: str


class Removed(Event, frozen=True):
    """Not a message: the server closes the connection of this member with an error that gives the reason."""

    LOGGED = False
    player_id: str
    reason: Literal["disconnected", "voluntary", "kicked"]
