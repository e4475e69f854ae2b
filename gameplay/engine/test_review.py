"""The review after a round: summary, corrections, reports, and its end."""

import pytest

from gameplay.engine import commands as c
from gameplay.engine import events
from gameplay.engine.errors import IllegalMove, NotAllowed
from gameplay.engine.states import RoomState as S
from tests.support.game import CAST, CROWD, in_review, in_round, path, started, the, types, waiting


def test_the_summary_names_the_scores_and_whose_turn_is_next():
    game = in_round()
    game.guess(3)
    summary = the(game.pass_until(S.SCORE_REVIEW), events.ScoreSummary)
    assert [(line.team_id, line.score, line.rank) for line in summary.leaderboard] == [
        ("team_1", 3, 1),
        ("team_2", 0, 2),
    ]
    assert (summary.next_round_in, summary.team_id, summary.explainer_player_id) == (5, "team_2", game.id("Carol"))
    assert [(line.round_number, line.team_id, line.points) for line in summary.rounds] == [(1, "team_1", 3)]


def test_after_the_last_turn_the_summary_names_no_next_turn():
    game = started(roundsPerTeam=1)
    game.play_turn(guessed=1)
    game.pass_until(S.ROUND_ACTIVE)
    summary = the(game.pass_until(S.SCORE_REVIEW), events.ScoreSummary)
    assert (summary.team_id, summary.explainer_player_id) == (None, None)


def test_the_review_is_over_after_five_seconds():
    game = in_review()
    assert path(game.pass_ms(4_999)) == []
    assert path(game.pass_ms(1)) == [S.READY_FOR_NEXT, S.ROUND_STARTING]


def test_the_host_may_end_the_review_at_once():
    game = in_review()
    said = game.give("Alice", c.NextRound())
    assert path(said) == [S.READY_FOR_NEXT, S.ROUND_STARTING]
    assert the(said, events.CountdownTick).remaining_seconds == 3


# Corrections


def test_the_host_corrects_a_word():
    game = in_review()
    said = game.correct("word_1", "skipped")
    assert types(said) == ["WORD_CORRECTED", "SCORE_SUMMARY"]
    assert the(said, events.WordCorrected) == events.WordCorrected(
        word_id="word_1", action="skipped", team_id="team_1", points_awarded=0, new_score=0
    )
    assert the(said, events.ScoreSummary).leaderboard[0].score == 0
    assert game.scores() == [0, 0]


def test_a_correction_counts_the_penalty():
    game = in_review(skipPenalty=-1)
    assert game.scores() == [0, 0]
    assert the(game.correct("word_1", "skipped"), events.WordCorrected).new_score == -2
    assert the(game.correct("word_2", "guessed"), events.WordCorrected).new_score == 0


def test_a_correction_restarts_the_reviews_timer():
    game = in_review()
    game.pass_s(4)
    game.correct("word_1", "skipped")
    game.pass_ms(4_999)
    assert game.state is S.SCORE_REVIEW
    game.pass_ms(1)
    assert game.state is S.ROUND_STARTING


def test_a_correction_to_the_same_result_changes_nothing():
    game = in_review()
    before = game.saved()
    assert game.correct("word_1", "guessed") == []
    assert game.saved() == before


def test_a_correction_shows_in_the_rounds_so_far():
    game = in_review()
    (line,) = the(game.correct("word_2", "guessed"), events.ScoreSummary).rounds
    assert (line.points, line.words_guessed, line.words_skipped) == (2, 2, 0)


def test_a_correction_counts_for_the_explainer():
    game = in_review()
    game.correct("word_2", "guessed")
    assert game.member("Bob").words_explained == 2
    game.correct("word_1", "skipped")
    assert game.member("Bob").words_explained == 1


def test_a_correction_counts_for_who_explained_the_word():
    game = in_round()
    game.guess()
    game.hand_over_to("Erin")
    game.drop("Bob")
    game.pass_s(10)
    game.come_back("Bob")
    game.swipe("skipped")
    game.pass_until(S.SCORE_REVIEW)
    for word in list(game.round.words):
        game.correct(word.word_id, "skipped" if word.action == "guessed" else "guessed")
    assert (game.member("Bob").words_explained, game.member("Dave").words_explained) == (0, 1)


@pytest.mark.parametrize("word_id", ["word_3", "word_99", ""])
def test_only_words_of_the_last_round_can_be_corrected(word_id):
    game = in_review()
    with pytest.raises(IllegalMove):
        game.correct(word_id, "guessed")


def test_words_of_an_earlier_round_cannot_be_corrected():
    game = in_review()
    game.pass_until(S.ROUND_ACTIVE)
    game.guess()
    game.pass_until(S.SCORE_REVIEW)
    with pytest.raises(IllegalMove):
        game.correct("word_1", "skipped")


def test_a_correction_may_decide_whether_the_game_goes_on():
    game = started(roundsPerTeam=1)
    game.play_turn(guessed=1)
    game.play_turn(guessed=1)
    assert game.view().next_team_id == "team_1", "a tie plays on"
    game.correct(game.round.words[0].word_id, "skipped")
    assert game.pass_until(S.FINAL_RESULTS)
    assert game.scores() == [1, 0]


# Reports


def test_a_report_has_the_database_key_of_the_word():
    game = in_review()
    ref = game.round.words[0].ref
    (emission,) = game.give("Bob", c.ReportWord(word_id="word_1", reason="a name"))
    assert emission.event == events.WordReported(ref=ref, reason="a name")
    assert emission.sequence_id is None


@pytest.mark.parametrize("name", ["Alice", *CAST])
def test_everybody_in_the_room_may_report(name):
    assert in_review().give(name, c.ReportWord(word_id="word_1"))


def test_a_stranger_may_not_report():
    with pytest.raises(NotAllowed):
        in_review().give("a stranger", c.ReportWord(word_id="word_1"))


def test_a_former_host_without_a_seat_may_not_report():
    game = in_review(*CROWD)
    game.hand_over_to("Bob")
    with pytest.raises(NotAllowed):
        game.give("Alice", c.ReportWord(word_id="word_1"))


def test_a_word_that_was_not_played_cannot_be_reported():
    with pytest.raises(IllegalMove):
        in_review().give("Bob", c.ReportWord(word_id="word_3"))


# On to the next round


def test_with_every_player_away_the_game_waits():
    game = waiting()
    game.pass_s(30)
    assert game.state is S.READY_FOR_NEXT


def test_a_waiting_game_continues_when_the_first_player_returns():
    game = waiting()
    assert path(game.come_back("Erin")) == [S.ROUND_STARTING]


def test_a_waiting_game_does_not_continue_while_the_host_is_away():
    game = waiting()
    game.drop("Alice")
    assert path(game.come_back("Bob", "Carol")) == []
    assert path(game.come_back("Alice")) == [S.ROUND_STARTING]


def test_a_game_that_waits_may_be_ended():
    game = waiting()
    assert path(game.end()) == [S.GAME_ENDED, S.FINAL_RESULTS]
