"""Registry and node: rooms are created, found, released and swept; services and background tasks."""

import asyncio
import re
from typing import Any

import pytest
import redis
from django.urls import get_resolver
from redis.exceptions import RedisError

from gameplay.engine.errors import NameInvalid
from gameplay.engine.model import Settings
from rooms import worker
from rooms.cluster import node as node_module
from rooms.cluster import registry as registry_module
from rooms.cluster.node import Node
from rooms.cluster.registry import REFRESH_MS, RESERVED, is_code, new_code
from rooms.conftest import MovedClock
from rooms.errors import Unavailable
from rooms.storage.keys import INDEX, SUMMARIES

CHOSEN = Settings(word_pack_ids=("things",))
IN_10_MINUTES = 600_000


def test_codes_can_be_read_out() -> None:
    for _ in range(200):
        assert re.fullmatch("[ABCDEFGHJKLMNPQRSTUVWXYZ23456789]{6}", new_code())


def test_no_route_hides_a_code() -> None:
    heads = {str(entry.pattern).lstrip("^").split("/")[0].upper() for entry in get_resolver().url_patterns}
    assert {head for head in heads if is_code(head)} <= RESERVED


def test_a_reserved_word_is_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = iter("READYZABC234")
    monkeypatch.setattr("rooms.cluster.registry.secrets.choice", lambda alphabet: next(letters))
    assert new_code() == "ABC234"


@pytest.mark.parametrize("text", ["", "ABC23", "ABC2345", "abc234", "ABC10O", "ÄBC234", "ABC 23"])
def test_malformed_codes_are_no_codes(text: str) -> None:
    assert not is_code(text)


async def test_a_code_is_never_taken_twice_while_its_room_lives(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter(["ABC234", "ABC234", "ABC234", "XYZ789"])
    monkeypatch.setattr(registry_module, "new_code", lambda: next(codes))
    assert (await node.registry.create("Alice", CHOSEN)).code == "ABC234"
    assert (await node.registry.create("Alice", CHOSEN)).code == "XYZ789"


async def test_a_live_room_keeps_its_code_though_redis_has_lost_it(
    throw: Any, node: Node, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice")
    redis.Redis.from_url(redis_url).flushall()
    codes = iter([party.code, "XYZ789"])
    monkeypatch.setattr(registry_module, "new_code", lambda: next(codes))
    assert (await node.registry.create("Alice", CHOSEN)).code == "XYZ789"


async def test_a_bad_name_makes_no_room(node: Node, redis_url: str) -> None:
    with pytest.raises(NameInvalid):
        await node.registry.create(" ", CHOSEN)
    assert redis.Redis.from_url(redis_url).dbsize() == 0


async def test_concurrent_finds_open_a_room_once(throw: Any, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    party = await throw()
    claims = []
    claim = node.store.claim

    async def counted(code: str, before: Any) -> Any:
        claims.append(code)
        return await claim(code, before)

    monkeypatch.setattr(node.store, "claim", counted)
    rooms = await asyncio.gather(*(node.registry.find(party.code) for _ in range(20)))
    assert {id(room) for room in rooms} == {id(node.registry.get(party.code))}
    assert claims == [party.code]


async def test_a_cancelled_find_does_not_cancel_the_others(throw: Any, node: Node) -> None:
    party = await throw()
    first, second = (asyncio.create_task(node.registry.find(party.code)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second is node.registry.get(party.code)


async def test_a_room_that_cannot_be_written_is_not_opened(
    throw: Any, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw()

    async def fail(writes: Any) -> Any:
        raise RedisError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(node.store, "write", fail)
        with pytest.raises(Unavailable):
            await node.registry.find(party.code)
    assert node.registry.get(party.code) is None
    assert node.writer.unsaved_count == 0
    assert await node.registry.find(party.code) is not None


async def test_summaries_exist_of_rooms_in_memory_and_in_redis(throw: Any, node: Node) -> None:
    asleep, awake = await throw(), await throw("Alice", "Bob")
    summary = await node.registry.summary(asleep.code)
    assert (summary.state, summary.player_count, summary.joinable) == ("ROOM_CREATED", 0, True)  # type: ignore[union-attr]
    assert node.registry.get(asleep.code) is None
    summary = await node.registry.summary(awake.code)
    assert (summary.state, summary.player_count, summary.host_name) == ("LOBBY", 1, "Alice")  # type: ignore[union-attr]
    assert await node.registry.summary("ZZZZZZ") is None
    assert await node.registry.summary("nonsense") is None


@pytest.mark.parametrize("asked", ["create", "find", "summary"])
async def test_without_redis_rooms_are_unavailable(
    node: Node, asked: str, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    lost = Node("unix:///nowhere/valkey.sock", "lost")
    arguments: dict[str, tuple[Any, ...]] = {"create": ("Alice", CHOSEN)}
    with pytest.raises(Unavailable):
        await getattr(lost.registry, asked)(*arguments.get(asked, ("ABC234",)))
    assert "Redis unavailable" in caplog.text
    assert not lost.writer.is_redis_up
    await lost.stop()


async def test_an_empty_room_leaves_memory_after_10_minutes(throw: Any, node: Node, time: MovedClock) -> None:
    party = await throw("Alice", "Bob")
    for guest in party.guests.values():
        await guest.hang_up()
    time.now_ms += IN_10_MINUTES - 1
    await node.sweep()
    assert node.registry.get(party.code) is not None
    time.now_ms += 1
    await node.sweep()
    assert node.registry.get(party.code) is None
    alice = await party.back("Alice")
    assert (await alice.connect("host", sessionId=alice.session_id)).type == "CONNECTED"


async def test_an_empty_room_that_cannot_be_written_stays(
    throw: Any, node: Node, time: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice")
    await party.host.hang_up()
    time.now_ms += IN_10_MINUTES

    async def fail(writes: Any) -> Any:
        raise RedisError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(node.store, "write", fail)
        await node.sweep()
    assert node.registry.get(party.code) is not None
    assert node.writer.unsaved_count == 1


async def test_a_room_that_was_entered_during_its_release_stays(
    throw: Any, node: Node, time: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice")
    await party.host.hang_up()
    time.now_ms += IN_10_MINUTES
    write = node.store.write

    async def write_slowly(writes: Any) -> Any:
        results = await write(writes)
        await party.come("Bob")
        await party["Bob"].hang_up()
        return results

    with monkeypatch.context() as slow:
        slow.setattr(node.store, "write", write_slowly)
        await node.sweep()
    live = node.registry.get(party.code)
    assert live is not None
    assert [player.name for player in live.room.players] == ["Bob"]
    assert node.writer.unsaved_count == 1


async def test_an_open_room_does_not_expire(throw: Any, node: Node, time: MovedClock) -> None:
    party = await throw("Alice")
    await node.writer.flush()
    time.now_ms += REFRESH_MS
    await node.sweep()
    assert node.writer.unsaved_count == 1
    await node.writer.flush()
    await node.sweep()
    assert node.writer.unsaved_count == 0
    assert node.registry.get(party.code) is not None


async def test_expired_rooms_leave_the_index(throw: Any, node: Node, time: MovedClock, redis_url: str) -> None:
    gone, there = await throw(), await throw()
    client = redis.Redis.from_url(redis_url)
    client.delete(f"pf:{{{gone.code}}}:state")
    time.now_ms += 2 * 3_600_000 + 1
    await node.sweep()
    assert [code.decode() for code in client.zrange(INDEX, 0, -1)] == [there.code]
    assert [code.decode() for code in client.hkeys(SUMMARIES)] == [there.code]


async def test_a_stopped_worker_opens_no_rooms(throw: Any, node: Node) -> None:
    party = await throw("Alice")
    other = await throw()
    await node.stop()
    assert party.host.close_code == 1012
    with pytest.raises(Unavailable):
        await node.registry.find(other.code)
    with pytest.raises(Unavailable):
        await node.registry.create("Alice", CHOSEN)


async def test_a_stopped_room_applies_no_commands(throw: Any, node: Node) -> None:
    party = await throw("Alice", "Bob")
    party.live.stop()
    before = party.live.room.state_version
    assert await party.host.say("LOCK_ROOM") == []
    await party["Bob"].hang_up()
    assert party.live.room.state_version == before


async def test_a_running_worker_writes_sends_heartbeats_and_sweeps(
    throw: Any, make_node: Any, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.cluster.lease_guard.HEARTBEAT_INTERVAL_S", 0.01)
    monkeypatch.setattr(node_module, "SWEEP_INTERVAL_S", 0.01)
    swept = asyncio.Event()
    beats: list[int] = []
    party = await throw()
    node = node_module.current_node()

    async def sweep(now_ms: int) -> None:
        swept.set()

    async def heartbeat() -> bool:
        beats.append(len(beats))
        return True

    monkeypatch.setattr(node.store, "prune_index", sweep)
    monkeypatch.setattr(node.membership, "heartbeat", heartbeat)
    await worker.start_worker()
    await party.come("Alice")
    async with asyncio.timeout(5):
        await swept.wait()
    await worker.stop_worker()
    assert len(beats) >= 2
    assert node.writer.unsaved_count == 0
    assert all(service.done() for service in node._services)


async def test_a_failed_service_is_restarted(
    throw: Any, node: Node, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(node_module, "RESTART_DELAY_S", 0)
    party = await throw("Alice")
    written = asyncio.Event()
    flushes: list[int] = []

    async def flush() -> bool:
        flushes.append(len(flushes))
        if len(flushes) == 1:
            raise ZeroDivisionError
        written.set()
        return True

    with monkeypatch.context() as broken:
        broken.setattr(node.writer, "flush", flush)
        await node.start(node.writer.run)
        await party.host.say("LOCK_ROOM")
        async with asyncio.timeout(5):
            await written.wait()
    assert "WriteBehind.run failed" in caplog.text


async def test_a_failed_background_task_is_logged(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("no such thing")

    node.spawn(fail(), "the result of a game")
    for errand in list(node._background):
        await asyncio.wait([errand])
    await asyncio.sleep(0)
    assert "Background task failed: the result of a game" in caplog.text
    assert "no such thing" in caplog.text
    assert not node._background


async def test_rooms_do_not_receive_each_others_messages(throw: Any) -> None:
    one, two = await throw("Alice", "Bob"), await throw("Alice", "Carol")
    carol = two["Carol"]
    before = len(carol.messages)
    await one.host.say("LOCK_ROOM")
    assert len(carol.messages) == before
