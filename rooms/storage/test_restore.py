"""Restoring a room from Redis, after a restart or a crash of its worker."""

from typing import Any

import msgspec
import pytest

from rooms.cluster.node import Node
from rooms.conftest import MovedClock
from rooms.protocol.eventlog import visible_to
from rooms.storage.conftest import keys, reopened

EVERYTHING = visible_to("host_1", is_host=True, is_player=True)


async def test_a_room_is_restored_as_it_was(throw: Any, make_node: Any, time: MovedClock) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await party.swipe()
    before = party.live
    await party.node.writer.flush()
    heard = party["Bob"].sequence_id
    time.now_ms += 20_000
    live = await reopened(party, make_node)
    room = live.room
    assert [team.score for team in room.teams] == [team.score for team in before.room.teams]
    assert room.round.word == before.room.round.word
    assert room.deck == before.room.deck
    assert (room.sequence_id, room.state_version) == (
        before.room.sequence_id + 1_000,
        before.room.state_version + 1_000,
    )
    bob = await party.back("Bob")
    answer = await bob.reconnect(heard)
    assert answer["missedEvents"] == []


async def test_missed_events_are_sent_after_a_takeover(throw: Any, make_node: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    heard = party["Bob"].sequence_id
    await party["Bob"].hang_up()
    await party.swipe()
    await party.node.writer.flush()
    await party.swipe()
    await party.node.writer.flush()
    await reopened(party, make_node)
    bob = await party.back("Bob")
    answer = await bob.reconnect(heard)
    assert [event["type"] for event in answer["missedEvents"]] == ["WORD_RESULT", "WORD_RESULT"]


async def test_a_lost_sequence_number_is_a_gap(throw: Any, make_node: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await party.node.writer.flush()
    await party.swipe()
    heard = party["Bob"].sequence_id
    await reopened(party, make_node)
    bob = await party.back("Bob")
    assert (await bob.reconnect(heard))["missedEvents"] is None


async def test_clocks_resume_from_the_last_heartbeat(throw: Any, make_node: Any, time: MovedClock) -> None:
    party = await throw("Alice", "Bob", "Carol", roundDurationSec=60)
    await party.start_round()
    await party.node.writer.flush()
    await party.wait(10_000)
    await party.node.lease_guard.heartbeat()
    await party.wait(500)
    time.now_ms += 3_600_000
    live = await reopened(party, make_node)
    assert live.room.round.remaining(time.now_ms) == 50_000
    assert all(member.away_since_ms == time.now_ms for member in live.room.members.values())


async def test_the_clocks_of_a_released_room_stop(throw: Any, make_node: Any, time: MovedClock) -> None:
    party = await throw("Alice", "Bob", "Carol", roundDurationSec=60)
    await party.start_round()
    await party.wait(7_000)
    await party.node.stop()
    time.now_ms += 3_600_000
    live = await reopened(party, make_node)
    assert live.room.round.remaining(time.now_ms) == 53_000


async def test_a_restart_loses_nothing_and_closes_sockets_for_a_reconnect(throw: Any, make_node: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await party.swipe()
    scores = [team.score for team in party.live.room.teams]
    members = party.live.room.members
    await party.node.stop()
    assert {guest.close_code for guest in party.guests.values()} == {1012}
    for guest in party.guests.values():
        await guest.hang_up()
    live = await reopened(party, make_node, "worker")
    assert [team.score for team in live.room.teams] == scores
    assert live.room.members.keys() == members.keys()


async def test_a_crash_right_after_a_restore_reuses_no_sequence_number(throw: Any, make_node: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.node.writer.flush()
    first = (await reopened(party, make_node, "one")).room.sequence_id
    assert (await reopened(party, make_node, "two")).room.sequence_id == first + 1_000


async def test_the_first_visitor_starts_a_rooms_clocks(throw: Any, time: MovedClock) -> None:
    party = await throw()
    time.now_ms += 300_000
    await party.come("Bob")
    assert party.live.room.sequence_id < 100
    await party.wait(59_000)
    assert party.live.room.host.name == "Alice"
    await party.wait(1_000)
    assert party.live.room.host.name == "Bob"


async def test_a_snapshot_of_an_unknown_schema_is_left_alone(
    throw: Any, node: Node, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    party = await throw()
    client.hset(keys(party.code)[0], "state", msgspec.msgpack.encode({"schema": 99, "room": {}}))
    assert await node.registry.find(party.code) is None
    assert "schema 99" in caplog.text


async def test_an_unreadable_event_log_is_a_gap(throw: Any, make_node: Any, client: Any) -> None:
    party = await throw("Alice", "Bob")
    heard = party["Bob"].sequence_id
    await party.host.say("LOCK_ROOM")
    await party.node.writer.flush()
    client.lset(keys(party.code)[2], 0, b"\xc1")
    live = await reopened(party, make_node)
    assert live.log.since(live.room.sequence_id, EVERYTHING) == []
    bob = await party.back("Bob")
    assert (await bob.reconnect(heard))["missedEvents"] is None
