"""Pauses, by the host and by their absence (docs/spec.md §3.5)."""

import pytest

from gameplay.engine import commands as c
from gameplay.engine import events
from gameplay.engine.errors import IllegalMove, NotAllowed
from gameplay.engine.states import RoomState as S
from tests.support.game import all_of, as_json, in_review, in_round, path, started, the, types


def test_a_pause_stops_the_clock():
    game = in_round()
    game.pass_ms(12_345)
    said = game.pause()
    assert path(said) == [S.ROUND_PAUSED]
    assert game.remaining_ms() == 47_655
    assert game.pass_s(3600) == []
    assert game.remaining_ms() == 47_655


def test_a_pause_announces_its_reason_and_the_seconds_left():
    game = in_round()
    game.pass_ms(12_345)
    paused = the(game.pause(), events.GamePaused)
    assert (paused.reason, paused.remaining_seconds) == ("Host paused", 48)


def test_the_clock_resumes_to_the_millisecond():
    game = in_round()
    game.pass_ms(12_345)
    game.pause()
    game.pass_s(100)
    said = game.resume()
    assert path(said) == [S.ROUND_ACTIVE]
    assert the(said, events.GameResumed).remaining_seconds == 48
    assert game.pass_ms(654) == []
    assert the(game.pass_ms(1), events.TimerTick).remaining_seconds == 47
    assert game.pass_ms(46_999)
    assert game.state is S.ROUND_ACTIVE
    assert path(game.pass_ms(1)) == [S.ROUND_ENDED, S.SCORE_REVIEW]


def test_many_pauses_add_nothing_to_the_clock():
    game = in_round()
    for _ in range(10):
        game.pass_ms(1_111)
        game.pause()
        game.pass_ms(7_777)
        game.resume()
    assert game.remaining_ms() == 60_000 - 11_110


def test_the_live_word_stays_through_a_pause():
    game = in_round()
    word = game.word
    game.pause()
    assert game.word == word
    assert "WORD_REVEALED" not in types(game.resume())
    assert game.word == word


@pytest.mark.parametrize("command", [c.WordSwiped(word_id="word_2", action="guessed"), c.UndoSwipe()])
def test_nothing_is_swiped_or_undone_while_the_clock_stands(command):
    game = in_round()
    game.guess()
    game.pause()
    with pytest.raises(IllegalMove):
        game.give("Alice", command)


def test_nobody_but_the_host_pauses():
    for name in ("Bob", "Carol"):
        with pytest.raises(NotAllowed):
            in_round().give(name, c.PauseGame())


# The host is gone


def test_a_host_who_is_gone_for_ten_seconds_pauses_the_round():
    game = in_round()
    game.drop("Alice")
    assert path(game.pass_ms(9_999)) == []
    said = game.pass_ms(1)
    assert path(said) == [S.ROUND_PAUSED]
    paused = the(said, events.GamePaused)
    assert (paused.reason, paused.message) == ("Host disconnected", "Waiting for host to reconnect...")


def test_the_time_without_a_host_is_given_back_to_the_round():
    game = in_round()
    game.pass_ms(20_300)
    game.drop("Alice")
    paused = the(game.pass_s(10), events.GamePaused)
    assert game.remaining_ms() == 39_700
    assert paused.remaining_seconds == 40


def test_a_host_who_is_back_in_time_pauses_nothing():
    game = in_round()
    game.drop("Alice")
    game.pass_ms(9_999)
    game.come_back("Alice")
    game.pass_s(20)
    assert (game.state, game.remaining_ms()) == (S.ROUND_ACTIVE, 30_001)


def test_a_host_who_returns_still_has_to_resume():
    game = in_round()
    game.drop("Alice")
    game.pass_s(10)
    game.come_back("Alice")
    assert game.state is S.ROUND_PAUSED
    game.resume()
    assert (game.state, game.remaining_ms()) == (S.ROUND_ACTIVE, 60_000)


def test_a_round_that_ends_before_the_ten_seconds_are_over_ends():
    game = in_round()
    game.pass_s(55)
    game.drop("Alice")
    assert path(game.pass_s(6)) == [S.ROUND_ENDED, S.SCORE_REVIEW]


def test_a_host_who_left_during_the_countdown_costs_the_round_nothing():
    game = started()
    game.drop("Alice")
    said = game.pass_s(10)
    assert path(said) == [S.ROUND_ACTIVE, S.ROUND_PAUSED]
    assert game.remaining_ms() == 60_000
    assert len(all_of(said, events.TimerTick)) == 6


def test_a_host_who_is_gone_during_a_pause_changes_nothing_about_it():
    game = in_round()
    game.pass_s(5)
    game.pause()
    game.drop("Alice")
    game.pass_s(30)
    assert (game.state, game.remaining_ms()) == (S.ROUND_PAUSED, 55_000)


def test_between_rounds_the_game_waits_for_the_host():
    game = in_review()
    game.drop("Alice")
    assert path(game.pass_s(30)) == [S.READY_FOR_NEXT]
    said = game.come_back("Alice")
    assert path(said) == [S.ROUND_STARTING]


def test_a_finished_game_ends_without_waiting_for_the_host():
    game = in_round(roundsPerTeam=1)
    game.guess()
    game.pass_until(S.SCORE_REVIEW)
    game.pass_until(S.ROUND_ACTIVE)
    game.pass_until(S.SCORE_REVIEW)
    game.drop("Alice")
    assert path(game.pass_s(5)) == [S.READY_FOR_NEXT, S.GAME_ENDED, S.FINAL_RESULTS]


def test_every_view_gives_the_reason_of_a_pause():
    game = in_round()
    game.drop("Alice")
    game.pass_s(10)
    view = game.view("Carol")
    assert (view.pause_reason, view.remaining_seconds, view.host_connected) == ("Host disconnected", 60, False)
    game.come_back("Alice")
    game.resume()
    assert "pauseReason" not in as_json(game.view("Carol"))
