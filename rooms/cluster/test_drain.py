"""Drain: batches, hand-over of rooms to other workers, and a drain without Redis."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rooms.cluster import drain
from rooms.cluster.drain import MAX_BATCHES, MIN_BATCH_SOCKETS, batches
from rooms.cluster.node import Node
from rooms.conftest import MovedClock
from rooms.errors import Unavailable
from rooms.live.room import LiveRoom

MakeNode = Callable[[str], Node]


def rooms_of(*sockets: int) -> list[LiveRoom]:
    """Rooms with these numbers of sockets."""
    return cast(list[LiveRoom], [SimpleNamespace(hub=range(count)) for count in sockets])


def sizes(rooms: list[LiveRoom]) -> list[int]:
    return [sum(len(live.hub) for live in batch) for batch in batches(rooms)]


def test_few_sockets_are_one_batch() -> None:
    assert sizes(rooms_of(*[7] * 20)) == [140]
    assert sizes([]) == []
    assert len(list(batches(rooms_of(*[0] * 500)))) == 1


def test_many_sockets_are_batches_of_the_same_size() -> None:
    every = sizes(rooms_of(*[7] * 500))
    assert len(every) == 18
    assert max(every) <= MIN_BATCH_SOCKETS + 7
    assert sum(every) == 3_500


def test_any_number_of_sockets_is_drained_within_seconds() -> None:
    every = sizes(rooms_of(*[7] * 10_000))
    assert len(every) <= MAX_BATCHES
    assert sum(every) == 70_000
    assert (MAX_BATCHES - 1) * drain.BATCH_INTERVAL_S < 5


async def test_a_room_is_played_on_until_its_batch(throw: Any, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "MIN_BATCH_SOCKETS", 1)
    first, second = await throw("Alice", "Bob", "Carol"), await throw("Alice", "Bob", "Carol")
    await second.start_round()
    pauses = asyncio.Event()

    async def pause(delay_s: float) -> None:
        if not delay_s:
            return
        assert first["Bob"].close_code == 1012
        assert second["Bob"].close_code is None
        await second.swipe()
        assert second["Bob"].received("WORD_RESULT")
        pauses.set()

    with monkeypatch.context() as watched:
        watched.setattr(drain.asyncio, "sleep", pause)
        await node.hand_over()
    assert pauses.is_set()
    assert second["Bob"].close_code == 1012
    assert len(node.registry) == 0


async def test_another_worker_resumes_a_drained_room(throw: Any, make_node: MakeNode, time: MovedClock) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await party.swipe()
    before = party.live.room
    remaining_ms = before.round.remaining(time.now_ms)
    await party.node.lease_guard.heartbeat()
    await party.node.hand_over()
    time.now_ms += 700
    other = make_node("other")
    await other.lease_guard.heartbeat()
    live = await other.registry.find(party.code)
    assert live is not None
    assert [team.score for team in live.room.teams] == [team.score for team in before.teams]
    assert live.room.round.word == before.round.word
    assert live.room.round.remaining(time.now_ms) == remaining_ms
    bob = await party.back("Bob")
    assert (await bob.reconnect(party["Bob"].sequence_id)).type == "RECONNECTED"


async def test_a_released_room_is_unavailable(throw: Any, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    party = await throw("Alice", "Bob")
    live = party.live
    await node.registry.release([live])
    with pytest.raises(Unavailable):
        await node.registry.find(party.code)


async def test_a_late_write_does_not_reclaim_a_released_room(throw: Any, node: Node) -> None:
    party = await throw("Alice", "Bob")
    live = party.live
    await party.host.say("LOCK_ROOM")
    writing = asyncio.create_task(node.writer.flush())
    await node.registry.release([live])
    await writing
    node.writer.mark_dirty(live)
    await node.writer.flush()
    owned = await node.store.ownership(party.code)
    assert owned is not None
    assert owned.worker == ""


async def test_without_redis_rooms_are_given_up_after_the_timeout(
    throw: Any, node: Node, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(drain, "WRITE_TIMEOUT_S", 0)
    party = await throw("Alice", "Bob")

    async def fail(writes: Any) -> Any:
        raise ConnectionError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(node.store, "write", fail)
        await node.hand_over()
    assert party["Bob"].close_code == 1012
    assert "1 rooms could not be written" in caplog.text


async def test_a_room_lost_during_a_drain_does_not_block_it(
    throw: Any, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice", "Bob")
    await node.writer.flush()
    await node.store.redis.set(f"pf:{{{party.code}}}:owner", "9 somebody.else")
    await node.hand_over()
    assert party["Bob"].close_code == 1012
    owned = await node.store.ownership(party.code)
    assert owned is not None
    assert owned.worker == "somebody.else"
