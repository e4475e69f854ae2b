"""The event log tells the whole story or says that it cannot (docs/spec.md §3.4)."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameplay.engine.events import GameResumed, WordRevealed
from rooms.protocol.envelope import Outgoing
from rooms.protocol.eventlog import GAP, MAX_BYTES, MAX_ENTRIES, EventLog, visible_to
from rooms.protocol.limits import LOG_RETENTION_MS

BOB = visible_to("player_1", is_host=False, is_player=True)
CAROL = visible_to("player_2", is_host=False, is_player=True)
ALICE = visible_to("host_1", is_host=True, is_player=False)
ONLOOKER = visible_to(None, is_host=False, is_player=False)


def add(log, sequence_id, now_ms=0, audience="all", actor_id=None, event=None):
    event = event or GameResumed(remaining_seconds=sequence_id % 60)
    log.append(Outgoing(event.TYPE, event, "ABC234", now_ms, audience, sequence_id, 1), actor_id, now_ms)


def numbers(answer):
    return answer if answer is GAP else [entry.sequence_id for entry in answer]


@pytest.fixture
def log():
    """Ten events, one a second."""
    log = EventLog()
    for sequence_id in range(1, 11):
        add(log, sequence_id, sequence_id * 1_000)
    return log


def test_everything_since_a_number_comes_in_order(log):
    assert numbers(log.since(6, BOB)) == [7, 8, 9, 10]


def test_who_is_up_to_date_missed_nothing(log):
    assert log.since(10, BOB) == []


def test_from_the_beginning_is_everything_while_the_log_reaches_back_to_it(log):
    assert numbers(log.since(0, BOB)) == list(range(1, 11))


@pytest.mark.parametrize("last_seq_id", [-1, -(10**30), 11, 5_000, 10**30])
def test_a_number_that_was_never_issued_is_a_gap(log, last_seq_id):
    assert log.since(last_seq_id, BOB) is GAP


def test_a_number_older_than_the_log_is_a_gap(log):
    log.prune(4_000 + LOG_RETENTION_MS + 1)
    assert numbers(log.since(4, BOB)) == [5, 6, 7, 8, 9, 10]
    assert log.since(3, BOB) is GAP
    assert log.since(0, BOB) is GAP


def test_an_empty_log_still_knows_its_last_number(log):
    log.prune(10_000_000)
    assert log.since(10, BOB) == []
    assert log.since(9, BOB) is GAP
    assert log.since(11, BOB) is GAP


def test_a_log_that_begins_later_knows_nothing_before():
    log = EventLog(sequence_id=1_042)
    add(log, 1_043)
    assert numbers(log.since(1_042, BOB)) == [1_043]
    assert log.since(1_041, BOB) is GAP
    assert log.since(0, BOB) is GAP


def test_a_payload_is_kept_as_the_engine_states_it():
    log = EventLog()
    add(log, 1, event=GameResumed(remaining_seconds=41))
    (entry,) = log.since(0, BOB)
    missed = entry.missed()
    assert (missed.seq_id, missed.type, bytes(missed.payload)) == (1, "GAME_RESUMED", b'{"remainingSeconds":41}')


def test_an_unnumbered_message_is_not_logged(log):
    event = GameResumed(remaining_seconds=1)
    with pytest.raises(ValueError, match="no sequence number"):
        log.append(Outgoing(event.TYPE, event, "ABC234", 1, "all"), None, 11_000)


@pytest.mark.parametrize("sequence_id", [10, 9, 1])
def test_numbers_only_grow(log, sequence_id):
    with pytest.raises(ValueError, match="does not follow"):
        add(log, sequence_id, 11_000)


class TestWhoSeesWhat:
    @pytest.fixture
    def log(self):
        log = EventLog()
        word = WordRevealed(word_id="word_7", word_text="Otter", difficulty="easy", remaining_in_pack=9)
        add(log, 1)
        add(log, 2, audience="host", actor_id="host_1", event=word)
        add(log, 3, audience="actor", actor_id="player_1", event=word)
        add(log, 4, audience="players")
        add(log, 5, audience="host")
        add(log, 6)
        return log

    def test_each_gets_what_they_would_have_got_live(self, log):
        assert numbers(log.since(0, ALICE)) == [1, 2, 5, 6]
        assert numbers(log.since(0, BOB)) == [1, 3, 4, 6]
        assert numbers(log.since(0, CAROL)) == [1, 4, 6]
        assert numbers(log.since(0, ONLOOKER)) == [1, 6]

    def test_a_new_host_does_not_get_the_old_host_s_words(self, log):
        promoted = visible_to("player_2", is_host=True, is_player=True)
        assert numbers(log.since(0, promoted)) == [1, 4, 5, 6]

    def test_an_event_for_others_is_no_gap(self, log):
        assert numbers(log.since(3, CAROL)) == [4, 6]
        assert numbers(log.since(2, CAROL)) == [4, 6]


class TestAfterARestore:
    def test_the_jump_of_the_numbering_is_not_an_event(self, log):
        log.jump(1_010, 20_000)
        add(log, 1_011, 21_000)
        assert numbers(log.since(8, BOB)) == [9, 10, 1_011]
        assert numbers(log.since(1_010, BOB)) == [1_011]

    def test_numbers_inside_the_jump_were_never_issued(self, log):
        log.jump(1_010, 20_000)
        add(log, 1_011, 21_000)
        for last_seq_id in (11, 500, 1_009):
            assert log.since(last_seq_id, BOB) is GAP

    def test_a_log_read_back_answers_as_it_did_before(self, log):
        log.prune(4_000 + LOG_RETENTION_MS + 1)
        again = EventLog.load(log.dump(), 10)
        for last_seq_id in range(-1, 13):
            assert again.since(last_seq_id, BOB) == log.since(last_seq_id, BOB)
        add(again, 11, 11_000)
        assert numbers(again.since(9, BOB)) == [10, 11]

    def test_a_jump_survives_the_next_restore(self, log):
        log.jump(1_010, 20_000)
        again = EventLog.load(log.dump(), 1_010)
        assert again.since(1_010, BOB) == []
        assert numbers(again.since(9, BOB)) == [10]
        assert again.since(500, BOB) is GAP

    def test_events_that_the_room_has_lost_are_not_told(self, log):
        again = EventLog.load(log.dump(), 8)
        assert numbers(again.since(6, BOB)) == [7, 8]
        assert again.since(10, BOB) is GAP

    def test_a_log_that_lacks_events_of_the_room_tells_nothing(self, log):
        again = EventLog.load(log.dump(), 12)
        assert again.since(10, BOB) is GAP
        assert again.since(12, BOB) == []

    def test_a_log_is_read_back_from_parts(self, log):
        parts = [log.dump(after) for after in (4, 7, 5)]
        again = EventLog.load(parts[0], 10, *parts[1:])
        assert numbers(again.since(4, BOB)) == numbers(log.since(4, BOB))
        assert again.since(3, BOB) is GAP
        assert EventLog.load(log.dump(7), 10).since(6, BOB) is GAP

    def test_parts_that_do_not_meet_leave_the_later_one(self, log):
        early = log.dump()
        add(log, 11, 11_000)
        add(log, 12, 12_000)
        again = EventLog.load(early, 12, log.dump(11))
        assert numbers(again.since(11, BOB)) == [12]
        assert again.since(10, BOB) is GAP

    def test_a_log_can_be_kept_in_parts(self, log):
        first = log.dump()
        add(log, 11, 11_000)
        second = log.dump(after=10)
        add(log, 12, 12_000)
        add(log, 13, 13_000)
        third = log.dump(after=11)
        assert len(second) < len(first)
        again = EventLog.load(first, 13, second, third)
        for last_seq_id in range(-1, 15):
            assert again.since(last_seq_id, BOB) == log.since(last_seq_id, BOB)

    def test_parts_may_overlap(self, log):
        parts = [log.dump(), log.dump(after=3), log.dump(after=7)]
        assert numbers(EventLog.load(parts[0], 10, *parts[1:]).since(0, BOB)) == list(range(1, 11))

    def test_a_missing_part_is_a_gap_and_not_skipped(self, log):
        first = log.dump()
        add(log, 11, 11_000)
        add(log, 12, 12_000)
        third = log.dump(after=11)
        again = EventLog.load(first, 12, third)
        assert again.since(10, BOB) is GAP
        assert numbers(again.since(11, BOB)) == [12]

    def test_a_part_from_before_the_log_begins_is_all_there_is(self, log):
        log.prune(4_000 + LOG_RETENTION_MS + 1)
        assert log.dump(after=2) == log.dump()

    def test_what_is_no_log_is_refused(self):
        with pytest.raises(msgspec.DecodeError):
            EventLog.load(b"\xc1not a log", 3)


class TestBounds:
    def test_events_are_kept_for_two_minutes(self, log):
        add(log, 11, LOG_RETENTION_MS + 5_000)
        assert numbers(log.since(4, BOB)) == [5, 6, 7, 8, 9, 10, 11]
        add(log, 12, LOG_RETENTION_MS + 5_001)
        assert log.since(4, BOB) is GAP

    def test_a_busy_minute_cannot_fill_the_memory_with_entries(self):
        log = EventLog()
        for sequence_id in range(1, 3 * MAX_ENTRIES):
            add(log, sequence_id)
        latest = log.sequence_id
        assert len(log.since(latest - MAX_ENTRIES, BOB)) == MAX_ENTRIES
        assert log.since(latest - MAX_ENTRIES - 1, BOB) is GAP

    def test_large_events_cannot_either(self):
        log = EventLog()
        large = WordRevealed(word_id="w", word_text="x" * 10_000, difficulty="easy", remaining_in_pack=9)
        for sequence_id in range(1, 101):
            add(log, sequence_id, event=large)
        assert len(log.dump()) < MAX_BYTES + 20_000
        assert numbers(log.since(99, BOB)) == [100]
        assert log.since(0, BOB) is GAP

    def test_bounds_hold_after_a_restore_as_well(self, log):
        again = EventLog.load(log.dump(), 10)
        add(again, 11, 10_000 + LOG_RETENTION_MS)
        assert numbers(again.since(9, BOB)) == [10, 11]
        assert again.since(8, BOB) is GAP


@given(
    steps=st.lists(st.sampled_from(["event", "narrow", "jump", "wait", "restore"]), max_size=60),
    asked=st.integers(min_value=-2, max_value=400),
)
def test_the_answer_is_never_a_part_of_the_story(steps, asked):
    log, now_ms, number = EventLog(), 0, 0
    issued, seen_by_bob = {0}, []
    for step in steps:
        if step == "wait":
            now_ms += 50_000
        elif step == "restore":
            log = EventLog.load(log.dump(), number)
        elif step == "jump":
            number += 10
            log.jump(number, now_ms)
            issued.add(number)
        else:
            number += 1
            issued.add(number)
            if step == "event":
                seen_by_bob.append(number)
            add(log, number, now_ms, *(("actor", "player_2") if step == "narrow" else ()))
    answer = log.since(asked, BOB)
    if asked not in issued:
        assert answer is GAP
    elif answer is not GAP:
        assert numbers(answer) == [sequence_id for sequence_id in seen_by_bob if sequence_id > asked]
    if asked == number:
        assert answer == []
