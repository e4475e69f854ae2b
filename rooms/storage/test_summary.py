"""What lists know of a room: it stands beside the index in Redis, and is as new as the last write."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import redis

from rooms.cluster.registry import Registry
from rooms.conftest import MovedClock
from rooms.storage.store import SUMMARIES, RoomFacts


@pytest.fixture
def summary(redis_url: str) -> Any:
    """Reads the summary of a room."""
    with redis.Redis.from_url(redis_url, decode_responses=False) as client:

        def read(code: str) -> RoomFacts:
            return msgspec.json.decode(client.hget(SUMMARIES, code), type=RoomFacts)

        yield read


async def test_a_room_that_nobody_has_entered_belongs_to_no_worker(
    throw: Any, summary: Callable[[str], RoomFacts], time: MovedClock
) -> None:
    party = await throw()
    facts = summary(party.code)
    assert (facts.host_name, facts.is_host_connected, facts.worker) == ("Alice", False, "")
    assert facts.created_at_ms == facts.active_at_ms == time.now_ms


async def test_the_summary_says_who_is_there_and_how_the_game_stands(
    throw: Any, keeper: Registry, summary: Callable[[str], RoomFacts]
) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await party.swipe()
    await party["Carol"].hang_up()
    await keeper.writer.flush()
    facts = summary(party.code)
    assert facts.state == "ROUND_ACTIVE"
    assert (facts.is_host_connected, facts.connected_count, facts.player_count) == (True, 1, 2)
    assert facts.player_names == ("Bob", "Carol")
    assert facts.round_number == 1
    assert sorted(points for _, points in facts.scores) == [0, 1]
    assert facts.worker == keeper.store.worker


async def test_only_what_people_do_counts_as_activity(throw: Any, keeper: Registry, time: MovedClock) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await party.swipe()
    swiped_ms = time.now_ms
    await party.wait(20_000)
    assert party.live.facts().active_at_ms == swiped_ms


async def test_a_room_that_is_let_go_says_so(
    throw: Any, keeper: Registry, summary: Callable[[str], RoomFacts], time: MovedClock
) -> None:
    party = await throw("Alice", "Bob")
    for name in ("Alice", "Bob"):
        await party[name].hang_up()
    time.now_ms += 11 * 60 * 1000
    await keeper.sweep()
    assert keeper.get(party.code) is None
    assert summary(party.code).worker == ""


def test_facts_of_an_older_version_can_be_read() -> None:
    older = b'{"roomId":"ABC234","state":"LOBBY","playerCount":1,"maxPlayers":10,"joinable":true,"hostId":"host_1",'
    older += b'"hostName":"Alice","hostSession":"x"}'
    facts = msgspec.json.decode(older, type=RoomFacts)
    assert (facts.connected_count, facts.player_names, facts.created_at_ms) == (0, (), 0)
