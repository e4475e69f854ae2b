"""Lease guard: after a stall or an outage of Redis, room ownership is verified before a command is applied."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from rooms.cluster.membership import LEASE_MS
from rooms.cluster.node import Node
from rooms.conftest import MovedClock, outlive

MakeNode = Callable[[str], Node]


async def watching(node: Node) -> None:
    """Start stall detection."""
    node.lease_guard.start_stall_detection()
    await node.lease_guard.heartbeat()


async def claimed_by_another(party: Any, make_node: MakeNode) -> Node:
    """Another worker takes the room over while its owner stalls."""
    other = make_node("other")
    await party.node.writer.flush()
    await outlive(party.node, other, party.time)
    assert await other.registry.find(party.code) is not None
    return other


async def test_after_a_stall_a_command_to_a_lost_room_is_not_applied(throw: Any, make_node: MakeNode) -> None:
    party = await throw("Alice", "Bob")
    old, live = party.node, party.live
    await watching(old)
    await claimed_by_another(party, make_node)
    party.time.now_ms += 1
    assert old.must_verify()
    await party.host.say("LOCK_ROOM")
    assert not live.room.locked
    assert old.registry.get(party.code) is None
    assert {guest.close_code for guest in party.guests.values()} == {1012}


async def test_after_a_stall_a_command_to_an_owned_room_is_applied(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    await watching(party.node)
    party.time.now_ms += LEASE_MS + 1
    assert party.node.must_verify()
    await party.host.say("LOCK_ROOM")
    assert party.live.room.locked
    assert party["Bob"].last.type == "ROOM_LOCKED"
    assert not party.node.must_verify()


async def test_timers_wait_while_ownership_is_unverified(throw: Any) -> None:
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


async def test_a_disconnect_while_ownership_is_unverified_counts_afterwards(throw: Any) -> None:
    party = await throw("Alice", "Bob")
    await watching(party.node)
    party.time.now_ms += LEASE_MS + 1
    await party["Bob"].hang_up()
    bob = party.live.room.members[party["Bob"].actor_id]
    assert bob.connected
    await party.node.lease_guard.heartbeat()
    async with asyncio.timeout(2):
        while bob.connected:  # noqa: ASYNC110 (no event)
            await asyncio.sleep(0.01)


async def test_without_redis_a_worker_keeps_serving(
    throw: Any, monkeypatch: pytest.MonkeyPatch, time: MovedClock
) -> None:
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
        assert not party.live.room.locked, "without Redis no other worker can have claimed the room"


async def test_lost_rooms_are_dropped_when_redis_returns(
    throw: Any, make_node: MakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice", "Bob")
    old = party.node
    await watching(old)
    pipeline = old.store.redis.pipeline
    await claimed_by_another(party, make_node)
    monkeypatch.setattr(old.store.redis, "pipeline", _fail)
    await old.lease_guard.heartbeat()
    assert old.registry.get(party.code) is not None
    monkeypatch.setattr(old.store.redis, "pipeline", pipeline)
    await old.lease_guard.heartbeat()
    assert old.registry.get(party.code) is None
    assert party["Bob"].close_code == 1012


async def test_a_short_outage_of_redis_needs_no_verification(
    throw: Any, time: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice")
    await watching(party.node)

    async def owners(codes: Any) -> Any:
        raise AssertionError("no other worker can have claimed the room")

    monkeypatch.setattr(party.node.store, "owners", owners)
    time.now_ms += LEASE_MS - 1
    await party.node.lease_guard.heartbeat()
    assert party.node.registry.get(party.code) is not None


async def test_a_room_without_an_owner_key_is_written_again(throw: Any, time: MovedClock) -> None:
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
