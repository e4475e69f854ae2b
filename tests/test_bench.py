"""The arithmetic of the load generator, the wires that it speaks, and a run with two rooms."""

import asyncio
import json
import math
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import msgpack
import msgspec
import pytest

from bench.churn_memory import ChurnReport
from bench.client_socket import Door
from bench.peers.comparison import Comparison, ratio
from bench.plot import plot, tidy_step
from bench.reconnect_storm import pause_s
from bench.report import Connecting, Latency, Memory, Redis, Report, Storm, Usage, latency, percentile, slope
from bench.resource_usage import Metrics, bound_of_share
from bench.results_document import fill, table
from bench.run import Load, Run
from bench.socket_stats import SocketStats
from bench.topologies import OneServer
from bench.wire_formats import WIRES

REPORT = Report(
    command="python -m bench --rooms 2",
    what="one server, entered directly",
    rooms=2,
    sockets=14,
    seconds=30.0,
    connecting=Connecting(per_s=700.0, p95_ms=3.0),
    delivered_per_s=1000.0,
    bytes_per_delivery=160.0,
    swipes=20,
    latency=Latency(1.0, 2.0, 3.0, 4.0),
    servers={"w1": Usage(5.0, 100.0), "w2": Usage(7.0, 100.0)},
    infrastructure={"redis": Usage(1.0, 9.0)},
    cpu_us_per_delivery=25.0,
    memory=Memory(per_room=140.0, per_socket=20.0, per_player=9.0),
    generators=1,
    generator_cpu_percent=4.0,
    errors={},
    redis=Redis(written_per_s=2048, read_per_s=1024, lag_p50_ms=5.0, lag_p99_ms=50.0),
    storm=Storm(sockets=14, back_p50_s=0.1, back_max_s=0.2, playing_max_s=1.1, retried=0, refusals={}),
)


# Sums


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.01, 1), (0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100)])
def test_a_percentile_is_the_smallest_value_that_enough_others_do_not_exceed(share: float, expected: int) -> None:
    assert percentile(range(100, 0, -1), share) == expected


def test_a_percentile_of_nothing_is_not_a_number() -> None:
    assert math.isnan(percentile([], 0.95))


def test_latencies_are_told_in_milliseconds() -> None:
    assert latency([number / 1000 for number in range(1, 101)]) == Latency(50.0, 95.0, 99.0, 100.0)


def test_a_slope_is_that_of_the_line_of_least_squares() -> None:
    assert slope([(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]) == pytest.approx(2.0)
    assert slope([(0.0, 0.0), (1.0, 1.0), (2.0, 0.0)]) == pytest.approx(0.0)


@pytest.mark.parametrize("points", [[], [(1.0, 2.0)], [(1.0, 2.0), (1.0, 4.0)]])
def test_there_is_no_slope_without_two_places(points: list[tuple[float, float]]) -> None:
    assert math.isnan(slope(points))


def test_what_processes_have_counted_is_added_up() -> None:
    first, second = SocketStats(), SocketStats()
    for tally, seconds in ((first, 0.1), (second, 0.2)):
        tally.start()
        tally.delivered = 3
        tally.latencies_s.append(seconds)
        tally.errors["closed with 1011"] += 1
    first.add(second)
    assert (first.delivered, list(first.latencies_s), first.errors) == (6, [0.1, 0.2], {"closed with 1011": 2})


def test_errors_of_the_warm_up_stay() -> None:
    tally = SocketStats()
    tally.delivered = 5
    tally.errors["connection lost"] += 1
    tally.start()
    assert (tally.delivered, tally.errors) == (0, {"connection lost": 1})


def test_a_histogram_tells_under_which_bound_a_share_lies() -> None:
    buckets = {0.01: 50.0, 0.1: 98.0, 1.0: 100.0, math.inf: 100.0}
    assert [bound_of_share(buckets, share) for share in (0.5, 0.51, 0.99)] == [0.01, 0.1, 1.0]
    assert math.isnan(bound_of_share(Counter(), 0.5))


def test_metrics_are_added_up_over_their_labels() -> None:
    found = Metrics(
        'partyflow_rooms{state="LOBBY"} 2.0\npartyflow_rooms{state="ROUND_ACTIVE"} 3.0\n'
        "partyflow_rooms_created_total 9.0\n"
        'partyflow_save_seconds_bucket{le="0.01"} 4.0\npartyflow_save_seconds_bucket{le="+Inf"} 5.0\n'
    )
    assert found.total("rooms") == 5.0
    assert found.buckets("save_seconds") == {0.01: 4.0, math.inf: 5.0}
    with pytest.raises(LookupError):
        found.total("sockets")


def test_who_is_turned_away_waits_as_the_browsers_client_does() -> None:
    assert [pause_s(attempt, 0.5) for attempt in (1, 2, 3)] == [1.0, 1.5, 2.25]
    assert (pause_s(1, 0.0), pause_s(30, 0.999)) == (0.8, 30.0)


# Reports


def test_a_report_says_whether_there_were_errors() -> None:
    assert REPORT.lines()[-1].split() == ["errors", "0"]
    failed = msgspec.structs.replace(REPORT, errors={"connection lost": 3})
    assert failed.lines()[-1].split(maxsplit=1) == ["errors", "3 × connection lost"]


def test_a_report_adds_its_workers_up() -> None:
    lines = "\n".join(REPORT.lines())
    assert "2 rooms × 7 = 14 sockets" in lines
    assert "w1 5, w2 7 = 12 %" in lines
    assert REPORT.cpu_percent == 12.0


def test_a_report_can_be_stored_and_read_again() -> None:
    assert msgspec.json.decode(REPORT.as_json(), type=Report) == REPORT


@pytest.mark.parametrize(("growth", "is_flat"), [(0.0, True), (0.01, True), (0.3, False)])
def test_memory_is_flat_when_its_end_is_hardly_above_its_beginning(growth: float, is_flat: bool) -> None:
    filling_up = [(minute / 10, 50.0) for minute in range(60)]
    calm = [(6 + minute / 10, 100.0 * (1 + growth * minute / 240)) for minute in range(240)]
    report = ChurnReport("", "one server", 10, 30.0, {}, 0.1, 1, filling_up + calm, {}, {})
    assert report.is_flat is is_flat


def test_a_comparison_tells_what_partyflow_takes_of_theirs() -> None:
    theirs = msgspec.structs.replace(REPORT, cpu_us_per_delivery=20.0)
    comparison = Comparison("", 2, {"PartyFlow": REPORT, "Node ws": theirs})
    assert ratio(comparison, "Node ws") == pytest.approx(1.25)
    assert ratio(comparison, "PartyFlow") is None
    assert comparison.lines()[-1].endswith("1.25 × (bar 1.5)")


def test_a_table_goes_to_its_place_in_the_document() -> None:
    text = "before\n<!-- play -->\nold\n<!-- end play -->\nafter\n"
    filled = fill(text, {"play": table(["rooms"], [(100,), (300,)], ["make bench", "make bench"])})
    assert "old" not in filled
    assert filled.startswith("before\n<!-- play -->\n")
    assert filled.endswith("<!-- end play -->\nafter\n")
    assert filled.count("make bench") == 1
    assert "| rooms |\n| --: |\n| 100 |\n| 300 |\n" in filled
    with pytest.raises(LookupError):
        fill(text, {"storm": ""})


def test_a_plot_has_a_line_for_each_number_of_workers() -> None:
    runs = [
        msgspec.structs.replace(REPORT, rooms=rooms, what=what) for what in ("one", "two") for rooms in (100, 300, 1000)
    ]
    drawn = ElementTree.fromstring(plot(runs))  # noqa: S314 (our own)
    lines = drawn.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 4
    assert all(len(line.attrib["points"].split()) == 3 for line in lines)


@pytest.mark.parametrize(("highest", "step"), [(48.0, 10.0), (101.0, 50.0), (4.7, 1.0), (0.0, 1.0)])
def test_grid_lines_stand_at_tidy_numbers(highest: float, step: float) -> None:
    assert tidy_step(highest) == step


# Wires

TICK = {"type": "TIMER_TICK", "roomId": "R1", "payload": {"remainingSeconds": 4}}
REVEALED = {"type": "WORD_REVEALED", "roomId": "R1", "payload": {"wordId": "word_7", "wordText": "Otter"}}
STARTED = {"type": "ROUND_STARTED", "roomId": "R1", "requiresAck": True, "ackId": "ROUND_STARTED-4"}
WELCOME = {"type": "CONNECTED", "payload": {"actorId": "player_001", "sessionId": "secret", "gameState": {}}}


def on_the_wire(wire: str, message: dict[str, Any]) -> bytes:
    """The message as the server of this wire sends it."""
    type_, compact = str(message["type"]).encode(), json.dumps(message, separators=(",", ":")).encode()
    match wire:
        case "spaced":
            return json.dumps(message).encode()
        case "socket.io":
            return b'42["%b",%b]' % (type_, compact)
        case "colyseus":
            return b"\x0d%c%b%b" % (0xA0 | len(type_), type_, msgpack.packb(message))
        case _:
            return compact


@pytest.fixture(params=sorted(WIRES))
def wire(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def socket(wire: str) -> Any:
    room: Any = SimpleNamespace(code="R1", tally=SocketStats())
    return WIRES[wire](room, Door(8000))


def test_ticks_are_known_by_how_they_begin(wire: str, socket: Any) -> None:
    assert on_the_wire(wire, TICK).startswith(socket.TICK)
    assert not on_the_wire(wire, REVEALED).startswith(socket.TICK)


def test_what_has_to_be_answered_is_found(wire: str, socket: Any) -> None:
    revealed, started = on_the_wire(wire, REVEALED), on_the_wire(wire, STARTED)
    assert (socket.type_of(revealed), socket.text(revealed, b"wordId")) == (b"WORD_REVEALED", "word_7")
    assert (socket.type_of(started), socket.text(started, b"ackId")) == (b"ROUND_STARTED", "ROUND_STARTED-4")


def test_a_welcome_says_who_one_is(wire: str, socket: Any) -> None:
    assert socket.identity(on_the_wire(wire, WELCOME)) == ("player_001", "secret")


def test_what_is_sent_is_addressed(wire: str, socket: Any) -> None:
    socket.actor_id = "player_001"
    sent = socket.encode(b"ACK", {"ackId": "x"})
    if wire == "colyseus":
        message = msgpack.unpackb(sent[2 + (sent[1] & 0x1F) :])
    else:
        message = json.loads(sent[sent.index(b"{") : sent.rindex(b"}") + 1])
    assert (message["roomId"], message["actorId"], message["payload"]) == ("R1", "player_001", {"ackId": "x"})


# All of it


def test_two_rooms_play_and_come_back_from_a_storm(tmp_path: Path) -> None:
    site = OneServer(tmp_path)
    load = Load(rooms=2, seconds=1.0, warm_up_s=0.2, swipe_every_s=0.4, has_storm=True)
    try:
        site.start()
        report = asyncio.run(Run(site, load, site.tickets(2)).run())
    finally:
        site.stop()
    assert report.errors == {}
    assert report.swipes >= 2
    assert report.storm is not None
    assert (report.storm.sockets, report.storm.retried) == (14, 0)
    assert not math.isnan(report.storm.playing_max_s)
