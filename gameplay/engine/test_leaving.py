"""Leaving during a game (docs/spec.md §8.8)."""

import pytest
from msgspec import UNSET

from gameplay.engine import commands as c
from gameplay.engine import events
from gameplay.engine.errors import NotAllowed
from gameplay.engine.states import GameEvent
from gameplay.engine.states import RoomState as S
from tests.support.game import CAST, SCENES, all_of, in_review, in_round, lobby, path, started, the, types


@pytest.mark.parametrize("state", [state for state in SCENES if state not in (S.ROOM_CREATED, S.ROOM_CLOSED)])
def test_a_player_may_leave_in_every_state(state):
    game = SCENES[state]()
    left = the(game.leave("Carol"), events.PlayerLeft)
    assert left.reason == "voluntary"
    assert "Carol" not in [player.name for player in game.room.players]
    assert not any("Carol" in names for names in game.team_names())


def test_a_removal_asks_the_server_to_close_the_connection():
    game = lobby()
    bob = game.id("Bob")
    assert the(game.leave("Bob"), events.Removed) == events.Removed(player_id=bob, reason="voluntary")


def test_a_host_without_a_seat_cannot_leave():
    with pytest.raises(NotAllowed):
        lobby().leave("Alice")


def test_a_team_keeps_the_points_of_somebody_who_leaves():
    game = in_round()
    game.guess(3)
    game.leave("Bob")
    assert game.scores() == [3, 0]


def test_a_listener_who_leaves_does_not_stop_the_round():
    game = in_round()
    before = game.remaining_ms()
    game.leave("Dave")
    assert (game.state, game.explainer, game.remaining_ms()) == (S.ROUND_ACTIVE, "Bob", before)


def test_a_teammate_replaces_an_explainer_who_leaves():
    game = in_round()
    word = game.word
    said = game.leave("Bob")
    assert (game.state, game.explainer) == (S.ROUND_ACTIVE, "Dave")
    assert "Resync" in types(said)
    assert game.word == word, "the host holds the word, so it stays"


def test_the_replacement_is_the_next_in_the_rotation():
    game = in_round("Bob", "Carol", "Dave", "Erin", "Frank", "Grace")
    assert game.team_names()[0] == ["Bob", "Dave", "Frank"]
    game.leave("Bob")
    assert game.explainer == "Dave"


def test_the_replacement_of_the_last_in_the_rotation_is_the_first():
    game = in_round("Bob", "Carol", "Dave", "Erin", "Frank", "Grace")
    for _ in range(4):
        game.pass_until(S.SCORE_REVIEW)
        game.pass_until(S.ROUND_ACTIVE)
    assert game.explainer == "Frank"
    game.leave("Frank")
    assert game.explainer == "Bob"


def test_the_round_of_a_team_without_players_ends():
    game = in_round("Bob", "Carol")
    game.swipe("guessed")
    said = game.leave("Bob")
    ended = the(said, events.RoundEnded)
    assert (ended.reason, ended.words_guessed, game.scores()) == ("explainer_left", 1, [1, 0])
    assert GameEvent.ROUND_TIMEOUT in [event.event for event in all_of(said, events.StateChanged)]
    assert game.state is S.SCORE_REVIEW


def test_the_round_ends_in_a_pause_too_when_the_last_of_the_team_goes():
    game = in_round("Bob", "Carol", "Dave", "Erin")
    game.leave("Bob")
    assert (game.state, game.explainer) == (S.ROUND_ACTIVE, "Dave")
    game.pause()
    game.kick("Dave")
    assert game.state is S.SCORE_REVIEW
    assert game.view().pause_reason is UNSET
    game.pass_until(S.ROUND_ACTIVE)
    assert game.explainer == "Carol"


def test_an_explainer_who_is_merely_away_leaves_the_round_running():
    game = in_round("Bob", "Carol")
    game.drop("Bob")
    game.pass_s(59)
    assert game.state is S.ROUND_ACTIVE


def test_a_replacement_keeps_their_own_turn():
    game = in_round("Bob", "Carol", "Dave", "Erin", "Frank", "Grace", roundsPerTeam=4)
    game.leave("Bob")
    explained = [game.explainer]
    for _ in range(4):
        game.pass_until(S.SCORE_REVIEW)
        game.pass_until(S.ROUND_ACTIVE)
        explained.append(game.explainer)
    assert explained == ["Dave", "Carol", "Dave", "Erin", "Frank"]


def test_a_departure_does_not_skip_the_next_explainer():
    game = in_round("Bob", "Carol", "Dave", "Erin", "Frank", "Grace", roundsPerTeam=4)
    game.pass_until(S.SCORE_REVIEW)
    game.leave("Bob")
    explained = []
    for _ in range(3):
        game.pass_until(S.ROUND_ACTIVE)
        explained.append(game.explainer)
        game.pass_until(S.SCORE_REVIEW)
    assert explained == ["Carol", "Dave", "Erin"]


def test_an_explainer_who_leaves_during_the_countdown_is_replaced_in_it():
    game = started()
    assert game.view().explainer_player_id == game.id("Bob")
    game.leave("Bob")
    tick = the(game.pass_s(1), events.CountdownTick)
    assert game.name(tick.explainer_player_id) == "Dave"
    game.pass_until(S.ROUND_ACTIVE)
    assert game.explainer == "Dave"


def test_a_team_that_leaves_during_its_countdown_loses_the_turn():
    game = started()
    game.leave("Bob")
    game.leave("Dave")
    game.pass_until(S.ROUND_ACTIVE)
    assert game.explainer == "Carol"


def test_with_a_whole_team_gone_the_other_one_plays_on():
    game = in_review(roundsPerTeam=2)
    game.leave("Carol")
    game.leave("Erin")
    said = game.pass_until(S.FINAL_RESULTS)
    assert [event.active_team_id for event in all_of(said, events.RoundStarted)] == ["team_1"]


def test_when_all_players_leave_during_a_countdown_the_game_waits_for_a_new_one():
    game = started()
    for name in CAST:
        game.leave(name)
    assert path(game.pass_s(10)) == [S.READY_FOR_NEXT]
    game.pass_s(3600)
    assert game.state is S.READY_FOR_NEXT
    game.join("Frank")
    game.pass_until(S.ROUND_ACTIVE)
    assert game.explainer == "Frank"


def test_the_host_may_end_a_game_that_everybody_has_left():
    game = started()
    for name in CAST:
        game.leave(name)
    game.pass_s(1)
    game.end()
    assert game.state is S.FINAL_RESULTS


def test_closing_the_room_ends_it_for_good():
    game = in_round()
    said = game.give("Alice", c.CloseRoom())
    assert types(said) == ["STATE_CHANGED", "ROOM_CLOSED"]
    assert the(said, events.RoomClosed).reason == "host"
    assert game.pass_s(100_000) == []
