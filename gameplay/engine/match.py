"""A match, from the first countdown to the final results and the rematch; `rounds` has what happens in between."""

import msgspec

from gameplay.engine import deck, rounds, scoring, teams, turns
from gameplay.engine.commands import CloseRoom, ConfirmStart, EndGame, NextRound, RestartGame
from gameplay.engine.errors import IllegalMove, TooFewPlayers
from gameplay.engine.events import CountdownTick, GameRestarted, Resync, RoomClosed, SettingsUpdated
from gameplay.engine.model import MIN_TEAMS, Turn
from gameplay.engine.states import IN_ROUND, GameEvent, RoomState
from gameplay.engine.step import Step
from gameplay.engine.timing import COUNTDOWN_S

BETWEEN_ROUNDS = RoomState.READY_FOR_NEXT


def confirm_start(step: Step, actor_id: str, command: ConfirmStart) -> None:
    """Start a game and its first countdown.

    Raises `IllegalMove` if the teams are unbalanced, `TooFewPlayers` if fewer than two of them have a connected player,
    `BadSettings` if the packs have no words.
    """
    room = step.room
    if not room.is_balanced:
        raise IllegalMove("The teams are not balanced.")
    if sum(any(room.members[player].connected for player in team.players) for team in room.teams) < MIN_TEAMS:
        raise TooFewPlayers(f"{MIN_TEAMS} teams need somebody who is connected.")
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
    for player in room.known_players:
        player.words_explained = 0
    turns.save_schedule(room, turns.initial_schedule(room))
    _start_countdown(step, following.turn, GameEvent.HOST_CONFIRM_START)


def proceed(step: Step) -> None:
    """In ``READY_FOR_NEXT``: start the next countdown or end the game; wait while the host or every player is away.

    Runs after every command and deadline, since any may end the review or the wait.
    """
    room = step.room
    if room.state is not BETWEEN_ROUNDS:
        return
    if turns.is_played_out(room):
        complete(step, is_played_out=True)
        return
    if not room.host.connected:
        return
    teams.seat_latecomers(step)
    following = turns.next_turn(room)
    if following.turn is not None:
        _start_countdown(step, following.turn, GameEvent.COUNTDOWN_TICK)
    elif following.is_over:
        complete(step, is_played_out=True)


def count_down(step: Step) -> None:
    """Count one second down and start the round at 0; without a connected explainer the countdown is cancelled."""
    room = step.room
    following = turns.next_turn(room)
    if following.turn is None:
        room.turn = None
        room.countdown_at_ms = None
        step.move(GameEvent.NEXT_ROUND_READY)
        return
    room.countdown_s -= 1
    if room.countdown_s <= 0:
        rounds.start_round(step, following.turn, following.schedule)
        return
    room.turn = following.turn
    room.countdown_at_ms = (room.countdown_at_ms or step.now_ms) + 1000
    step.move(GameEvent.COUNTDOWN_TICK)
    _emit_countdown(step, following.turn)


def next_round(step: Step, actor_id: str, command: NextRound) -> None:
    """End the review on the host's command."""
    end_review(step)


def end_review(step: Step) -> None:
    """End the review."""
    step.room.review_until_ms = None
    step.move(GameEvent.NEXT_ROUND_READY)


def end_game(step: Step, actor_id: str, command: EndGame) -> None:
    """Go to the results now; words already swiped in a running round count."""
    complete(step, turns.is_played_out(step.room))


def complete(step: Step, is_played_out: bool) -> None:
    """End the game: clear every running timer, announce the results."""
    room = step.room
    room.tie_winner_id = turns.tie_winner(room) if is_played_out else None
    if room.state in IN_ROUND:
        room.rounds.append(scoring.summarize_round(rounds.current_round(room)))
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
    """Prepare a rematch: same members and teams, scores at 0, the deck continues."""
    room = step.room
    has_new_teams = len(room.teams) != room.settings.num_teams
    if has_new_teams:
        teams.create_teams(room)
    for team in room.teams:
        team.score = 0
    for player in room.players:
        player.sitting_out = False
    room.rounds = []
    step.move(GameEvent.HOST_RESTART)
    step.emit(GameRestarted(teams=teams.views(room)))
    if has_new_teams and room.former_players:
        step.emit(Resync())


def close_room(step: Step, actor_id: str, command: CloseRoom) -> None:
    """Close the room for good."""
    step.move(GameEvent.ROOM_CLOSE)
    step.emit(RoomClosed(reason="host"))


def _start_countdown(step: Step, turn: Turn, event: GameEvent) -> None:
    room = step.room
    _restore_word_holder(step)
    room.turn = turn
    room.round = None
    room.countdown_s = COUNTDOWN_S
    room.countdown_at_ms = step.now_ms + 1000
    step.move(event)
    _emit_countdown(step, turn)


def _restore_word_holder(step: Step) -> None:
    """The words return to where they were before a player became the host, once the host plays no more."""
    room = step.room
    former, room.former_word_holder = room.former_word_holder, None
    if former is None:
        return
    if room.host.seated:
        room.former_word_holder = former
    elif former != room.settings.word_holder:
        room.settings = msgspec.structs.replace(room.settings, word_holder=former)
        step.emit(SettingsUpdated(settings=room.settings))


def _emit_countdown(step: Step, turn: Turn) -> None:
    step.emit(
        CountdownTick(
            remaining_seconds=step.room.countdown_s, team_id=turn.team_id, explainer_player_id=turn.explainer_id
        )
    )
