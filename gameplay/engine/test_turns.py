"""The schedule: equal turns, rotating explainers, target score, tie-break (docs/spec.md §8.3)."""

import pytest

from gameplay.engine import events
from gameplay.engine.states import RoomState as S
from tests.support.game import CROWD, all_of, in_review, in_round, lobby, path, started, the


def turns(said):
    """The numbers of the teams, in the order of their turns."""
    return [int(event.active_team_id[-1]) for event in all_of(said, events.RoundStarted)]


def whole_game(game, *points):
    """The turns of a game in which each scores these points, later ones none."""
    said = []
    for each in points:
        said += game.play_turn(guessed=each)
        said += game.pass_until(S.ROUND_STARTING, S.FINAL_RESULTS)
    return turns(said)


def test_each_team_has_its_turns_in_order():
    game = started(roundsPerTeam=3)
    assert whole_game(game, 1, 0, 0, 0, 0, 0) == [1, 2, 1, 2, 1, 2]
    assert game.state is S.FINAL_RESULTS


@pytest.mark.parametrize("number", [2, 3, 4, 5])
@pytest.mark.parametrize("per_team", [1, 2])
def test_every_team_has_as_many_turns_as_every_other(number, per_team):
    game = started(*CROWD[: number + 1], numTeams=number, roundsPerTeam=per_team)
    assert whole_game(game, 1, *[0] * (number * per_team - 1)) == list(range(1, number + 1)) * per_team
    assert game.state is S.FINAL_RESULTS


def test_rounds_are_numbered_by_turns():
    game = started(roundsPerTeam=2)
    said = [game.play_turn(guessed=each) for each in (1, 0, 0, 0)]
    assert [the(part, events.RoundStarted).round_number for part in said] == [1, 2, 3, 4]


def test_the_explainer_rotates_through_the_team():
    game = started("Bob", "Carol", "Dave", "Erin", "Frank", roundsPerTeam=4)
    explained = []
    for each in (1, 0, 0, 0, 0, 0, 0, 0):
        explained.append(game.name(the(game.play_turn(guessed=each), events.RoundStarted).explainer_player_id))
    assert explained == ["Bob", "Carol", "Dave", "Erin", "Frank", "Carol", "Bob", "Erin"]


def test_an_absent_explainer_is_skipped():
    game = in_review("Bob", "Carol", "Dave", "Erin", "Frank", "Grace")
    game.drop("Carol")
    game.pass_until(S.ROUND_ACTIVE)
    assert game.explainer == "Erin"


def test_a_skipped_explainer_explains_in_the_next_rotation():
    game = in_review("Bob", "Carol", "Dave", "Erin", roundsPerTeam=4)
    game.drop("Carol")
    game.pass_until(S.ROUND_ACTIVE)
    game.come_back("Carol")
    explained = [game.explainer]
    for _ in range(2):
        game.pass_until(S.SCORE_REVIEW)
        game.pass_until(S.ROUND_ACTIVE)
        explained.append(game.explainer)
    assert explained == ["Erin", "Dave", "Carol"]


# The target score


def test_the_target_ends_the_game_after_equal_turns_only():
    game = started(targetScore=5, roundsPerTeam=10)
    game.play_turn(guessed=6)
    assert path(game.pass_until(S.ROUND_STARTING)) == [S.READY_FOR_NEXT, S.ROUND_STARTING]
    game.play_turn(guessed=2)
    assert path(game.pass_until(S.FINAL_RESULTS))[-1] is S.FINAL_RESULTS
    assert game.scores() == [6, 2]


def test_a_team_that_catches_up_in_the_last_turn_wins():
    game = started(targetScore=5, roundsPerTeam=10)
    said = game.play_out(6, 7)
    assert the(said, events.GameEnded).winner_team_id == "team_2"


def test_without_the_target_the_turns_end_the_game():
    game = started(targetScore=200, roundsPerTeam=2)
    assert whole_game(game, 3, 1, 1, 1) == [1, 2, 1, 2]
    assert game.state is S.FINAL_RESULTS


# Ties


def test_a_tie_for_first_place_plays_on_with_one_turn_for_each():
    game = started(roundsPerTeam=1)
    assert whole_game(game, 2, 2) == [1, 2]
    assert game.state is S.ROUND_STARTING
    assert whole_game(game, 1, 0) == [1, 2]
    assert game.state is S.FINAL_RESULTS
    assert game.scores() == [3, 2]


def test_a_tie_after_a_tie_break_leads_to_another():
    game = started(roundsPerTeam=1)
    assert whole_game(game, 2, 2, 1, 1, 0, 0, 3, 4) == [1, 2, 1, 2, 1, 2, 1, 2]
    assert game.state is S.FINAL_RESULTS


def test_only_the_tied_teams_play_on():
    game = started("Bob", "Carol", "Dave", numTeams=3, roundsPerTeam=1)
    assert whole_game(game, 2, 1, 2) == [1, 2, 3]
    assert whole_game(game, 0, 1) == [1, 3]
    assert (game.state, game.scores()) == (S.FINAL_RESULTS, [2, 1, 3])


def test_a_team_that_falls_behind_is_out_of_the_tie_break():
    game = started("Bob", "Carol", "Dave", numTeams=3, roundsPerTeam=1)
    assert whole_game(game, 2, 2, 2) == [1, 2, 3]
    assert whole_game(game, 1, 0, 1) == [1, 2, 3]
    assert whole_game(game, 1, 0) == [1, 3]
    assert game.scores() == [4, 2, 3]


def test_a_tie_for_second_place_ends_the_game():
    game = started("Bob", "Carol", "Dave", numTeams=3, roundsPerTeam=1)
    whole_game(game, 2, 1, 1)
    assert game.state is S.FINAL_RESULTS


def test_a_tie_at_the_target_plays_on():
    game = started(targetScore=5, roundsPerTeam=10)
    assert whole_game(game, 5, 5, 1, 0) == [1, 2, 1, 2]
    assert game.state is S.FINAL_RESULTS


def test_a_tie_break_that_loses_points_does_not_lead_back_to_turns_for_everybody():
    game = started("Bob", "Carol", "Dave", numTeams=3, targetScore=5, roundsPerTeam=10, skipPenalty=-1)
    assert whole_game(game, 5, 0, 5) == [1, 2, 3]
    assert turns(game.play_turn(skipped=1) + game.play_turn(skipped=2)) == [1, 3]
    assert turns(game.pass_until(S.FINAL_RESULTS)) == []
    assert game.scores() == [4, 0, 3]


def test_the_explainer_rotates_in_a_tie_break_too():
    game = started(roundsPerTeam=1)
    whole_game(game, 0, 0)
    game.play_turn(guessed=1)
    assert game.explainer == "Dave"


# Lost turns


def test_a_team_with_nobody_connected_loses_its_turn():
    game = in_review(roundsPerTeam=2)
    game.drop("Carol", "Erin")
    said = game.pass_until(S.ROUND_ACTIVE)
    assert turns(said) == [1]
    game.come_back("Carol", "Erin")
    said = game.pass_until(S.SCORE_REVIEW) + game.pass_until(S.ROUND_ACTIVE)
    assert turns(said) == [2]
    game.pass_until(S.SCORE_REVIEW)
    assert path(game.pass_until(S.FINAL_RESULTS))[-1] is S.FINAL_RESULTS


def test_a_last_turn_that_is_lost_ends_the_game():
    game = in_review(roundsPerTeam=1)
    game.drop("Carol", "Erin")
    assert path(game.pass_until(S.FINAL_RESULTS)) == [S.READY_FOR_NEXT, S.GAME_ENDED, S.FINAL_RESULTS]


def test_a_last_turn_is_not_lost_while_the_host_is_away_too():
    game = in_review(roundsPerTeam=1)
    game.drop("Alice", "Carol", "Erin")
    assert path(game.pass_s(20)) == [S.READY_FOR_NEXT]
    game.come_back("Carol", "Alice")
    game.pass_until(S.ROUND_ACTIVE)
    assert game.explainer == "Carol"


def test_a_new_player_keeps_the_last_turn_of_an_empty_team():
    game = in_round("Bob", "Carol", roundsPerTeam=1)
    game.guess()
    game.join("Frank")
    game.leave("Carol")
    game.pass_until(S.SCORE_REVIEW)
    game.pass_until(S.ROUND_ACTIVE)
    assert (game.explainer, game.round.team_id) == ("Frank", "team_2")


def test_a_turn_that_is_lost_in_a_tie_break_decides_it():
    game = started(roundsPerTeam=1)
    whole_game(game, 2, 2)
    game.drop("Bob", "Dave")
    assert turns(game.play_turn(guessed=1)) == [2]
    game.pass_until(S.FINAL_RESULTS)
    assert game.scores() == [2, 3]


def test_a_tie_break_whose_teams_are_all_away_waits():
    game = started("Bob", "Carol", "Dave", numTeams=3, roundsPerTeam=1)
    whole_game(game, 1, 1, 0)
    game.drop("Bob", "Carol")
    game.pass_s(30)
    assert game.state is S.READY_FOR_NEXT
    game.come_back("Carol")
    game.pass_until(S.ROUND_ACTIVE)
    assert game.explainer == "Carol"


def test_with_two_players_both_explain():
    game = lobby("Bob", "Carol", roundsPerTeam=2)
    game.set_up()
    game.seat_everybody()
    game.start()
    explained = []
    for each in (1, 0, 0, 0):
        game.play_turn(guessed=each)
        explained.append(game.explainer)
    assert explained == ["Bob", "Carol", "Bob", "Carol"]
