"""What one recipient may know of a room. Secrets have this one door, live, in a backfill and in a snapshot alike."""

import zlib
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from gameplay.engine.events import FinalScore, RoundView, Standing, TeamView, WordRevealed, WordView
from gameplay.engine.model import Room, Settings
from gameplay.engine.states import RoomState

Role = Literal["host", "player", "spectator"]


class PlayerView(msgspec.Struct, frozen=True, rename="camel"):
    """A player as everybody may see them."""

    player_id: str
    player_name: str
    avatar_color: str
    team_id: str | None
    connected: bool
    sitting_out: bool


class CurrentRoundView(msgspec.Struct, frozen=True, rename="camel"):
    """The running or just finished round; ``words`` are those already swiped."""

    round_number: int
    team_id: str
    explainer_player_id: str
    round_duration_sec: int
    word_pack_id: str
    points: int
    words: tuple[WordView, ...]


class FinalView(msgspec.Struct, frozen=True, rename="camel"):
    """The results of a finished game, as in ``GAME_ENDED``."""

    winner_team_id: str | None
    final_scores: tuple[FinalScore, ...]
    game_duration_min: int
    total_words_played: int
    mvp_player_id: str | None


class GameState(msgspec.Struct, frozen=True, rename="camel"):
    """Everything that one recipient may know; a page can draw itself from it alone.

    Fields that do not apply in the room's state are absent.
    """

    state: RoomState
    state_version: int
    sequence_id: int
    settings: Settings
    host_id: str
    host_name: str
    host_connected: bool
    max_players: int
    locked: bool
    players: tuple[PlayerView, ...]
    teams: tuple[TeamView, ...]
    current_score: dict[str, int]
    rounds: tuple[RoundView, ...]
    leaderboard: tuple[Standing, ...]
    round_number: int | UnsetType = UNSET
    active_team_id: str | UnsetType = UNSET
    explainer_player_id: str | UnsetType = UNSET
    word_holder_id: str | UnsetType = UNSET
    remaining_seconds: int | UnsetType = UNSET
    just_ended_team_id: str | UnsetType = UNSET
    next_round_in: int | UnsetType = UNSET
    next_team_id: str | UnsetType = UNSET
    next_explainer_player_id: str | UnsetType = UNSET
    pause_reason: str | UnsetType = UNSET
    round: CurrentRoundView | UnsetType = UNSET
    current_word_id: str | UnsetType = UNSET
    current_word: WordRevealed | UnsetType = UNSET
    final: FinalView | UnsetType = UNSET


def game_state(room: Room, actor_id: str | None, now_ms: int) -> GameState:
    """What ``actor_id`` (None: a spectator) may know of ``room`` at ``now_ms``."""
    raise NotImplementedError


def state_checksum(room: Room) -> str:
    """CRC-32 of the fields that clients compare, as 8 lower-case hex digits (contract, last section)."""
    text = "|".join(
        (
            room.state,
            str(room.state_version),
            str(room.round_number or ""),
            room.active_team_id or "",
            ",".join(f"{team.id}:{team.score}" for team in room.teams),
        )
    )
    return f"{zlib.crc32(text.encode()):08x}"
