"""A round: the clock, swipes, and its end (docs/spec.md §8.3, §8.4, §6.3)."""

import pytest

from gameplay.engine import commands as c
from gameplay.engine import events
from gameplay.engine.errors import IllegalMove
from gameplay.engine.states import RoomState as S
from tests.support.game import FakeLibrary, all_of, in_review, in_round, path, the, types


def ended(game):
    """The end of the running round, without further commands."""
    return the(game.pass_until(S.SCORE_REVIEW), events.RoundEnded)


# The clock


def test_the_clock_ticks_once_a_second_from_59_to_1():
    game = in_round()
    said = game.pass_until(S.SCORE_REVIEW)
    assert [tick.remaining_seconds for tick in all_of(said, events.TimerTick)] == list(range(59, 0, -1))


def test_a_tick_is_sent_at_the_end_of_its_second():
    game = in_round()
    assert game.pass_ms(999) == []
    assert the(game.pass_ms(1), events.TimerTick).remaining_seconds == 59


def test_ticks_carry_no_numbers():
    game = in_round()
    before = (game.room.sequence_id, game.room.state_version)
    (tick,) = game.pass_s(1)
    assert (tick.sequence_id, tick.state_version) == (None, None)
    assert (game.room.sequence_id, game.room.state_version) == before


def test_a_late_timer_skips_ticks():
    game = in_round()
    game.now_ms += 5_400
    said = game.pass_ms(0)
    assert [tick.remaining_seconds for tick in all_of(said, events.TimerTick)] == [55]
    assert the(game.pass_ms(600), events.TimerTick).remaining_seconds == 54


def test_the_round_ends_when_its_time_is_up():
    game = in_round(roundDurationSec=10)
    game.pass_ms(9_999)
    assert game.state is S.ROUND_ACTIVE
    said = game.pass_ms(1)
    assert path(said) == [S.ROUND_ENDED, S.SCORE_REVIEW]
    assert types(said) == ["STATE_CHANGED", "ROUND_ENDED", "STATE_CHANGED", "SCORE_SUMMARY"]
    assert the(said, events.RoundEnded).reason == "timer_expired"


# Swipes


def test_a_guessed_word_is_a_point():
    game = in_round()
    said = game.swipe("guessed")
    assert types(said) == ["WORD_RESULT", "WORD_REVEALED"]
    assert the(said, events.WordResult) == events.WordResult(
        word_id="word_1", action="guessed", team_id="team_1", points_awarded=1, new_score=1
    )
    assert game.scores() == [1, 0]


def test_a_skipped_word_costs_nothing_by_default():
    game = in_round()
    result = the(game.swipe("skipped"), events.WordResult)
    assert (result.action, result.points_awarded, result.new_score) == ("skipped", 0, 0)


def test_a_skipped_word_may_cost_a_point_and_totals_may_be_negative():
    game = in_round(skipPenalty=-1)
    assert the(game.swipe("skipped"), events.WordResult).points_awarded == -1
    assert the(game.swipe("skipped"), events.WordResult).new_score == -2
    assert game.scores() == [-2, 0]
    assert ended(game).points_earned == -2


def test_the_next_word_follows_at_once():
    game = in_round()
    first = game.word
    revealed = the(game.swipe(), events.WordRevealed)
    assert (revealed.word_id, revealed.word_text) == ("word_2", game.word)
    assert game.word != first
    assert revealed.remaining_in_pack == 198


def test_a_second_swipe_of_a_word_is_refused():
    game = in_round()
    word_id = game.round.word_id
    game.swipe("guessed")
    before = game.saved()
    with pytest.raises(IllegalMove) as refusal:
        game.give("Alice", c.WordSwiped(word_id=word_id, action="skipped"))
    assert refusal.value.code == "INVALID_TRANSITION"
    assert game.saved() == before


def test_a_word_that_was_never_shown_cannot_be_swiped():
    game = in_round()
    for word_id in ("word_2", "", "word_01"):
        with pytest.raises(IllegalMove):
            game.give("Alice", c.WordSwiped(word_id=word_id, action="guessed"))


def test_a_swipe_after_the_end_is_refused():
    game = in_round()
    word_id = game.round.word_id
    game.pass_until(S.SCORE_REVIEW)
    with pytest.raises(IllegalMove):
        game.give("Alice", c.WordSwiped(word_id=word_id, action="guessed"))


def test_the_clients_duration_of_a_swipe_is_ignored():
    game = in_round()
    game.pass_s(4)
    game.give("Alice", c.WordSwiped(word_id="word_1", action="guessed", swipe_duration_ms=-1e300))
    assert game.round.words[0].took_ms == 4_000


def test_word_ids_are_never_used_twice_in_a_room():
    game = in_round(roundsPerTeam=2)
    seen = []
    for _ in range(4):
        game.guess(5)
        seen += [word.word_id for word in game.round.words]
        game.pass_until(S.SCORE_REVIEW)
        game.pass_until(S.ROUND_ACTIVE, S.FINAL_RESULTS)
    assert len(seen) == len(set(seen)) == 20


# What a round amounts to


def test_the_end_of_a_round_has_its_totals():
    game = in_round()
    for wait_s, action in ((2, "guessed"), (3, "skipped"), (5.5, "guessed")):
        game.pass_s(wait_s)
        game.swipe(action)
    summary = ended(game)
    assert (summary.round_number, summary.team_id) == (1, "team_1")
    assert (summary.words_guessed, summary.words_skipped, summary.points_earned) == (2, 1, 2)
    assert summary.average_time_per_word == 3.5


def test_a_round_without_words_has_no_average():
    assert ended(in_round()).average_time_per_word == 0


def test_a_pause_does_not_count_towards_the_time_of_a_word():
    game = in_round()
    game.pass_s(2)
    game.pause()
    game.pass_s(20)
    game.resume()
    game.pass_s(1)
    game.swipe()
    assert ended(game).average_time_per_word == 3.0


def test_the_end_lists_the_words_that_were_swiped_and_not_the_live_one():
    game = in_round()
    first = game.word
    game.swipe("guessed")
    second = game.word
    game.swipe("skipped")
    live = game.word
    words = ended(game).words
    assert [(word.word_id, word.word_text, word.action) for word in words] == [
        ("word_1", first, "guessed"),
        ("word_2", second, "skipped"),
    ]
    assert live not in [word.word_text for word in words]


# Undoing


def test_an_undone_swipe_gives_the_point_back_and_shows_the_word_again():
    game = in_round()
    word = game.word
    game.swipe("guessed")
    said = game.undo()
    assert types(said) == ["WORD_CORRECTED", "WORD_REVEALED"]
    corrected = the(said, events.WordCorrected)
    assert (corrected.word_id, corrected.action, corrected.points_awarded, corrected.new_score) == (
        "word_1",
        "undone",
        0,
        0,
    )
    assert (the(said, events.WordRevealed).word_id, game.word) == ("word_1", word)
    assert game.scores() == [0, 0]


def test_an_undone_skip_gives_the_penalty_back():
    game = in_round(skipPenalty=-1)
    game.swipe("skipped")
    game.undo()
    assert game.scores() == [0, 0]


def test_undo_goes_back_swipe_by_swipe_to_the_beginning():
    game = in_round()
    words = []
    for action in ("guessed", "skipped", "guessed"):
        words.append(game.word)
        game.swipe(action)
    for word in reversed(words):
        game.undo()
        assert game.word == word
    with pytest.raises(IllegalMove):
        game.undo()
    assert game.scores() == [0, 0]


def test_after_an_undo_the_words_come_in_the_same_order():
    game = in_round()
    words = [game.word]
    for _ in range(4):
        game.swipe()
        words.append(game.word)
    for _ in range(4):
        game.undo()
    again = [game.word]
    for _ in range(4):
        game.swipe("skipped")
        again.append(game.word)
    assert again == words


def test_an_undone_word_may_be_swiped_the_other_way():
    game = in_round()
    game.swipe("guessed")
    game.undo()
    result = the(game.swipe("skipped"), events.WordResult)
    assert (result.word_id, result.new_score) == ("word_1", 0)
    assert [word.action for word in game.round.words] == ["skipped"]


def test_the_time_for_an_undone_word_runs_on():
    game = in_round()
    game.pass_s(3)
    game.swipe()
    game.pass_s(2)
    game.undo()
    game.pass_s(1)
    game.swipe()
    assert game.round.words[0].took_ms == 4_000


def test_an_undone_word_is_not_listed_and_not_counted():
    game = in_round()
    game.guess(2)
    game.undo()
    summary = ended(game)
    assert (summary.words_guessed, len(summary.words)) == (1, 1)


def test_only_swipes_of_this_round_can_be_undone():
    game = in_review()
    game.pass_until(S.ROUND_ACTIVE)
    with pytest.raises(IllegalMove):
        game.undo()


def test_an_undone_word_does_not_count_for_the_explainer():
    game = in_round()
    game.guess(2)
    game.undo()
    assert game.member("Bob").words_explained == 1


# The words run out


def few(number=3, **settings):
    return in_round(library=FakeLibrary(default_animals=number), **settings)


def test_the_round_ends_when_the_words_run_out():
    game = few()
    game.guess(2)
    said = game.swipe("guessed")
    assert path(said) == [S.ROUND_ENDED, S.SCORE_REVIEW]
    summary = the(said, events.RoundEnded)
    assert (summary.reason, summary.words_guessed) == ("pack_exhausted", 3)


def test_used_words_are_shuffled_again_once_all_have_been_seen():
    game = few(12)
    orders = []
    for _ in range(2):
        game.guess(12)
        orders.append([word.text for word in game.round.words])
        game.pass_until(S.ROUND_ACTIVE)
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]


def test_no_word_is_repeated_before_all_have_been_seen():
    game = few(30, roundsPerTeam=10)
    words = []
    for _ in range(5):
        game.guess(5)
        words += [word.text for word in game.round.words]
        words.append(game.word)
        game.pass_until(S.SCORE_REVIEW)
        game.pass_until(S.ROUND_ACTIVE)
    assert len(words) == len(set(words)) == 30


def test_the_last_word_can_be_undone_only_while_another_one_is_live():
    game = few(2)
    game.guess(1)
    game.undo()
    game.guess(2)
    assert game.state is S.SCORE_REVIEW
    with pytest.raises(IllegalMove):
        game.give("Alice", c.UndoSwipe())


def test_the_order_of_words_depends_on_the_seed():
    assert in_round(seed=1).word == in_round(seed=1).word
    assert len({in_round(seed=seed).word for seed in range(10)}) > 1


def test_words_are_of_the_chosen_difficulty():
    game = in_round(difficulty="hard")
    game.guess(20)
    assert {word.difficulty for word in game.room.deck.words} == {"hard"}
    assert game.view("Alice").current_word.difficulty == "hard"


def test_words_come_from_all_chosen_packs():
    game = in_round(wordPackIds=["default_animals", "default_food"])
    assert {word.pack_id for word in game.room.deck.words} == {"default_animals", "default_food"}
