"""The transition table: complete, and each row is taken by a game (docs/spec.md §1.1–§1.3)."""

from collections.abc import Callable

import pytest

from gameplay.engine import commands as c
from gameplay.engine import hooks
from gameplay.engine.errors import GameError, IllegalMove, NotAllowed
from gameplay.engine.game import COMMANDS
from gameplay.engine.states import GameEvent as E
from gameplay.engine.states import RoomState as S
from gameplay.engine.step import Step
from gameplay.engine.transitions import TABLE, TICKS, Move, Who, is_repeat, moves
from tests.support.game import CAST, SCENES, Game, in_round, path, started, teams_ready

PASSED_THROUGH = {S.ROUND_ENDED, S.GAME_ENDED}
Taken = list[tuple[S | None, E, S]]


@pytest.fixture
def taken(monkeypatch) -> Taken:
    """Record the moves that are made while the test runs."""
    seen: Taken = []
    move = Step.move

    def note(step: Step, event: E) -> None:
        source = step.room.state
        move(step, event)
        # What a move says comes after it, so the state is still the one it led to.
        seen.append((source, event, step.room.state))

    monkeypatch.setattr(Step, "move", note)
    return seen


def guess_every_word(game: Game) -> None:
    while game.state is S.ROUND_ACTIVE:
        game.guess()


def give(command: c.Command) -> Callable[[Game], object]:
    return lambda game: game.give("Alice", command)


def wait(seconds: float) -> Callable[[Game], object]:
    return lambda game: game.pass_s(seconds)


def leave(*names: str) -> Callable[[Game], object]:
    return lambda game: [game.leave(name) for name in names]


def join(game: Game) -> None:
    game.join("Zoe")


def sit_down(game: Game) -> None:
    game.sit("Bob", 1)


def everybody_away(game: Game) -> None:
    game.drop(*CAST)
    game.pass_s(1)


WAYS: dict[tuple[S, E, S], Callable[[Game], object]] = {
    (S.ROOM_CREATED, E.PLAYER_JOINED, S.LOBBY): join,
    (S.LOBBY, E.PLAYER_JOINED, S.LOBBY): join,
    (S.LOBBY, E.PLAYER_LEFT, S.LOBBY): leave("Erin"),
    (S.LOBBY, E.HOST_START_SETUP, S.TEAM_SETUP): give(c.StartTeamSetup()),
    (S.TEAM_SETUP, E.PLAYER_JOINED, S.TEAM_SETUP): join,
    (S.TEAM_SETUP, E.PLAYER_LEFT, S.TEAM_SETUP): leave("Erin"),
    (S.TEAM_SETUP, E.PLAYER_ASSIGNED, S.TEAM_SETUP): sit_down,
    (S.TEAM_SETUP, E.TEAMS_BALANCED, S.READY_TO_START): give(c.ShuffleTeams()),
    (S.TEAM_SETUP, E.HOST_CANCEL_SETUP, S.LOBBY): give(c.CancelTeamSetup()),
    (S.READY_TO_START, E.PLAYER_JOINED, S.TEAM_SETUP): join,
    (S.READY_TO_START, E.PLAYER_LEFT, S.READY_TO_START): leave("Erin"),
    (S.READY_TO_START, E.PLAYER_LEFT, S.TEAM_SETUP): leave("Erin", "Carol"),
    (S.READY_TO_START, E.PLAYER_ASSIGNED, S.READY_TO_START): give(c.ShuffleTeams()),
    (S.READY_TO_START, E.PLAYER_ASSIGNED, S.TEAM_SETUP): lambda game: game.sit("Erin", 1),
    (S.READY_TO_START, E.HOST_CANCEL_SETUP, S.LOBBY): give(c.CancelTeamSetup()),
    (S.READY_TO_START, E.HOST_CONFIRM_START, S.ROUND_STARTING): give(c.ConfirmStart()),
    (S.ROUND_STARTING, E.COUNTDOWN_TICK, S.ROUND_STARTING): wait(1),
    (S.ROUND_STARTING, E.ROUND_STARTED, S.ROUND_ACTIVE): wait(3),
    (S.ROUND_STARTING, E.PLAYER_JOINED, S.ROUND_STARTING): join,
    (S.ROUND_STARTING, E.PLAYER_LEFT, S.ROUND_STARTING): leave("Erin"),
    (S.ROUND_STARTING, E.NEXT_ROUND_READY, S.READY_FOR_NEXT): everybody_away,
    (S.ROUND_ACTIVE, E.TIMER_TICK, S.ROUND_ACTIVE): wait(1),
    (S.ROUND_ACTIVE, E.WORD_SWIPED, S.ROUND_ACTIVE): Game.swipe,
    (S.ROUND_ACTIVE, E.HOST_PAUSE, S.ROUND_PAUSED): Game.pause,
    (S.ROUND_ACTIVE, E.PLAYER_JOINED, S.ROUND_ACTIVE): join,
    (S.ROUND_ACTIVE, E.PLAYER_LEFT, S.ROUND_ACTIVE): leave("Erin"),
    (S.ROUND_ACTIVE, E.ROUND_TIMEOUT, S.ROUND_ENDED): wait(60),
    (S.ROUND_ACTIVE, E.PACK_EXHAUSTED, S.ROUND_ENDED): guess_every_word,
    (S.ROUND_ACTIVE, E.GAME_COMPLETE, S.GAME_ENDED): Game.end,
    (S.ROUND_PAUSED, E.HOST_RESUME, S.ROUND_ACTIVE): Game.resume,
    (S.ROUND_PAUSED, E.PLAYER_JOINED, S.ROUND_PAUSED): join,
    (S.ROUND_PAUSED, E.PLAYER_LEFT, S.ROUND_PAUSED): leave("Erin"),
    (S.ROUND_PAUSED, E.ROUND_TIMEOUT, S.ROUND_ENDED): leave("Bob", "Dave"),
    (S.ROUND_PAUSED, E.GAME_COMPLETE, S.GAME_ENDED): Game.end,
    (S.ROUND_ENDED, E.SCORES_CALCULATED, S.SCORE_REVIEW): wait(60),
    (S.SCORE_REVIEW, E.SCORES_CALCULATED, S.SCORE_REVIEW): lambda game: game.correct("word_1", "skipped"),
    (S.SCORE_REVIEW, E.NEXT_ROUND_READY, S.READY_FOR_NEXT): wait(5),
    (S.SCORE_REVIEW, E.PLAYER_JOINED, S.SCORE_REVIEW): join,
    (S.SCORE_REVIEW, E.PLAYER_LEFT, S.SCORE_REVIEW): leave("Erin"),
    (S.SCORE_REVIEW, E.GAME_COMPLETE, S.GAME_ENDED): Game.end,
    (S.READY_FOR_NEXT, E.PLAYER_ASSIGNED, S.READY_FOR_NEXT): join,
    (S.READY_FOR_NEXT, E.PLAYER_JOINED, S.READY_FOR_NEXT): join,
    (S.READY_FOR_NEXT, E.PLAYER_LEFT, S.READY_FOR_NEXT): leave("Erin"),
    (S.READY_FOR_NEXT, E.COUNTDOWN_TICK, S.ROUND_STARTING): lambda game: game.come_back("Carol"),
    (S.READY_FOR_NEXT, E.GAME_COMPLETE, S.GAME_ENDED): Game.end,
    (S.GAME_ENDED, E.SCORES_CALCULATED, S.FINAL_RESULTS): Game.end,
    (S.FINAL_RESULTS, E.PLAYER_JOINED, S.FINAL_RESULTS): join,
    (S.FINAL_RESULTS, E.PLAYER_LEFT, S.FINAL_RESULTS): leave("Erin"),
    (S.FINAL_RESULTS, E.HOST_RESTART, S.READY_TO_START): Game.rematch,
    (S.FINAL_RESULTS, E.HOST_RESTART, S.TEAM_SETUP): lambda game: (join(game), game.rematch()),
    **{(state, E.ROOM_CLOSE, S.ROOM_CLOSED): give(c.CloseRoom()) for state in SCENES if state is not S.ROOM_CLOSED},
}
"""How a game in the scene of the first state takes the row."""

OUT_OF_REACH = {(S.ROOM_CREATED, E.HOST_START_SETUP, S.TEAM_SETUP)}
"""The host may try it; the answer is always that there are too few players."""

REPEATS: dict[tuple[S, E], c.Command] = {
    (S.TEAM_SETUP, E.HOST_START_SETUP): c.StartTeamSetup(),
    (S.READY_TO_START, E.HOST_START_SETUP): c.StartTeamSetup(num_teams=2),
    (S.ROUND_STARTING, E.HOST_CONFIRM_START): c.ConfirmStart(),
    (S.ROUND_ACTIVE, E.HOST_RESUME): c.ResumeGame(),
    (S.ROUND_PAUSED, E.HOST_PAUSE): c.PauseGame(),
}


def test_every_state_stands_in_the_table():
    assert {row.source for row in TABLE} - {None} == set(S) - {S.ROOM_CLOSED}
    assert {row.target for row in TABLE} == set(S)


def test_every_event_stands_in_the_table():
    assert {row.event for row in TABLE} == set(E)


def test_no_row_stands_in_the_table_twice():
    assert len({(row.source, row.event, row.guard) for row in TABLE}) == len(TABLE)


def test_nothing_leads_out_of_a_closed_room():
    assert not [row for row in TABLE if row.source is S.ROOM_CLOSED]


def test_where_an_event_leads_to_two_states_the_conditions_exclude_each_other():
    for source in S:
        for event in E:
            guards = sorted(row.guard for row in moves(source, event))
            assert guards in ([], [""], ["balanced", "unbalanced"])


def test_a_repeat_does_not_change_the_state():
    assert all(row.source is row.target for row in TABLE if row.repeat)


def test_every_command_that_is_an_event_is_taken_in_some_state_by_whom_the_table_says():
    for rule in COMMANDS.values():
        if rule.event is not None:
            assert any(rule.who in row.who for row in TABLE if row.event is rule.event)


def test_every_command_has_a_rule():
    assert set(COMMANDS) == {
        kind for kind in vars(c).values() if isinstance(kind, type) and issubclass(kind, c.Command)
    } - {c.Command}


def test_a_new_room_is_created():
    assert moves_of(None) == {(E.ROOM_CREATED, S.ROOM_CREATED)}
    assert Game().state is S.ROOM_CREATED


def moves_of(source: S | None) -> set[tuple[E, S]]:
    return {(row.event, row.target) for row in TABLE if row.source is source}


def test_every_row_of_the_table_has_a_scenario():
    rows = {(row.source, row.event, row.target) for row in TABLE if row.source is not None and not row.repeat}
    assert set(WAYS) | OUT_OF_REACH == rows
    assert set(REPEATS) == {(row.source, row.event) for row in TABLE if row.repeat}


def _name(row: tuple[S | None, E, S]) -> str:
    return "-".join(str(part) for part in row)


@pytest.mark.parametrize("row", WAYS, ids=_name)
def test_a_game_takes_every_row(row, taken):
    game = in_round() if row[0] in PASSED_THROUGH else SCENES[row[0]]()
    taken.clear()
    WAYS[row](game)
    assert row in taken


@pytest.mark.parametrize("row", REPEATS, ids=_name)
def test_a_repeat_is_accepted_and_nothing_happens(row):
    state, event = row
    assert is_repeat(state, event)
    game = SCENES[state]()
    before = game.saved()
    assert game.give("Alice", REPEATS[row]) == []
    assert game.saved() == before


def test_a_room_without_players_has_too_few_for_teams():
    game = SCENES[S.ROOM_CREATED]()
    with pytest.raises(GameError) as refusal:
        game.set_up()
    assert refusal.value.code == "NOT_ENOUGH_PLAYERS"


def test_a_whole_game_passes_through_every_state():
    game = Game(roundsPerTeam=1)
    visited = {game.state}
    game.arrive()
    game.join(*CAST)
    game.set_up()
    game.seat_everybody()
    game.start()
    game.pass_until(S.ROUND_ACTIVE)
    game.guess(3)
    game.pause()
    game.resume()
    game.pass_until(S.FINAL_RESULTS)
    game.rematch()
    game.give("Alice", c.CloseRoom())
    assert visited | set(path(game.said)) == set(S)


def test_the_states_of_a_whole_game_come_in_order():
    game = teams_ready(roundsPerTeam=1)
    said = game.start()
    said += game.pass_until(S.ROUND_ACTIVE)
    game.guess()
    said += game.pass_until(S.FINAL_RESULTS)
    turn = [S.ROUND_STARTING, S.ROUND_ACTIVE, S.ROUND_ENDED, S.SCORE_REVIEW, S.READY_FOR_NEXT]
    assert path(said) == [*turn, *turn, S.GAME_ENDED, S.FINAL_RESULTS]


# The order of the checks: authorised, legal, already so, applied


def test_authorisation_is_checked_before_legality():
    for state, scene in SCENES.items():
        if state is not S.ROOM_CLOSED:
            with pytest.raises(NotAllowed):
                scene().give("Bob", c.PauseGame())


def test_legality_is_checked_before_the_arguments():
    with pytest.raises(IllegalMove):
        started().give("Alice", c.AssignPlayer(player_id="nobody", team_id="nowhere"))


def test_a_refused_command_changes_nothing():
    game = in_round()
    before = game.saved()
    for name, command in (
        ("Bob", c.PauseGame()),
        ("Alice", c.NextRound()),
        ("Alice", c.WordSwiped(word_id="word_77", action="guessed")),
        ("Alice", c.KickPlayer(player_id="player_099")),
        ("a stranger", c.LeaveRoom()),
    ):
        with pytest.raises(GameError):
            game.give(name, command)
    assert game.saved() == before


def test_an_applied_command_raises_the_version_by_one():
    game = in_round()
    before = game.room.state_version
    game.swipe()
    assert game.room.state_version == before + 1


def test_a_tick_does_not_raise_the_version():
    game = in_round()
    before = game.room.state_version
    assert set(TICKS) == {E.COUNTDOWN_TICK, E.TIMER_TICK}
    game.pass_s(5)
    assert game.room.state_version == before


def test_a_move_that_the_table_does_not_have_cannot_be_made():
    game = Game()
    step = Step(game.room, game.now_ms, game.library, hooks)
    with pytest.raises(IllegalMove):
        step.move(E.ROUND_STARTED)
    assert game.state is S.ROOM_CREATED


def test_no_client_command_causes_an_event_of_the_server():
    commands = {rule.event for rule in COMMANDS.values() if rule.event is not None}
    by_itself: list[Move] = [row for row in TABLE if row.who == (Who.SYSTEM,)]
    for row in by_itself:
        if row.source is not None and row.event in commands:
            assert not any(rule.who in row.who for rule in COMMANDS.values() if rule.event is row.event)
