"""Acknowledgements: two seconds, two retries, then degraded (docs/spec.md §2.5)."""

import pytest

from gameplay.engine.events import GameEnded, RoundEnded, RoundStarted
from rooms.protocol.acks import AckLedger, ack_id
from rooms.protocol.catalogue import SERVER
from rooms.protocol.envelope import Outgoing
from rooms.protocol.reference import examples


def message(event=RoundStarted, sequence_id=143):
    type_ = event.TYPE
    return Outgoing(
        type_, examples.SERVER[type_], "ABC234", 1, "all", sequence_id, 9, ack_id=ack_id(type_, sequence_id)
    )


@pytest.fixture
def ledger():
    return AckLedger()


@pytest.fixture
def unanswered(ledger):
    """A ledger whose only message was sent at 0."""
    outgoing = message()
    ledger.sent(outgoing.ack_id, outgoing, 0)
    return ledger


def test_the_ack_id_names_the_message_and_its_number():
    assert ack_id("ROUND_STARTED", 143) == "ack_round_started_143"


def test_ack_ids_are_unique_in_a_room():
    types = [type_ for type_, row in SERVER.items() if row.needs_ack]
    names = {ack_id(type_, sequence_id) for type_ in types for sequence_id in range(1, 200)}
    assert len(names) == len(types) * 199


def test_what_is_acknowledged_in_time_is_not_sent_again(unanswered):
    assert unanswered.received("ack_round_started_143") is False
    assert unanswered.next_deadline_ms() is None
    assert unanswered.due(60_000) == ([], False)


def test_nothing_is_due_before_two_seconds(unanswered):
    assert unanswered.next_deadline_ms() == 2_000
    assert unanswered.due(1_999) == ([], False)


def test_what_is_never_acknowledged_is_sent_exactly_three_times(unanswered):
    sends, degraded_at = [0], None
    for now_ms in range(0, 60_000, 100):
        again, became_degraded = unanswered.due(now_ms)
        sends += [now_ms for _ in again]
        if became_degraded:
            assert degraded_at is None
            degraded_at = now_ms
    assert sends == [0, 2_000, 4_000]
    assert degraded_at == 6_000
    assert unanswered.degraded
    assert unanswered.next_deadline_ms() is None


def test_the_same_message_is_sent_again_with_the_same_ack_id(unanswered):
    (again,), _ = unanswered.due(2_000)
    assert (again.type, again.ack_id) == ("ROUND_STARTED", "ack_round_started_143")


def test_an_ack_after_a_retry_ends_the_matter(unanswered):
    unanswered.due(2_000)
    assert unanswered.received("ack_round_started_143") is False
    assert unanswered.due(10_000) == ([], False)
    assert not unanswered.degraded


def test_a_late_ack_lets_a_degraded_socket_recover(unanswered):
    for now_ms in (2_000, 4_000, 6_000):
        unanswered.due(now_ms)
    assert unanswered.degraded
    assert unanswered.received("ack_round_started_143") is True
    assert not unanswered.degraded


def test_the_ack_of_a_later_message_lets_it_recover_too(unanswered):
    for now_ms in (2_000, 4_000, 6_000):
        unanswered.due(now_ms)
    later = message(RoundEnded, 160)
    unanswered.sent(later.ack_id, later, 7_000)
    assert unanswered.received(later.ack_id) is True
    assert unanswered.received("ack_round_started_143") is False


def test_an_ack_that_comes_twice_counts_once(unanswered):
    for now_ms in (2_000, 4_000, 6_000):
        unanswered.due(now_ms)
    assert unanswered.received("ack_round_started_143") is True
    assert unanswered.received("ack_round_started_143") is False


def test_an_ack_that_nobody_waits_for_changes_nothing(unanswered):
    for now_ms in (2_000, 4_000, 6_000):
        unanswered.due(now_ms)
    assert unanswered.received("ack_round_started_999") is False
    assert unanswered.degraded


def test_a_socket_becomes_degraded_once_however_many_messages_it_leaves_unanswered(ledger):
    for sequence_id, event in ((1, RoundStarted), (2, RoundEnded), (3, GameEnded)):
        outgoing = message(event, sequence_id)
        ledger.sent(outgoing.ack_id, outgoing, sequence_id * 100)
    became = 0
    sends = 3
    for now_ms in range(0, 20_000, 100):
        again, became_degraded = ledger.due(now_ms)
        sends += len(again)
        became += became_degraded
    assert (sends, became) == (9, 1)


def test_messages_are_due_in_the_order_of_their_sending(ledger):
    first, second = message(RoundStarted, 1), message(RoundEnded, 2)
    ledger.sent(first.ack_id, first, 0)
    ledger.sent(second.ack_id, second, 500)
    assert ledger.next_deadline_ms() == 2_000
    assert ledger.due(2_500) == ([first, second], False)


def test_a_closed_socket_leaves_nothing_pending(unanswered):
    unanswered.clear()
    assert unanswered.next_deadline_ms() is None
    assert unanswered.due(60_000) == ([], False)
    assert unanswered.received("ack_round_started_143") is False
