"""Absence: announced after 15 and 30 s, removal after 60 s, and return (docs/spec.md §3.3, §3.4)."""

import pytest

from gameplay.engine import events
from gameplay.engine.states import RoomState as S
from tests.support.game import CAST, SCENES, all_of, in_review, in_round, lobby, path, the, types


def lines(game, said):
    """The announced connection states, in order."""
    return [(game.name(event.player_id), event.status) for event in all_of(said, events.PlayerConnection)]


def test_the_warning_comes_after_fifteen_seconds():
    game = lobby()
    assert game.drop("Bob") == []
    assert game.pass_ms(14_999) == []
    assert lines(game, game.pass_ms(1)) == [("Bob", "warning")]


def test_after_thirty_seconds_the_player_is_lost():
    game = lobby()
    game.drop("Bob")
    game.pass_ms(29_999)
    assert lines(game, game.pass_ms(1)) == [("Bob", "lost")]


def test_after_sixty_seconds_the_player_is_removed():
    game = lobby()
    game.drop("Bob")
    game.pass_ms(59_999)
    said = game.pass_ms(1)
    left = the(said, events.PlayerLeft)
    assert (left.player_name, left.reason, left.player_count) == ("Bob", "disconnected", 3)
    assert the(said, events.Removed).reason == "disconnected"


def test_a_return_before_the_warning_is_not_announced():
    game = lobby()
    game.drop("Bob")
    game.pass_s(14)
    assert game.come_back("Bob") == []
    assert game.pass_s(100) == []


@pytest.mark.parametrize("away_s", [15, 29, 30, 59])
def test_a_return_after_the_warning_is_announced(away_s):
    game = lobby()
    game.drop("Bob")
    game.pass_s(away_s)
    assert lines(game, game.come_back("Bob")) == [("Bob", "connected")]


def test_a_second_absence_is_counted_from_its_own_beginning():
    game = lobby()
    game.drop("Bob")
    game.pass_s(50)
    game.come_back("Bob")
    game.drop("Bob")
    game.pass_s(50)
    assert game.member("Bob").seated


def test_a_repeated_disconnect_changes_nothing():
    game = lobby()
    game.drop("Bob")
    game.pass_s(10)
    before = game.saved()
    assert game.drop("Bob") == []
    assert game.saved() == before


def test_a_lost_connection_does_not_raise_the_version():
    game = lobby()
    before = game.room.state_version
    game.drop("Bob")
    game.pass_s(59)
    game.come_back("Bob")
    assert game.room.state_version == before


@pytest.mark.parametrize("state", [state for state in SCENES if state not in (S.ROOM_CREATED, S.ROOM_CLOSED)])
def test_absence_leads_to_removal_in_every_state(state):
    game = SCENES[state]()
    game.drop("Carol")
    game.pass_s(61)
    assert "Carol" not in [player.name for player in game.room.players]


def test_the_absence_of_the_host_is_announced_too():
    game = lobby()
    game.drop("Alice")
    assert lines(game, game.pass_s(15)) == [("Alice", "warning")]


def test_a_late_timer_passes_every_deadline_in_order():
    game = lobby()
    game.drop("Bob")
    game.now_ms += 70_000
    said = game.pass_ms(0)
    assert [event.status for event in all_of(said, events.PlayerConnection)] == ["warning", "lost"]
    assert the(said, events.PlayerLeft).reason == "disconnected"


# Coming back to a game


def test_a_short_absence_from_a_round_costs_nothing():
    game = in_round()
    game.drop("Dave")
    game.pass_s(30)
    game.come_back("Dave")
    assert not game.member("Dave").sitting_out


def test_who_has_missed_over_thirty_seconds_of_the_clock_sits_out_until_the_next_round():
    game = in_round()
    game.drop("Dave")
    game.pass_ms(30_001)
    said = game.come_back("Dave")
    assert game.member("Dave").sitting_out
    assert "Resync" in types(said)
    game.pass_until(S.SCORE_REVIEW)
    game.pass_until(S.ROUND_STARTING)
    assert not game.member("Dave").sitting_out


def test_an_absent_player_keeps_team_and_points():
    game = in_round()
    game.guess(2)
    game.drop("Bob")
    game.pass_s(59)
    game.come_back("Bob")
    assert game.team_names()[0] == ["Bob", "Dave"]
    assert (game.scores(), game.member("Bob").words_explained) == ([2, 0], 2)


@pytest.mark.parametrize("state", [S.LOBBY, S.TEAM_SETUP, S.READY_TO_START, S.FINAL_RESULTS])
def test_a_player_who_missed_no_round_does_not_sit_out(state):
    game = SCENES[state]()
    game.drop("Dave")
    game.pass_s(45)
    game.come_back("Dave")
    assert (game.state, game.member("Dave").sitting_out) == (state, False)


def test_with_all_players_removed_the_game_waits_for_new_ones():
    game = in_round()
    game.drop(*CAST)
    game.pass_s(61)
    assert game.room.players == []
    game.pass_until(S.READY_FOR_NEXT)
    game.join("Frank", "Grace")
    assert game.state is S.ROUND_STARTING
    game.pass_until(S.ROUND_ACTIVE)
    assert game.explainer == "Frank"


def test_an_abandoned_room_emits_nothing_after_two_minutes():
    game = in_review()
    game.drop("Alice", *CAST)
    game.pass_s(120)
    said = game.pass_s(7200)
    assert (said, game.state) == ([], S.READY_FOR_NEXT)


def test_a_player_removed_in_a_round_leaves_it_running():
    game = in_round()
    game.drop("Dave")
    said = game.pass_s(59.5)
    assert path(said) == []
    assert game.state is S.ROUND_ACTIVE
