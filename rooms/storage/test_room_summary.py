"""Room summaries in Redis: written with each save, beside the index."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import redis

from rooms.cluster.node import Node
from rooms.conftest import MovedClock
from rooms.storage.keys import SUMMARIES
from rooms.storage.room_summary import RoomSummary


@pytest.fixture
def read_summary(redis_url: str) -> Any:
    """Reads the summary of a room."""
    with redis.Redis.from_url(redis_url, decode_responses=False) as client:

        def read(code: str) -> RoomSummary:
            return msgspec.json.decode(client.hget(SUMMARIES, code), type=RoomSummary)

        yield read


async def test_a_new_room_has_no_owner(
    throw: Any, read_summary: Callable[[str], RoomSummary], time: MovedClock
) -> None:
    party = await throw()
    summary = read_summary(party.code)
    assert (summary.host_name, summary.is_host_connected, summary.worker) == ("Alice", False, "")
    assert summary.created_at_ms == summary.active_at_ms == time.now_ms


async def test_the_summary_has_players_connections_round_and_scores(
    throw: Any, node: Node, read_summary: Callable[[str], RoomSummary]
) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await party.swipe()
    await party["Carol"].hang_up()
    await node.writer.flush()
    summary = read_summary(party.code)
    assert summary.state == "ROUND_ACTIVE"
    assert (summary.is_host_connected, summary.connected_count, summary.player_count) == (True, 1, 2)
    assert summary.player_names == ("Bob", "Carol")
    assert summary.round_number == 1
    assert sorted(points for _, points in summary.scores) == [0, 1]
    assert summary.worker == node.store.worker


async def test_ticks_and_absences_are_no_activity(throw: Any, node: Node, time: MovedClock) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await party.swipe()
    swiped_ms = time.now_ms
    await party.wait(20_000)
    assert party.live.summary().active_at_ms == swiped_ms


async def test_the_summary_of_a_released_room_names_no_worker(
    throw: Any, node: Node, read_summary: Callable[[str], RoomSummary], time: MovedClock
) -> None:
    party = await throw("Alice", "Bob")
    for name in ("Alice", "Bob"):
        await party[name].hang_up()
    time.now_ms += 11 * 60 * 1000
    await node.sweep()
    assert node.registry.get(party.code) is None
    assert read_summary(party.code).worker == ""


def test_a_summary_of_an_older_version_can_be_decoded() -> None:
    older = b'{"roomId":"ABC234","state":"LOBBY","playerCount":1,"maxPlayers":10,"joinable":true,"hostId":"host_1",'
    older += b'"hostName":"Alice","hostSession":"x"}'
    summary = msgspec.json.decode(older, type=RoomSummary)
    assert (summary.connected_count, summary.player_names, summary.created_at_ms) == (0, (), 0)
