"""Saving rooms in the background: what is written when, and what happens without Redis."""

import asyncio
from typing import Any

import msgspec
import pytest

from gameplay.engine import snapshot
from rooms.cluster.node import Node
from rooms.conftest import MovedClock
from rooms.storage.conftest import keys, reopened
from rooms.storage.keys import INDEX
from rooms.storage.write_behind import MAX_LOG_PARTS, RETRY_MAX_S


async def test_a_flush_writes_what_has_changed(throw: Any, node: Node, client: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    assert node.writer.unsaved_count == 1
    assert await node.writer.flush()
    assert node.writer.unsaved_count == 0
    state, deck, log = keys(party.code)
    saved = snapshot.load(client.hget(state, "state"), client.get(deck))
    assert saved == party.live.room
    assert client.llen(log) == 2
    assert all(client.ttl(key) > 7_100 for key in (state, deck, log))
    assert msgspec.json.decode(client.hget(state, "facts"))["state"] == "ROUND_ACTIVE"


async def test_ticks_alone_cause_no_write(throw: Any, node: Node) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await node.writer.flush()
    await party.wait(2_000)
    assert party["Bob"].received("TIMER_TICK")
    assert node.writer.unsaved_count == 0
    await party.swipe()
    assert node.writer.unsaved_count == 1


async def test_the_deck_is_written_once_a_game(throw: Any, node: Node, client: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await node.writer.flush()
    client.set(keys(party.code)[1], b"untouched")
    await party.swipe()
    await node.writer.flush()
    assert client.get(keys(party.code)[1]) == b"untouched"


async def test_the_log_is_appended_to_and_compacted_now_and_then(throw: Any, node: Node, client: Any) -> None:
    party = await throw("Alice", "Bob")
    log = keys(party.code)[2]
    lengths = []
    for number in range(MAX_LOG_PARTS + 3):
        await party.host.say("UNLOCK_ROOM" if number % 2 else "LOCK_ROOM")
        await node.writer.flush()
        lengths.append(client.llen(log))
        party.time.now_ms += 100
    assert max(lengths) == MAX_LOG_PARTS
    assert lengths[-1] < 5
    assert client.lrange(log, -1, -1)[0].count(b"ROOM_LOCKED") == 1


async def test_the_writer_writes_immediately_and_then_pauses_for_50_ms(
    throw: Any, node: Node, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice", "Bob")
    pauses: list[float] = []

    async def pause(delay_s: float) -> None:
        pauses.append(delay_s)
        raise asyncio.CancelledError

    with monkeypatch.context() as watched:
        watched.setattr("rooms.storage.write_behind.asyncio.sleep", pause)
        with pytest.raises(asyncio.CancelledError):
            await node.writer.run()
    assert pauses == [0.05]
    assert node.writer.unsaved_count == 0
    assert snapshot.load(client.hget(keys(party.code)[0], "state"), None) == party.live.room


async def test_a_worker_that_has_lost_a_room_is_fenced_off_and_drops_it(
    throw: Any, make_node: Any, caplog: pytest.LogCaptureFixture
) -> None:
    party = await throw("Alice", "Bob")
    old = party.node
    await old.writer.flush()
    live = await reopened(party, make_node)
    await party.host.say("LOCK_ROOM")
    assert not await old.writer.flush()
    assert "another worker" in caplog.text
    assert old.registry.get(party.code) is None
    assert party["Bob"].close_code == 1012
    assert not live.room.locked
    assert (await party.node.store.summary(party.code)).joinable


async def test_a_redis_that_has_lost_a_room_gets_a_complete_save(throw: Any, node: Node, client: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await node.writer.flush()
    client.flushall()
    await party.swipe()
    await node.writer.flush()
    await node.writer.flush()
    state, deck, log = keys(party.code)
    assert snapshot.load(client.hget(state, "state"), client.get(deck)) == party.live.room
    assert client.llen(log) == 1


async def test_a_redis_with_an_older_copy_of_a_room_gets_a_complete_save(throw: Any, node: Node, client: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await node.writer.flush()
    state, deck, log = keys(party.code)
    older = client.dump(state)
    await party.start_round()
    await node.writer.flush()
    client.delete(deck, log)
    client.restore(state, 0, older, replace=True)
    await party.swipe()
    await node.writer.flush()
    await node.writer.flush()
    assert snapshot.load(client.hget(state, "state"), client.get(deck)) == party.live.room
    assert client.llen(log) == 1


async def test_an_empty_redis_is_noticed_by_the_next_heartbeat(throw: Any, node: Node, client: Any) -> None:
    party = await throw("Alice", "Bob")
    await node.lease_guard.heartbeat()
    await node.writer.flush()
    await node.lease_guard.heartbeat()
    assert node.writer.unsaved_count == 0
    client.flushall()
    await node.lease_guard.heartbeat()
    assert node.writer.unsaved_count == 1
    await node.writer.flush()
    assert client.hexists(keys(party.code)[0], "state")
    assert client.zscore(INDEX, party.code) is not None


async def test_a_redis_restored_from_an_old_copy_is_noticed_by_the_next_heartbeat(
    throw: Any, node: Node, client: Any, time: MovedClock
) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await node.lease_guard.heartbeat()
    await node.writer.flush()
    old = {key: client.dump(key) for key in client.scan_iter("pf:*")}
    await party.start_round()
    await party.wait(1_000)
    await node.lease_guard.heartbeat()
    await node.writer.flush()
    client.flushall()
    for key, value in old.items():
        client.restore(key, 0, value)
    await node.lease_guard.heartbeat()
    await node.writer.flush()
    state, deck, log = keys(party.code)
    assert snapshot.load(client.hget(state, "state"), client.get(deck)) == party.live.room
    assert client.llen(log) == 1


async def test_an_invalidation_during_a_write_holds_for_the_next_write(throw: Any, node: Node, client: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await node.writer.flush()
    state, deck, _ = keys(party.code)
    await party.swipe()
    writing = asyncio.create_task(node.writer.flush())
    await asyncio.sleep(0)
    party.live.save_state.invalidate()
    await writing
    client.delete(deck)
    node.changed(party.live)
    await node.writer.flush()
    assert snapshot.load(client.hget(state, "state"), client.get(deck)) == party.live.room


async def test_a_room_that_is_being_written_counts_as_unsaved(throw: Any, node: Node, time: MovedClock) -> None:
    await throw("Alice")
    assert node.writer.unsaved_count == 1
    writing = asyncio.create_task(node.writer.flush())
    await asyncio.sleep(0)
    time.now_ms += 3_000
    assert node.writer.unsaved_count == 1
    assert node.writer.write_lag_s == 3
    await writing
    assert node.writer.unsaved_count == 0
    assert node.writer.write_lag_s == 0


async def test_the_game_goes_on_without_redis_and_is_saved_when_it_is_back(
    throw: Any, node: Node, client: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice", "Bob", "Carol")
    caplog.set_level("INFO", "rooms")
    with monkeypatch.context() as broken:
        broken.setattr(node.store, "write", _fail(ConnectionError("gone")))
        await party.start_round()
        for _ in range(3):
            await party.swipe()
            assert not await node.writer.flush()
    assert caplog.text.count("Redis unavailable") == 1
    assert not node.writer.is_redis_up
    assert node.writer.unsaved_count == 1
    assert await node.writer.flush()
    assert node.writer.is_redis_up
    assert "Redis available again" in caplog.text
    state, deck, _ = keys(party.code)
    assert snapshot.load(client.hget(state, "state"), client.get(deck)) == party.live.room


async def test_the_game_goes_on_while_redis_is_out_of_memory(
    throw: Any, node: Node, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    party = await throw("Alice", "Bob")
    client.config_set("maxmemory", "1")
    try:
        await party.host.say("LOCK_ROOM")
        assert not await node.writer.flush()
        assert "maxmemory" in caplog.text
        assert node.writer.unsaved_count == 1
    finally:
        client.config_set("maxmemory", "0")
    assert await node.writer.flush()
    assert node.writer.unsaved_count == 0


async def test_many_changes_are_one_write(throw: Any, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    party = await throw("Alice", "Bob")
    with monkeypatch.context() as broken:
        broken.setattr(node.store, "write", _fail(ConnectionError("gone")))
        for number in range(50):
            await party.host.say("UNLOCK_ROOM" if number % 2 else "LOCK_ROOM")
            await node.writer.flush()
    assert node.writer.unsaved_count == 1
    assert await node.writer.flush()


async def test_the_writer_retries_with_back_off(throw: Any, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    party = await throw("Alice", "Bob")
    pauses: list[float] = []

    async def pause(delay_s: float) -> None:
        pauses.append(delay_s)
        if len(pauses) == 5:
            raise asyncio.CancelledError

    with monkeypatch.context() as broken:
        broken.setattr(node.store, "write", _fail(ConnectionError("gone")))
        broken.setattr("rooms.storage.write_behind.asyncio.sleep", pause)
        with pytest.raises(asyncio.CancelledError):
            await node.writer.run()
    assert pauses == [0.1, 0.2, 0.4, RETRY_MAX_S, RETRY_MAX_S]
    assert party.live.save_state.revision > 5


async def test_a_room_that_cannot_be_serialized_does_not_block_the_others(
    throw: Any, node: Node, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    broken, party = await throw("Alice"), await throw("Alice", "Bob")
    broken.live.room.seed = 2**200
    await node.writer.flush()
    assert f"Room {broken.code}: serialization failed" in caplog.text
    assert snapshot.load(client.hget(keys(party.code)[0], "state"), None) == party.live.room
    broken.live.room.seed = 1


async def test_a_closed_room_stays_closed_while_redis_is_away(
    throw: Any, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice")
    await node.writer.flush()
    with monkeypatch.context() as broken:
        broken.setattr(node.store, "write", _fail(ConnectionError("gone")))
        await party.host.say("CLOSE_ROOM")
        assert not await node.writer.flush()
    assert await node.registry.find(party.code) is None
    assert await node.registry.summary(party.code) is None
    assert await node.writer.flush()
    assert node.writer.unsaved_count == 0
    assert await node.registry.find(party.code) is None


def _fail(error: Exception) -> Any:
    async def fail(*args: Any) -> Any:
        raise error

    return fail
