"""The countdown before each round."""

import pytest

from gameplay.engine import events
from gameplay.engine.errors import BadSettings, TooFewPlayers
from gameplay.engine.states import RoomState as S
from tests.support.game import CAST, FakeLibrary, all_of, in_review, path, started, teams_ready, the, types


def test_the_countdown_starts_at_three():
    game = teams_ready()
    said = game.start()
    assert path(said) == [S.ROUND_STARTING]
    tick = the(said, events.CountdownTick)
    assert (tick.remaining_seconds, tick.team_id, tick.explainer_player_id) == (3, "team_1", game.id("Bob"))


def test_the_round_starts_after_three_seconds():
    game = started()
    assert [the(game.pass_s(1), events.CountdownTick).remaining_seconds for _ in range(2)] == [2, 1]
    said = game.pass_s(1)
    assert path(said) == [S.ROUND_ACTIVE]
    assert types(said) == ["STATE_CHANGED", "ROUND_STARTED", "WORD_REVEALED"]


def test_nothing_happens_between_the_ticks():
    game = started()
    assert game.pass_ms(999) == []
    assert types(game.pass_ms(1)) == ["COUNTDOWN_TICK"]


def test_a_countdown_tick_carries_no_numbers():
    (tick,) = [emission for emission in started().said if isinstance(emission.event, events.CountdownTick)]
    assert (tick.sequence_id, tick.state_version) == (None, None)


def test_the_round_that_begins_is_announced():
    game = started()
    said = the(game.pass_until(S.ROUND_ACTIVE), events.RoundStarted)
    assert said == events.RoundStarted(
        round_number=1,
        active_team_id="team_1",
        explainer_player_id=game.id("Bob"),
        round_duration_sec=60,
        word_pack_id="default_animals",
    )


def test_a_late_timer_takes_no_time_from_the_round():
    game = started()
    game.now_ms += 10_000
    game.pass_ms(0)
    assert (game.state, game.remaining_ms()) == (S.ROUND_ACTIVE, 60_000)


def test_the_round_is_counted_only_when_it_begins():
    game = started()
    assert (game.room.round_number, game.room.active_team_id) == (0, None)
    game.pass_until(S.ROUND_ACTIVE)
    assert (game.room.round_number, game.room.active_team_id) == (1, "team_1")


def test_between_rounds_number_and_team_are_those_of_the_last_one():
    game = in_review()
    game.pass_until(S.ROUND_STARTING)
    assert (game.room.round_number, game.room.active_team_id) == (1, "team_1")
    game.pass_until(S.ROUND_ACTIVE)
    assert (game.room.round_number, game.room.active_team_id) == (2, "team_2")


@pytest.mark.parametrize("away", [CAST, ("Bob", "Dave")])
def test_a_game_cannot_start_without_two_teams_that_have_somebody_connected(away):
    game = teams_ready()
    game.drop(*away)
    before = game.saved()
    with pytest.raises(TooFewPlayers):
        game.start()
    assert game.saved() == before


def test_a_game_cannot_start_when_the_packs_have_lost_their_words():
    game = teams_ready()
    game.library.packs["default_animals"] = []
    before = game.saved()
    with pytest.raises(BadSettings):
        game.start()
    assert game.saved() == before


def test_packs_that_are_taken_away_during_a_game_are_played_on():
    game = started(library=FakeLibrary(default_animals=4))
    game.library.packs.clear()
    for _ in range(3):
        game.pass_until(S.ROUND_ACTIVE)
        while game.state is S.ROUND_ACTIVE:
            game.guess()
    assert game.room.words_shown == 12


def test_a_team_that_comes_back_during_the_countdown_has_not_lost_its_turn():
    game = in_review()
    game.drop("Carol", "Erin")
    said = game.pass_until(S.ROUND_STARTING)
    assert all_of(said, events.CountdownTick)[-1].team_id == "team_1"
    game.come_back("Erin")
    game.pass_until(S.ROUND_ACTIVE)
    assert (game.explainer, game.round.team_id) == ("Erin", "team_2")


def test_a_team_without_a_connected_player_at_the_start_loses_its_turn():
    game = in_review()
    game.drop("Carol", "Erin")
    game.pass_until(S.ROUND_ACTIVE)
    game.come_back("Carol", "Erin")
    assert game.round.team_id == "team_1"
    game.pass_until(S.SCORE_REVIEW)
    game.pass_until(S.ROUND_ACTIVE)
    assert game.round.team_id == "team_2"


def test_a_countdown_without_an_explainer_is_cancelled_and_restarts_at_three():
    game = started()
    game.pass_s(1)
    game.drop(*CAST)
    assert path(game.pass_s(1)) == [S.READY_FOR_NEXT]
    said = game.come_back("Dave")
    assert path(said) == [S.ROUND_STARTING]
    tick = the(said, events.CountdownTick)
    assert (tick.remaining_seconds, tick.explainer_player_id) == (3, game.id("Dave"))


def test_a_long_absence_during_a_countdown_does_not_sit_players_out():
    game = started()
    game.drop(*CAST)
    game.pass_s(45)
    game.come_back(*CAST)
    game.pass_until(S.ROUND_ACTIVE)
    assert game.explainer == "Bob"
    assert not any(player.sitting_out for player in game.room.players)


def test_after_the_removal_of_all_players_during_a_countdown_new_ones_play():
    game = started()
    game.drop(*CAST)
    game.pass_s(61)
    assert game.room.players == []
    game.join("Frank", "Grace")
    game.pass_until(S.ROUND_ACTIVE)
    assert (game.explainer, game.team_names()) == ("Frank", [["Frank"], []])
    game.pass_until(S.SCORE_REVIEW)
    game.pass_until(S.ROUND_STARTING)
    assert game.team_names() == [["Frank"], ["Grace"]]
