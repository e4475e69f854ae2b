"""The view of a room for one recipient. All secrets are filtered here: for live events, backfills and snapshots."""

import zlib
from typing import Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, UnsetType

from gameplay.engine import rounds, scoring, teams, turns
from gameplay.engine.events import FinalScore, GameEnded, RoundView, Standing, TeamView, WordRevealed, WordView
from gameplay.engine.model import MAX_PLAYERS, Member, Room, Round, Settings
from gameplay.engine.states import IN_ROUND, RoomState
from gameplay.engine.timing import clock_seconds

Role = Literal["host", "player", "spectator"]


class PlayerView(msgspec.Struct, frozen=True, rename="camel"):
    """The public view of a player."""

    player_id: str
    player_name: str
    avatar_color: str
    team_id: str | None
    connected: bool
    sitting_out: bool


class AwayView(msgspec.Struct, frozen=True, rename="camel"):
    """A former player, who gets the seat back on their return."""

    player_id: str
    player_name: str
    avatar_color: str
    team_id: str | None


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

    ADDED: ClassVar[dict[str, str]] = GameEnded.ADDED
    winner_team_id: str | None
    final_scores: tuple[FinalScore, ...]
    game_duration_min: int
    total_words_played: int
    mvp_player_id: str | None
    result_id: str | UnsetType = UNSET


class GameState(msgspec.Struct, frozen=True, rename="camel"):
    """Everything that one recipient may know; a page renders from it alone.

    Fields that do not apply in the room's state are absent. ``ADDED`` has those that older minors do not know.
    """

    ADDED: ClassVar[dict[str, str]] = {"away": "1.2"}
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
    away: tuple[AwayView, ...] | UnsetType = UNSET


def game_state(room: Room, actor_id: str | None, now_ms: int) -> GameState:
    """The view of ``room`` at ``now_ms`` for ``actor_id`` (None: a spectator)."""
    return GameState(
        state=room.state,
        state_version=room.state_version,
        sequence_id=room.sequence_id,
        settings=room.settings,
        host_id=room.host_id,
        host_name=room.host.name,
        host_connected=room.host.connected,
        max_players=MAX_PLAYERS,
        locked=room.locked,
        players=tuple(_player(player) for player in room.players),
        teams=teams.views(room),
        current_score={team.id: team.score for team in room.teams},
        rounds=scoring.round_views(room),
        leaderboard=scoring.leaderboard(room),
        round_number=room.round_number or UNSET,
        active_team_id=room.active_team_id or UNSET,
        final=_final_results(room),
        away=_away(room),
        **_round_fields(room, now_ms),
        **_secret_fields(room, actor_id),
    )


def _player(player: Member) -> PlayerView:
    return PlayerView(
        player_id=player.id,
        player_name=player.name,
        avatar_color=player.color,
        team_id=player.team_id,
        connected=player.connected,
        sitting_out=player.sitting_out,
    )


def _away(room: Room) -> tuple[AwayView, ...]:
    return tuple(
        AwayView(player_id=former.id, player_name=former.name, avatar_color=former.color, team_id=former.team_id)
        for former in room.former_players
        if former.id not in room.members
    )


def _round_fields(room: Room, now_ms: int) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    playing = room.round
    if playing is not None:
        fields["round"] = _round(room, playing)
        fields["explainer_player_id"] = playing.explainer_id
    if room.state in IN_ROUND and playing is not None:
        fields["remaining_seconds"] = clock_seconds(playing.remaining(now_ms))
        fields["word_holder_id"] = playing.holder_id
        fields["current_word_id"] = playing.word_id or UNSET
        fields["pause_reason"] = room.paused_reason or UNSET
    elif room.state is RoomState.ROUND_STARTING and room.turn is not None:
        fields["remaining_seconds"] = room.countdown_s
        fields["explainer_player_id"] = room.turn.explainer_id
        fields["next_team_id"] = room.turn.team_id
        fields["next_explainer_player_id"] = room.turn.explainer_id
    elif room.state in (RoomState.SCORE_REVIEW, RoomState.READY_FOR_NEXT):
        fields["just_ended_team_id"] = room.active_team_id or UNSET
        fields["next_round_in"] = clock_seconds(max(0, (room.review_until_ms or now_ms) - now_ms))
        turn = turns.upcoming_turn(room)
        if turn is not None:
            fields["next_team_id"] = turn.team_id
            fields["next_explainer_player_id"] = turn.explainer_id
    return fields


def _round(room: Room, playing: Round) -> CurrentRoundView:
    return CurrentRoundView(
        round_number=playing.number,
        team_id=playing.team_id,
        explainer_player_id=playing.explainer_id,
        round_duration_sec=playing.duration_ms // 1000,
        word_pack_id=playing.pack_id,
        points=sum(word.points for word in playing.words),
        words=scoring.word_views(playing),
    )


def _secret_fields(room: Room, actor_id: str | None) -> dict[str, Any]:
    if actor_id is None or room.round is None or room.round.holder_id != actor_id:
        return {}
    return {"current_word": rounds.live_word(room) or UNSET}


def _final_results(room: Room) -> FinalView | UnsetType:
    if room.state is not RoomState.FINAL_RESULTS:
        return UNSET
    return FinalView(**msgspec.structs.asdict(scoring.final_results(room)))


def state_checksum(room: Room) -> str:
    """CRC-32 of the fields that clients compare, as 8 lower-case hex digits (docs/spec.md §3.5)."""
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
