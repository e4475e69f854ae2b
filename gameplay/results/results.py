"""Results of games, as rows and as bytes that outlive the process, and reports of words; saved in threads."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from channels.db import database_sync_to_async
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from msgspec import UNSET

from gameplay.engine import scoring
from gameplay.engine.model import Room
from gameplay.models import GameResult, Word, WordReport, public_id

_FIELDS = {field.attname: field for field in GameResult._meta.concrete_fields if not field.primary_key}


class BadResult(Exception):
    """The bytes are no result, or one that this version cannot read."""


async def save_result(encoded: bytes) -> GameResult:
    """Save what `dump_result` has written; idempotent. Raises `BadResult`, `django.db.Error`."""
    stored: GameResult = await database_sync_to_async(_insert_once, thread_sensitive=False)(load_result(encoded))
    return stored


def dump_result(result: GameResult) -> bytes:
    """Serialise an unsaved result as JSON."""
    return msgspec.json.encode({name: getattr(result, name) for name in _FIELDS})


def load_result(encoded: bytes) -> GameResult:
    """The unsaved result from `dump_result`. Raises `BadResult`."""
    try:
        values = msgspec.json.decode(encoded, type=dict[str, Any])
        known = {name: field.to_python(values[name]) for name, field in _FIELDS.items() if name in values}
    except (msgspec.MsgspecError, UnicodeError, ValidationError) as error:
        raise BadResult(f"This is no result of a game: {error}") from error
    if "public_id" not in known:
        raise BadResult("This is no result of a game: it has no id")
    return GameResult(**known)


async def report_word(ref: int, reason: str, room_code: str) -> None:
    """Save a report of the word with the database key ``ref``, one a room; nothing if the word was deleted."""
    await database_sync_to_async(_count_report, thread_sensitive=False)(ref, reason, room_code)


def build_result(room: Room) -> GameResult:
    """The unsaved result of the game that has just ended in ``room``. Raises `ValueError` if none was played."""
    if room.game_started_at_ms is None:
        raise ValueError(f"No game has been played in room {room.code}.")
    final = scoring.final_results(room)
    names = {member.id: member.name for member in room.members.values()}
    winner = room.team(final.winner_team_id)
    return GameResult(
        public_id=public_id() if final.result_id is UNSET else final.result_id,
        room_code=room.code,
        room_created_at=_utc(room.created_at_ms),
        game_number=room.game_number,
        host_name=room.host.name,
        creator_id=room.creator_id,
        started_at=_utc(room.game_started_at_ms),
        ended_at=_utc(room.game_started_at_ms + room.game_duration_ms),
        duration_s=round(room.game_duration_ms / 1000),
        winner=winner.name if winner else "",
        mvp=names.get(final.mvp_player_id or "", ""),
        words_guessed=sum(played.words_guessed for played in room.rounds),
        words_skipped=sum(played.words_skipped for played in room.rounds),
        teams=_teams(room, names),
        rounds=[
            {
                "roundNumber": played.round_number,
                "teamId": played.team_id,
                "explainer": names.get(played.explainer_player_id, ""),
                "points": played.points,
                "wordsGuessed": played.words_guessed,
                "wordsSkipped": played.words_skipped,
            }
            for played in room.rounds
        ],
        settings=msgspec.to_builtins(room.settings),
    )


def _teams(room: Room, names: dict[str, str]) -> list[dict[str, object]]:
    teams = {team.id: team for team in room.teams}
    return [
        {
            "id": standing.team_id,
            "name": standing.team_name,
            "color": teams[standing.team_id].color,
            "score": standing.score,
            "rank": standing.rank,
            "players": [names[player] for player in teams[standing.team_id].players if player in names],
        }
        for standing in scoring.leaderboard(room)
    ]


def _insert_once(result: GameResult) -> GameResult:
    if result.creator_id and not get_user_model().objects.filter(pk=result.creator_id).exists():
        result.creator_id = None  # the account was deleted during the game
    try:
        with transaction.atomic():
            result.save(force_insert=True)
    except IntegrityError:
        return GameResult.objects.get(
            room_code=result.room_code, room_created_at=result.room_created_at, game_number=result.game_number
        )
    return result


def _count_report(ref: int, reason: str, room_code: str) -> None:
    if Word.objects.filter(pk=ref).exists():
        WordReport.objects.get_or_create(word_id=ref, room_code=room_code, defaults={"reason": reason})


def _utc(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, tz=UTC)
