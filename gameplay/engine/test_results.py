"""The end of a game: winner, ranks, MVP, duration, and the rematch (docs/spec.md §8.5)."""

from gameplay.engine import commands as c
from gameplay.engine import events
from gameplay.engine.states import RoomState as S
from tests.support.game import FakeLibrary, finished, in_round, path, started, teams_ready, the, types


def test_the_results_name_winner_scores_and_words():
    game = started(roundsPerTeam=1)
    game.play_turn(guessed=3, skipped=2)
    game.pass_until(S.ROUND_ACTIVE)
    game.guess(4)
    said = game.pass_until(S.FINAL_RESULTS)
    ended = the(said, events.GameEnded)
    assert ended.winner_team_id == "team_2"
    assert [(line.team_id, line.score) for line in ended.final_scores] == [("team_2", 4), ("team_1", 3)]
    assert ended.total_words_played == 9
    assert path(said)[-2:] == [S.GAME_ENDED, S.FINAL_RESULTS]


def test_the_results_are_announced_once():
    game = finished()
    assert types(game.said).count("GAME_ENDED") == 1
    assert game.pass_s(3600) == []


def test_the_most_valuable_player_explained_the_most_guessed_words():
    game = started(roundsPerTeam=2)
    said = game.play_out(3, 2, 2, 4)
    assert game.name(the(said, events.GameEnded).mvp_player_id) == "Erin"


def test_skipped_words_do_not_count_for_the_mvp():
    game = started(roundsPerTeam=1)
    game.play_turn(guessed=1, skipped=0)
    game.play_turn(skipped=9)
    said = game.pass_until(S.FINAL_RESULTS)
    assert game.name(the(said, events.GameEnded).mvp_player_id) == "Bob"


def test_without_a_guessed_word_there_is_no_mvp():
    game = in_round()
    game.skip(3)
    assert the(game.end(), events.GameEnded).mvp_player_id is None


def test_the_duration_counts_pauses_and_is_in_minutes():
    game = in_round(roundsPerTeam=1)
    game.pause()
    game.pass_s(20 * 60)
    game.resume()
    game.guess()
    said = game.pass_until(S.FINAL_RESULTS)
    assert the(said, events.GameEnded).game_duration_min == 22


def test_ending_early_counts_the_words_of_the_running_round():
    game = in_round()
    game.guess(2)
    said = game.end()
    ended = the(said, events.GameEnded)
    assert (ended.winner_team_id, ended.total_words_played) == ("team_1", 2)
    assert path(said) == [S.GAME_ENDED, S.FINAL_RESULTS]
    assert [line.points for line in game.room.rounds] == [2]


def test_ending_on_a_tie_has_no_winner():
    game = in_round()
    assert the(game.end(), events.GameEnded).winner_team_id is None


def test_ending_in_the_review_counts_a_round_once():
    game = started()
    game.play_turn(guessed=2)
    assert the(game.end(), events.GameEnded).total_words_played == 2


def test_equal_scores_share_a_rank_and_the_next_rank_is_left_out():
    game = started("Bob", "Carol", "Dave", "Erin", numTeams=4, roundsPerTeam=1)
    game.play_out(2, 3, 2, 1)
    assert [(line.team_id, line.rank) for line in game.view().leaderboard] == [
        ("team_2", 1),
        ("team_1", 2),
        ("team_3", 2),
        ("team_4", 4),
    ]


def test_the_results_stay_on_every_screen():
    game = finished()
    final = game.view().final
    assert (final.winner_team_id, final.final_scores[0].score, final.total_words_played) == ("team_1", 2, 2)
    assert final.mvp_player_id == game.id("Bob")


# The rematch


def test_a_rematch_starts_with_the_same_teams_and_no_points():
    game = finished()
    teams = game.team_names()
    said = game.rematch()
    assert path(said) == [S.READY_TO_START]
    assert [team.score for team in the(said, events.GameRestarted).teams] == [0, 0]
    assert (game.team_names(), game.scores(), game.room.rounds) == (teams, [0, 0], [])


def test_a_rematch_with_an_unassigned_player_starts_in_the_setup():
    game = finished()
    game.join("Frank")
    assert path(game.rematch()) == [S.TEAM_SETUP]
    assert path(game.sit("Frank", 1)) == [S.READY_TO_START]


def test_who_joined_during_the_last_game_plays_in_the_rematch():
    game = in_round()
    game.join("Frank")
    game.end()
    game.rematch()
    assert not game.member("Frank").sitting_out


def test_the_rounds_of_a_rematch_count_from_one():
    game = finished()
    game.rematch()
    game.start()
    said = game.pass_until(S.ROUND_ACTIVE)
    assert the(said, events.RoundStarted).round_number == 1
    assert game.room.rounds == []


def test_before_the_first_round_of_a_rematch_the_round_number_is_the_last_games():
    game = finished()
    game.rematch()
    game.start()
    assert (game.room.round_number, game.room.active_team_id) == (2, "team_2")


def test_the_mvp_of_a_rematch_is_counted_afresh():
    game = finished(roundsPerTeam=1)
    game.rematch()
    game.start()
    said = game.play_out(0, 1)
    mvp = the(said, events.GameEnded).mvp_player_id
    assert mvp == game.room.rounds[1].explainer_player_id


def played_words(game):
    """The words that were shown in a game, swiped or not."""
    words = []
    while game.state is not S.FINAL_RESULTS:
        game.pass_until(S.ROUND_ACTIVE, S.FINAL_RESULTS)
        if game.state is S.ROUND_ACTIVE:
            game.guess(3 - len(game.room.rounds))
            words += [word.text for word in game.round.words]
            words.append(game.word)
            game.pass_until(S.SCORE_REVIEW)
    return words


def test_no_word_of_the_game_comes_again_in_the_rematch():
    game = started(roundsPerTeam=1, library=FakeLibrary(default_animals=14))
    words = played_words(game)
    game.rematch()
    game.start()
    words += played_words(game)
    assert len(words) == len(set(words)) == 14


def test_no_word_comes_again_when_the_rematch_adds_a_pack():
    game = started(roundsPerTeam=1, library=FakeLibrary(default_animals=7, default_food=7))
    words = played_words(game)
    game.give("Alice", c.UpdateSettings(settings={"wordPackIds": ["default_animals", "default_food"]}))
    game.rematch()
    game.start()
    words += played_words(game)
    assert len(words) == len(set(words)) == 14


def test_no_word_is_repeated_when_packs_are_removed_and_added_again():
    game = started(roundsPerTeam=1, library=FakeLibrary(default_animals=14, default_food=14))
    words = played_words(game)
    for pack in ("default_food", "default_animals", "default_food"):
        game.give("Alice", c.UpdateSettings(settings={"wordPackIds": [pack]}))
        game.rematch()
        game.start()
        words += played_words(game)
    assert len(words) == len(set(words)) == 28


def test_words_of_the_current_cycle_are_not_repeated_when_packs_alternate():
    game = in_round(roundsPerTeam=10, library=FakeLibrary(default_animals=7, default_food=7))
    game.guess(7)
    game.pass_until(S.ROUND_ACTIVE)
    game.guess(2)
    seen = {word.text for word in game.round.words} | {game.word}
    for pack in ("default_food", "default_animals"):
        game.end()
        game.give("Alice", c.UpdateSettings(settings={"wordPackIds": [pack]}))
        game.rematch()
        game.start()
        game.pass_until(S.ROUND_ACTIVE)
    game.guess(4)
    assert {word.text for word in game.round.words}.isdisjoint(seen)
    assert game.state is S.SCORE_REVIEW


def test_when_all_words_have_been_seen_they_come_again():
    game = started(roundsPerTeam=1, library=FakeLibrary(default_animals=7))
    words = played_words(game)
    game.rematch()
    game.start()
    assert sorted(played_words(game)) == sorted(words)


def test_many_rematches_in_one_room():
    game = teams_ready(roundsPerTeam=1)
    for number in range(1, 6):
        game.start()
        game.play_out(1, 0)
        assert game.room.game_number == number
        game.rematch()
    assert (game.state, game.scores()) == (S.READY_TO_START, [0, 0])
