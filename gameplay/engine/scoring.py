"""Points, ranks and the final results (docs/spec.md §8.5)."""

import msgspec

from gameplay.engine import result_ids
from gameplay.engine.events import FinalScore, GameEnded, RoundView, Standing, WordView
from gameplay.engine.model import PlayedRound, Room, Round, Settings


def points_for(settings: Settings, action: str) -> int:
    """The points for a swipe."""
    return 1 if action == "guessed" else settings.skip_penalty


def leaderboard(room: Room) -> tuple[Standing, ...]:
    """The teams, best first; equal scores share a rank, and the rank after a tie is skipped."""
    ordered = sorted(room.teams, key=lambda team: -team.score)
    return tuple(
        Standing(
            team_id=team.id,
            team_name=team.name,
            score=team.score,
            rank=1 + sum(other.score > team.score for other in room.teams),
        )
        for team in ordered
    )


def word_views(played: Round) -> tuple[WordView, ...]:
    """The swiped words of a round, which everyone may see."""
    return tuple(WordView(word_id=word.word_id, word_text=word.text, action=word.action) for word in played.words)


def summarize_round(played: Round) -> PlayedRound:
    """``played`` as an entry of the game's history."""
    return PlayedRound(
        round_number=played.number,
        team_id=played.team_id,
        explainer_player_id=played.explainer_id,
        points=sum(word.points for word in played.words),
        words_guessed=sum(word.action == "guessed" for word in played.words),
        words_skipped=sum(word.action == "skipped" for word in played.words),
    )


def round_views(room: Room) -> tuple[RoundView, ...]:
    """The finished rounds of the game."""
    return msgspec.convert(room.rounds, tuple[RoundView, ...], from_attributes=True)


def average_time_s(played: Round) -> float:
    """Mean seconds per swiped word, one decimal; 0 without words."""
    if not played.words:
        return 0.0
    return round(sum(word.took_ms for word in played.words) / len(played.words) / 1000, 1)


def final_results(room: Room) -> GameEnded:
    """The final results: winner, scores, duration, words, and MVP (None without a guessed word).

    The winner is None on a tie that could be played on. The MVP is the member who explained the most guessed words.
    """
    best = leaderboard(room)
    winners = [standing.team_id for standing in best if standing.rank == 1]
    explainers = [member for member in room.members.values() if member.words_explained]
    mvp = max(explainers, key=lambda member: member.words_explained, default=None)
    return GameEnded(
        winner_team_id=winners[0] if len(winners) == 1 else room.tie_winner_id,
        final_scores=tuple(FinalScore(team_id=standing.team_id, score=standing.score) for standing in best),
        game_duration_min=round(room.game_duration_ms / 60_000),
        total_words_played=sum(line.words_guessed + line.words_skipped for line in room.rounds),
        mvp_player_id=mvp.id if mvp else None,
        result_id=result_ids.result_id(room),
    )
