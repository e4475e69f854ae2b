"""The away-time rule (docs/spec.md §3.2, §3.4)."""

import msgspec
import pytest

from gameplay.engine.events import GameResumed, WordCorrected, WordResult
from rooms.protocol.eventlog import GAP, Entry
from rooms.protocol.messages import MissedWords
from rooms.protocol.recovery import ReconnectOutcome, estimated_away_ms, missed_words, reconnect_outcome


@pytest.mark.parametrize(
    ("away_ms", "player", "host"),
    [
        (0, ReconnectOutcome.BACKFILL, ReconnectOutcome.BACKFILL),
        (4_900, ReconnectOutcome.BACKFILL, ReconnectOutcome.BACKFILL),
        (4_999, ReconnectOutcome.BACKFILL, ReconnectOutcome.BACKFILL),
        (5_000, ReconnectOutcome.SNAPSHOT, ReconnectOutcome.BACKFILL),
        (5_100, ReconnectOutcome.SNAPSHOT, ReconnectOutcome.BACKFILL),
        (29_999, ReconnectOutcome.SNAPSHOT, ReconnectOutcome.BACKFILL),
        (30_000, ReconnectOutcome.SNAPSHOT, ReconnectOutcome.BACKFILL),
        (30_001, ReconnectOutcome.EXPIRED, ReconnectOutcome.EXPIRED),
        (59_999, ReconnectOutcome.EXPIRED, ReconnectOutcome.EXPIRED),
        (10**12, ReconnectOutcome.EXPIRED, ReconnectOutcome.EXPIRED),
    ],
)
def test_the_outcome_depends_on_the_time_away(away_ms, player, host):
    assert reconnect_outcome(away_ms, is_host=False) is player
    assert reconnect_outcome(away_ms, is_host=True) is host


def test_a_clock_that_went_back_counts_as_no_time_away():
    assert reconnect_outcome(-3_000, is_host=False) is ReconnectOutcome.BACKFILL


def entry(event, at_ms=0):
    return Entry(1, at_ms, event.TYPE, "all", None, msgspec.json.encode(event))


def result(word_id, action):
    return entry(WordResult(word_id=word_id, action=action, team_id="team_1", points_awarded=1, new_score=1))


def corrected(word_id, action):
    return entry(WordCorrected(word_id=word_id, action=action, team_id="team_1", points_awarded=1, new_score=1))


RESUMED = GameResumed(remaining_seconds=9)


def test_without_a_close_the_first_missed_event_says_how_long_it_was():
    missed = [entry(RESUMED, 10_000), entry(RESUMED, 14_000)]
    assert estimated_away_ms(missed, 17_000) == 7_000


def test_who_missed_nothing_was_not_away():
    assert estimated_away_ms([], 17_000) == 0


def test_what_the_log_cannot_tell_is_not_held_against_anybody():
    assert estimated_away_ms(GAP, 17_000) == 0


def test_missed_words_are_counted_by_what_became_of_them():
    missed = [result("word_1", "guessed"), result("word_2", "skipped"), entry(RESUMED), result("word_3", "guessed")]
    assert missed_words(missed) == MissedWords(words_guessed=2, words_skipped=1)


def test_an_undone_word_counts_once_it_is_swiped_again():
    missed = [result("word_1", "skipped"), corrected("word_1", "undone")]
    assert missed_words(missed) == MissedWords(words_guessed=0, words_skipped=0)
    assert missed_words([*missed, result("word_1", "guessed")]) == MissedWords(words_guessed=1, words_skipped=0)


def test_a_corrected_word_counts_as_it_stands_now():
    missed = [result("word_1", "skipped"), corrected("word_1", "guessed")]
    assert missed_words(missed) == MissedWords(words_guessed=1, words_skipped=0)


def test_the_correction_of_a_word_that_was_seen_is_no_missed_word():
    assert missed_words([corrected("word_1", "guessed")]) == MissedWords(words_guessed=0, words_skipped=0)
