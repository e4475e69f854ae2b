"""A worker that has stood still, or was without Redis, looks whose its rooms are before it does anything in them."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from rooms.cluster.membership import LEASE_MS
from rooms.cluster.node import Node
from rooms.conftest import MovedClock, outlive

Keep = Callable[[str], Node]


async def watching(registry: Node) -> None:
    """From now on the worker notices that it has stood still."""
    registry.lease_guard.start_stall_detection()
    await registry.lease_guard.heartbeat()


async def taken_by_another(party: Any, keep: Keep) -> Node:
    """While its owner stands still another worker takes the room."""
    other = keep("other")
    await party.node.writer.flush()
    await outlive(party.node, other, party.time)
    assert await other.registry.find(party.code) is not None
    return other


async def test_what_comes_after_a_stall_is_not_applied_to_a_room_that_is_lost(throw: Any, keep: Keep) -> None:
    party = await throw("Alice", "Bob")
    old, live = party.node, party.live
    await watching(old)
    await taken_by_another(party, keep)
    party.time.now_ms += 1
    assert old.must_verify()
    await party.host.say("LOCK_ROOM")
    assert not live.room.locked
    assert old.registry.get(party.code) is None
    assert {guest.close_code for guest in party.guests.values()} == {1012}


async def test_what_comes_after_a_stall_is_applied_if_the_room_is_still_there(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    await watching(party.node)
    party.time.now_ms += LEASE_MS + 1
    assert party.node.must_verify()
    await party.host.say("LOCK_ROOM")
    assert party.live.room.locked
    assert party["Bob"].last.type == "ROOM_LOCKED"
    assert not party.node.must_verify()


async def test_time_stands_in_a_room_whose_owner_is_in_doubt(throw: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await watching(party.node)
    before = len(party["Bob"].messages)
    party.time.now_ms += LEASE_MS + 1
    party.live.wake()
    assert len(party["Bob"].messages) == before
    await party.node.lease_guard.heartbeat()
    party.live.wake()
    assert party["Bob"].received("TIMER_TICK")


async def test_who_hangs_up_while_it_is_in_doubt_counts_as_away_afterwards(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    await watching(party.node)
    party.time.now_ms += LEASE_MS + 1
    await party["Bob"].hang_up()
    bob = party.live.room.members[party["Bob"].actor_id]
    assert bob.connected
    await party.node.lease_guard.heartbeat()
    async with asyncio.timeout(2):
        while bob.connected:  # noqa: ASYNC110 (nothing tells)
            await asyncio.sleep(0.01)


async def test_without_redis_a_worker_serves_on(throw: Any, monkeypatch: pytest.MonkeyPatch, time: MovedClock) -> None:
    party = await throw("Alice", "Bob")
    await watching(party.node)
    with monkeypatch.context() as away:
        away.setattr(party.node.store.redis, "pipeline", _fail)
        for _ in range(20):
            time.now_ms += 500
            await party.node.lease_guard.heartbeat()
            assert not party.node.must_verify()
        await party.host.say("LOCK_ROOM")
        assert party.live.room.locked
        time.now_ms += LEASE_MS + 1
        await party.host.say("UNLOCK_ROOM")
        assert not party.live.room.locked, "nobody can say whose the room is, so it goes on"


async def test_when_redis_is_back_rooms_that_are_lost_are_let_go(
    throw: Any, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice", "Bob")
    old = party.node
    await watching(old)
    pipeline = old.store.redis.pipeline
    await taken_by_another(party, keep)
    monkeypatch.setattr(old.store.redis, "pipeline", _fail)
    await old.lease_guard.heartbeat()
    assert old.registry.get(party.code) is not None
    monkeypatch.setattr(old.store.redis, "pipeline", pipeline)
    await old.lease_guard.heartbeat()
    assert old.registry.get(party.code) is None
    assert party["Bob"].close_code == 1012


async def test_a_short_silence_of_redis_asks_for_no_look(
    throw: Any, time: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice")
    await watching(party.node)

    async def refresh(codes: Any) -> Any:
        raise AssertionError("nobody can have taken the room")

    monkeypatch.setattr(party.node.store, "owners", refresh)
    time.now_ms += LEASE_MS - 1
    await party.node.lease_guard.heartbeat()
    assert party.node.registry.get(party.code) is not None


async def test_a_room_whose_owner_key_is_missing_is_written_again(throw: Any, time: MovedClock) -> None:
    party = await throw("Alice")
    node = party.node
    await watching(node)
    await node.writer.flush()
    await node.store.redis.delete(f"pf:{{{party.code}}}:owner")
    time.now_ms += LEASE_MS + 1
    await node.lease_guard.heartbeat()
    assert node.writer.unsaved_count == 1
    await node.writer.flush()
    assert await node.store.redis.get(f"pf:{{{party.code}}}:owner") == f"1 {node.store.worker}".encode()


def _fail(*args: object, **options: object) -> None:
    raise ConnectionError("gone")
