"""``/metrics``: each figure tells what has happened, and the list of them in the docs is the list in the code."""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from rooms.cluster.node import Node
from rooms.conftest import NEWEST, MovedClock, declining
from rooms.live.transport import ARRIVED_S
from rooms.management.documents import metrics_reference
from rooms.protocol.limits import ACK_TIMEOUT_MS
from rooms.telemetry.counters import BOUNDS_S, Histogram
from rooms.web.prometheus import METRICS, text

PROJECT = Path(__file__).parents[2]

Figures = Callable[..., float]


@pytest.fixture
def figure(node: Node) -> Figures:
    """A figure as it is now, less what it was when it was first asked for: ``figure("rooms_created_total")``."""
    before: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}

    def read(name: str, **labels: str) -> float:
        key = name, frozenset(labels.items())
        now = told(node)[f"partyflow_{name}", key[1]]
        return now - before.setdefault(key, now)

    return read


def told(node: Node) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample, by its name and labels, as Prometheus reads it."""
    families = text_string_to_metric_families(text(node).decode())
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def test_the_document_is_up_to_date() -> None:
    assert (PROJECT / "docs" / "metrics.md").read_text() == metrics_reference(), "run manage.py generate_docs"


async def test_every_figure_is_told_from_the_start(node: Node) -> None:
    names = {name for name, _ in told(node)}
    for figure in METRICS:
        name = f"{figure.full_name}_bucket" if figure.kind == "histogram" else figure.full_name
        assert name in names or figure.name == "http_responses"
    assert "process_resident_memory_bytes" in names
    assert len({figure.name for figure in METRICS}) == len(METRICS)


async def test_rooms_are_counted_by_state_and_sockets_by_role_and_version(throw: Any, figure: Figures) -> None:
    party = await throw("Alice", "Bob")
    await party.come("Carol", version="1.0")
    await party.guest("Zoe").connect("spectator")
    await party.guest("Nobody").open()
    now = told(party.node)
    assert now["partyflow_rooms", frozenset({("state", "LOBBY")})] == 1
    assert now["partyflow_rooms", frozenset({("state", "ROUND_ACTIVE")})] == 0
    sockets = {
        tuple(sorted(dict(labels).items())): n for (name, labels), n in now.items() if name == "partyflow_sockets"
    }
    expected = {("host", NEWEST): 1, ("player", NEWEST): 1, ("player", "1.0"): 1, ("spectator", NEWEST): 1}
    for (role, version), count in expected.items():
        assert sockets[("role", role), ("version", version)] == count
    assert sockets[("role", "none"), ("version", "none")] == 1
    assert sum(sockets.values()) == 5


async def test_messages_are_counted_by_type_in_both_directions(throw: Any, figure: Figures) -> None:
    party = await throw("Alice", "Bob", "Carol")
    figure("messages_received_total", type="WORD_SWIPED")
    figure("messages_sent_total", type="WORD_RESULT")
    figure("messages_sent_total", type="WORD_REVEALED")
    await party.start_round()
    await party.swipe()
    assert figure("messages_received_total", type="WORD_SWIPED") == 1
    assert figure("messages_sent_total", type="WORD_RESULT") == 3
    assert figure("messages_sent_total", type="WORD_REVEALED") == 2


async def test_what_is_refused_is_counted_by_code(throw: Any, figure: Figures) -> None:
    party = await throw("Alice", "Bob")
    for code in ("INVALID_TRANSITION", "MALFORMED_MESSAGE", "RATE_LIMITED"):
        figure("errors_sent_total", code=code)
    figure("messages_received_total", type="unreadable")
    figure("messages_received_total", type="excess")
    await party.host.say("PAUSE_GAME")
    await party["Bob"].say_raw("no JSON")
    for _ in range(250):
        await party["Bob"].say("HEARTBEAT")
    assert figure("errors_sent_total", code="INVALID_TRANSITION") == 1
    assert figure("errors_sent_total", code="MALFORMED_MESSAGE") == 1
    assert figure("errors_sent_total", code="RATE_LIMITED") == 1
    assert figure("messages_received_total", type="unreadable") == 1
    assert figure("messages_received_total", type="excess") > 40


@pytest.mark.parametrize(
    ("away_ms", "outcome"), [(1_000, "backfill"), (10_000, "snapshot"), (31_000, "expired"), (61_000, "expired")]
)
async def test_reconnects_are_counted_by_outcome(throw: Any, figure: Figures, away_ms: int, outcome: str) -> None:
    party = await throw("Alice", "Bob", "Carol")
    figure("reconnects_total", outcome=outcome)
    await party["Bob"].hang_up()
    await party.wait(away_ms)
    bob = await party.back("Bob")
    await bob.reconnect(bob.sequence_id)
    assert figure("reconnects_total", outcome=outcome) == 1


async def test_acks_that_do_not_come_are_counted(throw: Any, figure: Figures) -> None:
    party = await throw("Alice", "Bob", "Carol")
    for name in ("acks_resent_total", "acks_given_up_total", "degraded_sockets", "round_trip_seconds_count"):
        figure(name)
    await party.start_round()
    started = party.host.received("ROUND_STARTED")[-1].envelope
    await party.host.say("ACK", {"ackId": started["ackId"], "status": "received"})
    assert figure("round_trip_seconds_count") == 1
    await party.wait(3 * ACK_TIMEOUT_MS)
    assert figure("acks_resent_total") >= 4, "Bob's and Carol's, twice each"
    assert figure("acks_given_up_total") == figure("degraded_sockets") == 2


async def test_commands_are_timed_and_what_is_beside_the_game_is_not(throw: Any, figure: Figures) -> None:
    party = await throw("Alice", "Bob")
    for name in ("transition_seconds_count", "delivery_seconds_count", "delivery_seconds_sum"):
        figure(name)
    await party.host.say("HEARTBEAT")
    assert figure("delivery_seconds_count") == 0
    await party.host.say("LOCK_ROOM")
    assert figure("transition_seconds_count") == figure("delivery_seconds_count") == 1


async def test_waiting_for_the_event_loop_is_a_part_of_the_delivery(
    throw: Any, figure: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice", "Bob")
    for name in ("transition_seconds_sum", "delivery_seconds_sum"):
        figure(name)
    tell = party.host._tell

    async def arrived_long_ago(event: dict[str, Any]) -> None:
        await tell(event | {ARRIVED_S: perf_counter() - 100})

    party.host.transport.set_receiver(declining)
    monkeypatch.setattr(party.host, "_tell", arrived_long_ago)
    await party.host.say("LOCK_ROOM")
    assert figure("delivery_seconds_sum") > 100
    assert figure("transition_seconds_sum") < 100


async def test_what_redis_lags_behind_is_told(throw: Any, figure: Figures, time: MovedClock) -> None:
    party = await throw("Alice")
    await party.node.writer.flush()
    for name in ("room_writes_total", "save_seconds_sum", "save_seconds_count"):
        figure(name)
    await party.come("Bob")
    time.now_ms += 700
    assert told(party.node)["partyflow_unsaved_rooms", frozenset()] == 1
    assert told(party.node)["partyflow_write_lag_seconds", frozenset()] == pytest.approx(0.7)
    await party.node.writer.flush()
    assert told(party.node)["partyflow_unsaved_rooms", frozenset()] == 0
    assert figure("room_writes_total") == figure("save_seconds_count") == 1
    assert figure("save_seconds_sum") == pytest.approx(0.7)


def test_a_duration_falls_into_the_bucket_that_it_does_not_exceed() -> None:
    histogram = Histogram()
    for duration_s in (0.0, BOUNDS_S[0], 0.002, 0.0025, 60.0):
        histogram.observe(duration_s)
    buckets = dict(histogram.cumulative())
    assert (buckets["0.0001"], buckets["0.001"], buckets["0.0025"], buckets["5.0"], buckets["+Inf"]) == (2, 2, 4, 4, 5)
    assert histogram.sum_s == pytest.approx(60.0046)


async def test_no_label_is_a_clients_to_choose(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    before = told(party.node).keys()
    await party["Bob"].say("NONSENSE_7")
    await party["Bob"].say("LEAVE_ROOM", version="1.7")
    assert told(party.node).keys() == before
