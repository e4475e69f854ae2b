"""One round: swipes, pauses, its end and review, and who explains and holds the words."""

from gameplay.engine import deck, scoring, turns
from gameplay.engine.commands import CorrectWord, PauseGame, ReportWord, ResumeGame, UndoSwipe, WordSwiped
from gameplay.engine.errors import IllegalMove, NotAllowed, TooFewPlayers
from gameplay.engine.events import (
    Audience,
    EndReason,
    GamePaused,
    GameResumed,
    Resync,
    RoundEnded,
    RoundStarted,
    ScoreSummary,
    TimerTick,
    WordCorrected,
    WordReported,
    WordResult,
    WordRevealed,
)
from gameplay.engine.model import PlayedWord, Room, Round, Turn
from gameplay.engine.states import IN_ROUND, GameEvent, RoomState
from gameplay.engine.step import Step
from gameplay.engine.timing import REVIEW_MS, clock_seconds


def start_round(step: Step, turn: Turn, schedule: turns.Schedule) -> None:
    """Start the round of ``turn`` and reveal its first word; ``schedule`` is what remains, this turn first."""
    room = step.room
    deck.prepare(room, step.library)
    turns.save_schedule(room, schedule._replace(queue=schedule.queue[1:]))
    turns.advance_rotation(room, turn)
    room.turns_played += 1
    room.round_number = room.turns_played
    room.active_team_id = turn.team_id
    duration_ms = room.settings.round_duration_sec * 1000
    first = room.deck.words[room.deck_position]
    room.round = Round(
        number=room.round_number,
        team_id=turn.team_id,
        explainer_id=turn.explainer_id,
        holder_id=room.host_id if room.settings.word_holder == "host" else turn.explainer_id,
        duration_ms=duration_ms,
        pack_id=first.pack_id,
        ends_at_ms=step.now_ms + duration_ms,
        next_tick_s=room.settings.round_duration_sec - 1,
    )
    room.turn = None
    room.countdown_at_ms = None
    step.move(GameEvent.ROUND_STARTED)
    step.emit(
        RoundStarted(
            round_number=room.round.number,
            active_team_id=turn.team_id,
            explainer_player_id=turn.explainer_id,
            round_duration_sec=room.settings.round_duration_sec,
            word_pack_id=first.pack_id,
        )
    )
    _reveal_next(step)


def tick(step: Step) -> None:
    """Announce the seconds left on the clock."""
    playing = current_round(step.room)
    left = clock_seconds(playing.remaining(step.now_ms))
    playing.next_tick_s = left - 1
    step.move(GameEvent.TIMER_TICK)
    step.emit(TimerTick(remaining_seconds=left))


def time_out(step: Step) -> None:
    """End the round: the clock has reached 0."""
    _end_round(step, GameEvent.ROUND_TIMEOUT, "timer_expired")


def swipe(step: Step, actor_id: str, command: WordSwiped) -> None:
    """Score the live word and reveal the next. Raises `IllegalMove` for another word (docs/spec.md §6.3)."""
    room = step.room
    playing = current_round(room)
    if playing.word is None or playing.word_id != command.word_id:
        raise IllegalMove("This word is not the live one any more.")
    points = scoring.points_for(room.settings, command.action)
    played = PlayedWord(
        word_id=command.word_id,
        ref=playing.word.ref,
        text=playing.word.text,
        action=command.action,
        points=points,
        explainer_id=playing.explainer_id,
        took_ms=max(0, playing.elapsed(step.now_ms) - playing.word_shown_ms),
        position=room.deck_position - 1,
    )
    playing.words.append(played)
    _apply_points(room, played, +1)
    step.move(GameEvent.WORD_SWIPED)
    step.emit(
        WordResult(
            word_id=played.word_id,
            action=played.action,
            team_id=playing.team_id,
            points_awarded=points,
            new_score=_team_score(room, playing.team_id),
        )
    )
    _reveal_next(step)


def undo(step: Step, actor_id: str, command: UndoSwipe) -> None:
    """Undo the last swipe of this round: its word is live again, and the word that was live follows it.

    Raises `IllegalMove` if there is nothing to undo.
    """
    room = step.room
    playing = current_round(room)
    if not playing.words or playing.words[-1].position >= len(room.deck.words):
        raise IllegalMove("There is nothing to undo in this round.")
    undone = playing.words.pop()
    _apply_points(room, undone, -1)
    room.deck_position = undone.position + 1
    playing.word = room.deck.words[undone.position]
    playing.word_id = undone.word_id
    playing.word_shown_ms = max(0, playing.elapsed(step.now_ms) - undone.took_ms)
    step.move(GameEvent.WORD_SWIPED)
    step.emit(
        WordCorrected(
            word_id=undone.word_id,
            action="undone",
            team_id=playing.team_id,
            points_awarded=0,
            new_score=_team_score(room, playing.team_id),
        )
    )
    _emit_word(step)


def pause(step: Step, actor_id: str, command: PauseGame) -> None:
    """Stop the clock."""
    _pause(step, step.now_ms, "Host paused", "The host has paused the game.")


def auto_pause(step: Step) -> None:
    """Pause after `AUTO_PAUSE_MS` without the host; the clock goes back to their disconnection (docs/spec.md §3.5)."""
    away_since_ms = step.room.host.away_since_ms
    _pause(
        step,
        step.now_ms if away_since_ms is None else away_since_ms,
        "Host disconnected",
        "Waiting for host to reconnect...",
    )


def resume(step: Step, actor_id: str, command: ResumeGame) -> None:
    """Restart the clock; a round without words left ends instead.

    Raises `TooFewPlayers` if nobody of the team is connected.
    """
    room = step.room
    playing = current_round(room)
    team = room.team(playing.team_id)
    if team is not None and not any(room.members[player_id].connected for player_id in team.players):
        raise TooFewPlayers("Nobody of the team whose turn it is is connected.")
    playing.ends_at_ms = step.now_ms + playing.remaining_ms
    playing.next_tick_s = clock_seconds(playing.remaining_ms) - 1
    room.paused_reason = None
    step.move(GameEvent.HOST_RESUME)
    step.emit(GameResumed(remaining_seconds=clock_seconds(playing.remaining_ms)))
    if playing.word is None:
        _end_round(step, GameEvent.PACK_EXHAUSTED, "pack_exhausted")


def correct_word(step: Step, actor_id: str, command: CorrectWord) -> None:
    """In the review: change the result of a word and restart the review's timer.

    Raises `IllegalMove` for a word that was not played in the last round.
    """
    room = step.room
    playing = current_round(room)
    word = next((word for word in playing.words if word.word_id == command.word_id), None)
    if word is None:
        raise IllegalMove("This word was not played in the last round.")
    if word.action == command.action:
        return
    _apply_points(room, word, -1)
    word.action = command.action
    word.points = scoring.points_for(room.settings, command.action)
    _apply_points(room, word, +1)
    room.rounds[-1] = scoring.summarize_round(playing)
    step.move(GameEvent.SCORES_CALCULATED)
    step.emit(
        WordCorrected(
            word_id=word.word_id,
            action=word.action,
            team_id=playing.team_id,
            points_awarded=word.points,
            new_score=_team_score(room, playing.team_id),
        )
    )
    _start_review(step)


def report_word(step: Step, actor_id: str, command: ReportWord) -> None:
    """Report a word of the last round to the owner of its pack.

    Raises `NotAllowed` for spectators, `IllegalMove` for a word that was not played.
    """
    room, playing = step.room, step.room.round
    if actor_id != room.host_id and not room.members[actor_id].seated:
        raise NotAllowed("Those who only look on cannot report a word.")
    word = next((word for word in playing.words if word.word_id == command.word_id), None) if playing else None
    if word is None:
        raise IllegalMove("This word was not played in the last round.")
    step.emit(WordReported(ref=word.ref, reason=command.reason))


def replace_explainer(step: Step) -> None:
    """In a round: the next connected teammate explains; without one the host holds the words.

    A new holder gets a new word.
    """
    room = step.room
    playing = current_round(room)
    successor = turns.replacement_explainer(room, playing.team_id, playing.explainer_id)
    held = playing.holder_id == playing.explainer_id
    if successor is not None:
        playing.explainer_id = successor
    if held:
        playing.holder_id = successor or room.host_id
        _reveal_next(step)
    step.emit(Resync())


def can_replace_holder(room: Room) -> bool:
    """In a round: whether a teammate or the host could hold the words instead of the explainer."""
    playing = room.round
    return playing is not None and (
        playing.holder_id != room.host_id
        or turns.replacement_explainer(room, playing.team_id, playing.explainer_id) is not None
    )


def change_holder(step: Step) -> None:
    """In a round, after a change of host: the explainer holds the words, or a teammate if the explainer is away."""
    room = step.room
    playing = current_round(room)
    explainer = room.members.get(playing.explainer_id)
    if explainer is None or not explainer.connected or explainer.sitting_out:
        successor = turns.replacement_explainer(room, playing.team_id, playing.explainer_id)
        playing.explainer_id = successor or playing.explainer_id
        holder_id = successor or room.host_id
    else:
        holder_id = explainer.id
    if holder_id != playing.holder_id:
        playing.holder_id = holder_id
        _reveal_next(step)
    step.emit(Resync())


def live_word(room: Room) -> WordRevealed | None:
    """The live word, for the word holder alone; None when there is none."""
    playing = room.round
    if room.state not in IN_ROUND or playing is None or playing.word is None or playing.word_id is None:
        return None
    return WordRevealed(
        word_id=playing.word_id,
        word_text=playing.word.text,
        difficulty=playing.word.difficulty,
        remaining_in_pack=deck.remaining(room),
    )


def has_empty_team(room: Room) -> bool:
    """Whether a round is running whose team has no player any more."""
    if room.state not in IN_ROUND or room.round is None:
        return False
    team = room.team(room.round.team_id)
    return team is not None and not team.players


def abandon(step: Step) -> None:
    """End the round: nobody of its team is left."""
    _end_round(step, GameEvent.ROUND_TIMEOUT, "explainer_left")


def current_round(room: Room) -> Round:
    """The running or just finished round. Raises `IllegalMove` if there is none."""
    if room.round is None:
        raise IllegalMove("No round is being played.")
    return room.round


def _reveal_next(step: Step) -> None:
    room = step.room
    playing = current_round(room)
    word = deck.draw(room)
    if word is None:
        playing.word = None
        playing.word_id = None
        if room.state is RoomState.ROUND_ACTIVE:
            _end_round(step, GameEvent.PACK_EXHAUSTED, "pack_exhausted")
        return
    room.words_shown += 1
    playing.word = word
    playing.word_id = f"word_{room.words_shown}"
    playing.word_shown_ms = playing.elapsed(step.now_ms)
    _emit_word(step)


def _emit_word(step: Step) -> None:
    room = step.room
    revealed = live_word(room)
    if revealed is not None:
        audience: Audience = "host" if room.settings.word_holder == "host" else "actor"
        step.emit(revealed, audience, current_round(room).holder_id)


def _pause(step: Step, at_ms: int, reason: str, message: str) -> None:
    room = step.room
    playing = current_round(room)
    playing.remaining_ms = min(playing.duration_ms, playing.remaining(at_ms))
    playing.ends_at_ms = None
    room.paused_reason = reason
    step.move(GameEvent.HOST_PAUSE)
    step.emit(GamePaused(reason=reason, message=message, remaining_seconds=clock_seconds(playing.remaining_ms)))


def _end_round(step: Step, event: GameEvent, reason: EndReason) -> None:
    room = step.room
    playing = current_round(room)
    playing.remaining_ms = playing.remaining(step.now_ms)
    playing.ends_at_ms = None
    playing.word = None
    playing.word_id = None
    room.paused_reason = None
    summary = scoring.summarize_round(playing)
    room.rounds.append(summary)
    step.move(event)
    step.emit(
        RoundEnded(
            reason=reason,
            round_number=playing.number,
            team_id=playing.team_id,
            words_guessed=summary.words_guessed,
            words_skipped=summary.words_skipped,
            points_earned=summary.points,
            average_time_per_word=scoring.average_time_s(playing),
            words=scoring.word_views(playing),
        )
    )
    step.move(GameEvent.SCORES_CALCULATED)
    _start_review(step)


def _start_review(step: Step) -> None:
    room = step.room
    room.review_until_ms = step.now_ms + REVIEW_MS
    turn = turns.upcoming_turn(room)
    step.emit(
        ScoreSummary(
            leaderboard=scoring.leaderboard(room),
            next_round_in=REVIEW_MS // 1000,
            rounds=scoring.round_views(room),
            team_id=turn.team_id if turn else None,
            explainer_player_id=turn.explainer_id if turn else None,
        )
    )


def _apply_points(room: Room, word: PlayedWord, sign: int) -> None:
    team = room.team(current_round(room).team_id)
    if team is not None:
        team.score += sign * word.points
    explainer = room.members.get(word.explainer_id)
    if explainer is not None and word.action == "guessed":
        explainer.words_explained += sign


def _team_score(room: Room, team_id: str) -> int:
    team = room.team(team_id)
    return team.score if team else 0
