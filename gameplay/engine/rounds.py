"""A round from the countdown to the review, and the game around it."""

from gameplay.engine import deck, scoring, teams, turns
from gameplay.engine.commands import (
    ConfirmStart,
    CorrectWord,
    EndGame,
    NextRound,
    PauseGame,
    RestartGame,
    ResumeGame,
    UndoSwipe,
    WordSwiped,
)
from gameplay.engine.errors import IllegalMove
from gameplay.engine.events import (
    Audience,
    CountdownTick,
    GamePaused,
    GameRestarted,
    GameResumed,
    Resync,
    RoundEnded,
    RoundStarted,
    ScoreSummary,
    TimerTick,
    WordCorrected,
    WordResult,
    WordRevealed,
)
from gameplay.engine.model import Member, PlayedWord, Room, Round, Turn
from gameplay.engine.states import IN_ROUND, GameEvent, RoomState
from gameplay.engine.step import Step
from gameplay.engine.timing import COUNTDOWN_S, REVIEW_MS


def clock_seconds(duration_ms: int) -> int:
    """``duration_ms`` as the seconds a clock shows: the last one lasts until it is over."""
    return -(-duration_ms // 1000)


def confirm_start(step: Step, actor_id: str, command: ConfirmStart) -> None:
    """Begin a game. Raises `BadSettings` if the packs have lost their words."""
    room = step.room
    if not room.is_balanced:
        raise IllegalMove("The teams are not balanced.")
    following = turns.next_turn(room, turns.initial_schedule(room))
    if following.turn is None:
        raise IllegalMove("Nobody is there to explain.")
    deck.prepare(room, step.library)
    room.game_number += 1
    room.game_started_at_ms = step.now_ms
    room.turns_played = 0
    room.rounds = []
    room.round = None
    for team in room.teams:
        team.score = 0
    for member in room.members.values():
        member.words_explained = 0
    turns.save_schedule(room, turns.initial_schedule(room))
    _start_countdown(step, following.turn, GameEvent.HOST_CONFIRM_START)


def proceed(step: Step) -> None:
    """In ``READY_FOR_NEXT``: start the next countdown or end the game; wait while the host or every player is away."""
    room = step.room
    if room.state is not RoomState.READY_FOR_NEXT:
        return
    if turns.is_played_out(room):
        complete(step)
        return
    if not room.host.connected:
        return
    teams.seat_latecomers(step)
    following = turns.next_turn(room)
    if following.turn is not None:
        _start_countdown(step, following.turn, GameEvent.COUNTDOWN_TICK)
    elif following.is_over:
        complete(step)


def count_down(step: Step) -> None:
    """A second of the countdown is over; with nobody left to explain it is broken off."""
    room = step.room
    following = turns.next_turn(room)
    if following.turn is None:
        room.turn = None
        room.countdown_at_ms = None
        step.move(GameEvent.NEXT_ROUND_READY)
        proceed(step)
        return
    room.countdown_s -= 1
    if room.countdown_s <= 0:
        _start_round(step, following.turn, following.schedule)
        return
    room.turn = following.turn
    room.countdown_at_ms = (room.countdown_at_ms or step.now_ms) + 1000
    step.move(GameEvent.COUNTDOWN_TICK)
    _emit_countdown(step, following.turn)


def tick(step: Step) -> None:
    """Another second is over on the round's clock."""
    playing = _round(step.room)
    left = clock_seconds(playing.remaining(step.now_ms))
    playing.next_tick_s = left - 1
    step.move(GameEvent.TIMER_TICK)
    step.emit(TimerTick(remaining_seconds=left))


def time_out(step: Step) -> None:
    """The clock has run down."""
    _end_round(step, GameEvent.ROUND_TIMEOUT)


def swipe(step: Step, actor_id: str, command: WordSwiped) -> None:
    """Guess or skip the live word. Raises `IllegalMove` for another word: the first swipe wins (docs/spec.md §6.3)."""
    room = step.room
    playing = _round(room)
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
    """Take the last swipe of this round back; its word is live again, the one that was live comes after it.

    Raises `IllegalMove` if there is nothing to take back.
    """
    room = step.room
    playing = _round(room)
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
    """The host has been gone for 10 s: stop the clock where it stood when they went (docs/spec.md §3.5)."""
    away_since_ms = step.room.host.away_since_ms
    _pause(
        step,
        step.now_ms if away_since_ms is None else away_since_ms,
        "Host disconnected",
        "Waiting for host to reconnect...",
    )


def resume(step: Step, actor_id: str, command: ResumeGame) -> None:
    """Let the clock run on."""
    room = step.room
    playing = _round(room)
    playing.ends_at_ms = step.now_ms + playing.remaining_ms
    playing.next_tick_s = clock_seconds(playing.remaining_ms) - 1
    room.paused_reason = None
    step.move(GameEvent.HOST_RESUME)
    step.emit(GameResumed(remaining_seconds=clock_seconds(playing.remaining_ms)))
    if playing.word is None:
        _end_round(step, GameEvent.PACK_EXHAUSTED)


def correct_word(step: Step, actor_id: str, command: CorrectWord) -> None:
    """In the review: change what became of a word; the wait starts anew. Raises `IllegalMove` for a word not played."""
    room = step.room
    playing = _round(room)
    word = next((word for word in playing.words if word.word_id == command.word_id), None)
    if word is None:
        raise IllegalMove("This word was not played in the last round.")
    if word.action == command.action:
        return
    _apply_points(room, word, -1)
    word.action = command.action
    word.points = scoring.points_for(room.settings, command.action)
    _apply_points(room, word, +1)
    room.rounds[-1] = scoring.summarize_round(room, playing)
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


def next_round(step: Step, actor_id: str, command: NextRound) -> None:
    """End the review."""
    end_review(step)


def end_review(step: Step) -> None:
    """The review is over."""
    step.room.review_until_ms = None
    step.move(GameEvent.NEXT_ROUND_READY)
    proceed(step)


def end_game(step: Step, actor_id: str, command: EndGame) -> None:
    """Go to the results now; the words of a running round count."""
    complete(step)


def complete(step: Step) -> None:
    """The game is over: results, and everything that was running stops."""
    room = step.room
    if room.state in IN_ROUND:
        playing = _round(room)
        room.rounds.append(scoring.summarize_round(room, playing))
    room.round = None
    room.turn = None
    room.countdown_at_ms = None
    room.review_until_ms = None
    room.paused_reason = None
    room.game_duration_ms = step.now_ms - (room.game_started_at_ms or step.now_ms)
    step.move(GameEvent.GAME_COMPLETE)
    step.emit(scoring.final_results(room))
    step.move(GameEvent.SCORES_CALCULATED)


def restart(step: Step, actor_id: str, command: RestartGame) -> None:
    """A rematch in the same room with the same people; scores start at 0, words go on where they were."""
    room = step.room
    if len(room.teams) != room.settings.num_teams:
        teams.create_teams(room)
    for team in room.teams:
        team.score = 0
    for player in room.players:
        player.sitting_out = False
    room.rounds = []
    step.move(GameEvent.HOST_RESTART)
    step.emit(GameRestarted(teams=teams.views(room)))


def replace_explainer(step: Step) -> None:
    """In a round: the explainer cannot go on. The next connected teammate does, with a new word if they hold it;
    with no teammate there, the host holds the word."""
    room = step.room
    playing = _round(room)
    successor = turns.replacement_explainer(room, playing.team_id, playing.explainer_id)
    held = playing.holder_id == playing.explainer_id
    if successor is not None:
        playing.explainer_id = successor
    if held:
        playing.holder_id = successor or room.host_id
        _reveal_next(step)
    step.emit(Resync())


def can_replace_holder(room: Room) -> bool:
    """In a round: whether somebody else could hold the words instead of the explainer."""
    playing = room.round
    return playing is not None and (
        playing.holder_id != room.host_id
        or turns.replacement_explainer(room, playing.team_id, playing.explainer_id) is not None
    )


def change_holder(step: Step) -> None:
    """In a round, after the host has changed: words go to the explainer's phone now."""
    room = step.room
    playing = _round(room)
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


def upcoming_turn(room: Room) -> Turn | None:
    """The turn after the review, None when the game will be over or nobody is there."""
    return turns.next_turn(room).turn


def is_explaining(room: Room, member: Member) -> bool:
    """Whether the running round's words are explained by ``member``."""
    return room.state in IN_ROUND and room.round is not None and room.round.explainer_id == member.id


def _start_countdown(step: Step, turn: Turn, event: GameEvent) -> None:
    room = step.room
    room.turn = turn
    room.round = None
    room.countdown_s = COUNTDOWN_S
    room.countdown_at_ms = step.now_ms + 1000
    step.move(event)
    _emit_countdown(step, turn)


def _emit_countdown(step: Step, turn: Turn) -> None:
    step.emit(
        CountdownTick(
            remaining_seconds=step.room.countdown_s, team_id=turn.team_id, explainer_player_id=turn.explainer_id
        )
    )


def _start_round(step: Step, turn: Turn, schedule: turns.Schedule) -> None:
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


def _reveal_next(step: Step) -> None:
    room = step.room
    playing = _round(room)
    word = deck.draw(room)
    if word is None:
        playing.word = None
        playing.word_id = None
        if room.state is RoomState.ROUND_ACTIVE:
            _end_round(step, GameEvent.PACK_EXHAUSTED)
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
        step.emit(revealed, audience, _round(room).holder_id)


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


def _pause(step: Step, at_ms: int, reason: str, message: str) -> None:
    room = step.room
    playing = _round(room)
    playing.remaining_ms = min(playing.duration_ms, playing.remaining(at_ms))
    playing.ends_at_ms = None
    room.paused_reason = reason
    step.move(GameEvent.HOST_PAUSE)
    step.emit(GamePaused(reason=reason, message=message, remaining_seconds=clock_seconds(playing.remaining_ms)))


def _end_round(step: Step, event: GameEvent) -> None:
    room = step.room
    playing = _round(room)
    playing.remaining_ms = playing.remaining(step.now_ms)
    playing.ends_at_ms = None
    playing.word = None
    playing.word_id = None
    line = scoring.summarize_round(room, playing)
    room.rounds.append(line)
    step.move(event)
    step.emit(
        RoundEnded(
            reason="timer_expired" if event is GameEvent.ROUND_TIMEOUT else "pack_exhausted",
            round_number=playing.number,
            team_id=playing.team_id,
            words_guessed=line.words_guessed,
            words_skipped=line.words_skipped,
            points_earned=line.points,
            average_time_per_word=scoring.average_time_s(playing),
            words=scoring.word_views(playing),
        )
    )
    step.move(GameEvent.SCORES_CALCULATED)
    _start_review(step)


def _start_review(step: Step) -> None:
    room = step.room
    room.review_until_ms = step.now_ms + REVIEW_MS
    turn = upcoming_turn(room)
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
    team = room.team(_round(room).team_id)
    if team is not None:
        team.score += sign * word.points
    explainer = room.members.get(word.explainer_id)
    if explainer is not None and word.action == "guessed":
        explainer.words_explained += sign


def _team_score(room: Room, team_id: str) -> int:
    team = room.team(team_id)
    return team.score if team else 0


def _round(room: Room) -> Round:
    if room.round is None:
        raise IllegalMove("No round is being played.")
    return room.round
