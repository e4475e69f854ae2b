"""Saving rooms to Redis in the background, fencing, and restoring rooms."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import redis

from gameplay.engine import snapshot
from rooms.cluster.registry import Registry
from rooms.conftest import MovedClock, outlive
from rooms.errors import Unavailable
from rooms.live.room import LiveRoom
from rooms.protocol.eventlog import visible_to
from rooms.storage.keys import INDEX, SUMMARIES
from rooms.storage.store import FENCED, RECREATED, SAVE, SAVED, Save, Tombstone
from rooms.storage.write_behind import MAX_LOG_PARTS, RETRY_MAX_S

EVERYTHING = visible_to("host_1", is_host=True, is_player=True)


@pytest.fixture
def client(redis_url: str) -> Any:
    with redis.Redis.from_url(redis_url) as client:
        yield client


def keys(code: str) -> tuple[str, str, str]:
    return f"pf:{{{code}}}:state", f"pf:{{{code}}}:deck", f"pf:{{{code}}}:log"


async def reopened(party: Any, keep: Callable[[str], Registry], worker: str = "other") -> LiveRoom:
    """The room as restored by another worker after its owner was killed."""
    registry, dead = keep(worker), party.keeper
    await outlive(dead, registry, party.time)
    party.keeper = registry
    live = await registry.open(party.code)
    assert live is not None
    return live


async def test_a_new_room_is_in_redis_before_its_code_is_returned(throw: Any, client: Any) -> None:
    party = await throw()
    state, deck, log = keys(party.code)
    assert snapshot.load(client.hget(state, "state"), None).code == party.code
    assert not client.exists(deck, log)
    assert 7_190 <= client.ttl(state) <= 7_200
    assert client.zscore(INDEX, party.code) is not None
    assert msgspec.json.decode(client.hget(SUMMARIES, party.code))["hostName"] == "Alice"


async def test_the_host_secret_is_nowhere_in_redis(throw: Any, keeper: Registry, client: Any) -> None:
    party = await throw("Alice", "Bob")
    await keeper.writer.flush()
    stored = b"".join(client.hgetall(keys(party.code)[0]).values()) + b"".join(client.hgetall(SUMMARIES).values())
    for guest in party.guests.values():
        assert guest.session_id.encode() not in stored


async def test_a_flush_writes_what_has_changed(throw: Any, keeper: Registry, client: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    assert keeper.unsaved_count == 1
    assert await keeper.writer.flush()
    assert keeper.unsaved_count == 0
    state, deck, log = keys(party.code)
    saved = snapshot.load(client.hget(state, "state"), client.get(deck))
    assert saved == party.live.room
    assert client.llen(log) == 2
    assert all(client.ttl(key) > 7_100 for key in (state, deck, log))
    assert msgspec.json.decode(client.hget(state, "facts"))["state"] == "ROUND_ACTIVE"


async def test_ticks_alone_cause_no_write(throw: Any, keeper: Registry) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await keeper.writer.flush()
    await party.wait(2_000)
    assert party["Bob"].received("TIMER_TICK")
    assert keeper.unsaved_count == 0
    await party.swipe()
    assert keeper.unsaved_count == 1


async def test_the_deck_is_written_once_a_game(throw: Any, keeper: Registry, client: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await keeper.writer.flush()
    client.set(keys(party.code)[1], b"untouched")
    await party.swipe()
    await keeper.writer.flush()
    assert client.get(keys(party.code)[1]) == b"untouched"


async def test_the_log_is_appended_to_and_compacted_now_and_then(throw: Any, keeper: Registry, client: Any) -> None:
    party = await throw("Alice", "Bob")
    log = keys(party.code)[2]
    lengths = []
    for number in range(MAX_LOG_PARTS + 3):
        await party.host.say("UNLOCK_ROOM" if number % 2 else "LOCK_ROOM")
        await keeper.writer.flush()
        lengths.append(client.llen(log))
        party.time.now_ms += 100
    assert max(lengths) == MAX_LOG_PARTS
    assert lengths[-1] < 5
    assert client.lrange(log, -1, -1)[0].count(b"ROOM_LOCKED") == 1


async def test_the_writer_writes_immediately_and_then_pauses_for_50_ms(
    throw: Any, keeper: Registry, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice", "Bob")
    pauses: list[float] = []

    async def pause(delay_s: float) -> None:
        pauses.append(delay_s)
        raise asyncio.CancelledError

    with monkeypatch.context() as watched:
        watched.setattr("rooms.storage.write_behind.asyncio.sleep", pause)
        with pytest.raises(asyncio.CancelledError):
            await keeper.writer.run()
    assert pauses == [0.05]
    assert keeper.unsaved_count == 0
    assert snapshot.load(client.hget(keys(party.code)[0], "state"), None) == party.live.room


async def test_a_room_is_restored_as_it_was(throw: Any, keep: Any, time: MovedClock) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await party.swipe()
    before = party.live
    await party.keeper.writer.flush()
    heard = party["Bob"].sequence_id
    time.now_ms += 20_000
    live = await reopened(party, keep)
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


async def test_missed_events_are_sent_after_a_takeover(throw: Any, keep: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    heard = party["Bob"].sequence_id
    await party["Bob"].hang_up()
    await party.swipe()
    await party.keeper.writer.flush()
    await party.swipe()
    await party.keeper.writer.flush()
    await reopened(party, keep)
    bob = await party.back("Bob")
    answer = await bob.reconnect(heard)
    assert [event["type"] for event in answer["missedEvents"]] == ["WORD_RESULT", "WORD_RESULT"]


async def test_a_lost_sequence_number_is_a_gap(throw: Any, keep: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await party.keeper.writer.flush()
    await party.swipe()
    heard = party["Bob"].sequence_id
    await reopened(party, keep)
    bob = await party.back("Bob")
    assert (await bob.reconnect(heard))["missedEvents"] is None


async def test_clocks_resume_from_the_last_heartbeat(throw: Any, keep: Any, time: MovedClock) -> None:
    party = await throw("Alice", "Bob", "Carol", roundDurationSec=60)
    await party.start_round()
    await party.keeper.writer.flush()
    await party.wait(10_000)
    await party.keeper.beat()
    await party.wait(500)
    time.now_ms += 3_600_000
    live = await reopened(party, keep)
    assert live.room.round.remaining(time.now_ms) == 50_000
    assert all(member.away_since_ms == time.now_ms for member in live.room.members.values())


async def test_the_clocks_of_a_released_room_stop(throw: Any, keep: Any, time: MovedClock) -> None:
    party = await throw("Alice", "Bob", "Carol", roundDurationSec=60)
    await party.start_round()
    await party.wait(7_000)
    await party.keeper.stop()
    time.now_ms += 3_600_000
    live = await reopened(party, keep)
    assert live.room.round.remaining(time.now_ms) == 53_000


async def test_a_restart_loses_nothing_and_closes_sockets_for_a_reconnect(throw: Any, keep: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await party.swipe()
    scores = [team.score for team in party.live.room.teams]
    members = party.live.room.members
    await party.keeper.stop()
    assert {guest.close_code for guest in party.guests.values()} == {1012}
    for guest in party.guests.values():
        await guest.hang_up()
    live = await reopened(party, keep, "worker")
    assert [team.score for team in live.room.teams] == scores
    assert live.room.members.keys() == members.keys()


async def test_a_crash_right_after_a_restore_reuses_no_sequence_number(throw: Any, keep: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.keeper.writer.flush()
    first = (await reopened(party, keep, "one")).room.sequence_id
    assert (await reopened(party, keep, "two")).room.sequence_id == first + 1_000


async def test_the_first_visitor_starts_a_rooms_clocks(throw: Any, time: MovedClock) -> None:
    party = await throw()
    time.now_ms += 300_000
    await party.come("Bob")
    assert party.live.room.sequence_id < 100
    await party.wait(59_000)
    assert party.live.room.host.name == "Alice"
    await party.wait(1_000)
    assert party.live.room.host.name == "Bob"


async def test_a_delayed_write_is_fenced_off(throw: Any, keeper: Registry) -> None:
    party = await throw("Alice", "Bob")
    late: list[Save] = []
    write = keeper.store.write

    async def swallow(writes: Any) -> Any:
        late.extend(writes)
        raise TimeoutError

    keeper.store.write = swallow  # type: ignore[method-assign]
    assert not await keeper.writer.flush()
    keeper.store.write = write  # type: ignore[method-assign]
    await party.host.say("LOCK_ROOM")
    assert await keeper.writer.flush()
    assert await keeper.store.write(late) == [FENCED]
    assert (await keeper.store.summary(party.code)).joinable is False  # type: ignore[union-attr]


async def test_a_delayed_claim_changes_no_owner(
    throw: Any, keep: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice", "Bob")
    await party.keeper.writer.flush()
    registry = keep("other")
    await outlive(party.keeper, registry, party.time)
    late: list[tuple[Any, ...]] = []
    carry_out = registry.store.redis.eval

    async def swallow(*command: Any) -> Any:
        late.append(command)
        raise TimeoutError

    monkeypatch.setattr(registry.store.redis, "eval", swallow)
    with pytest.raises(Unavailable):
        await registry.open(party.code)
    monkeypatch.setattr(registry.store.redis, "eval", carry_out)
    live = await registry.open(party.code)
    assert live is not None
    await carry_out(*late[0])
    registry.changed(live)
    assert await registry.writer.flush()
    assert registry.get(party.code) is live


async def test_a_worker_that_has_lost_a_room_is_fenced_off_and_drops_it(
    throw: Any, keep: Any, caplog: pytest.LogCaptureFixture
) -> None:
    party = await throw("Alice", "Bob")
    old = party.keeper
    await old.writer.flush()
    live = await reopened(party, keep)
    await party.host.say("LOCK_ROOM")
    assert not await old.writer.flush()
    assert "another worker" in caplog.text
    assert old.get(party.code) is None
    assert party["Bob"].close_code == 1012
    assert not live.room.locked
    assert (await party.keeper.store.summary(party.code)).joinable


async def test_a_redis_that_has_lost_a_room_gets_a_complete_save(throw: Any, keeper: Registry, client: Any) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await keeper.writer.flush()
    client.flushall()
    await party.swipe()
    await keeper.writer.flush()
    await keeper.writer.flush()
    state, deck, log = keys(party.code)
    assert snapshot.load(client.hget(state, "state"), client.get(deck)) == party.live.room
    assert client.llen(log) == 1


async def test_a_redis_with_an_older_copy_of_a_room_gets_a_complete_save(
    throw: Any, keeper: Registry, client: Any
) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await keeper.writer.flush()
    state, deck, log = keys(party.code)
    older = client.dump(state)
    await party.start_round()
    await keeper.writer.flush()
    client.delete(deck, log)
    client.restore(state, 0, older, replace=True)
    await party.swipe()
    await keeper.writer.flush()
    await keeper.writer.flush()
    assert snapshot.load(client.hget(state, "state"), client.get(deck)) == party.live.room
    assert client.llen(log) == 1


async def test_an_empty_redis_is_noticed_by_the_next_heartbeat(throw: Any, keeper: Registry, client: Any) -> None:
    party = await throw("Alice", "Bob")
    await keeper.beat()
    await keeper.writer.flush()
    await keeper.beat()
    assert keeper.unsaved_count == 0
    client.flushall()
    await keeper.beat()
    assert keeper.unsaved_count == 1
    await keeper.writer.flush()
    assert client.hexists(keys(party.code)[0], "state")
    assert client.zscore(INDEX, party.code) is not None


async def test_a_redis_restored_from_an_old_copy_is_noticed_by_the_next_heartbeat(
    throw: Any, keeper: Registry, client: Any, time: MovedClock
) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await keeper.beat()
    await keeper.writer.flush()
    old = {key: client.dump(key) for key in client.scan_iter("pf:*")}
    await party.start_round()
    await party.wait(1_000)
    await keeper.beat()
    await keeper.writer.flush()
    client.flushall()
    for key, value in old.items():
        client.restore(key, 0, value)
    await keeper.beat()
    await keeper.writer.flush()
    state, deck, log = keys(party.code)
    assert snapshot.load(client.hget(state, "state"), client.get(deck)) == party.live.room
    assert client.llen(log) == 1


async def test_an_invalidation_during_a_write_holds_for_the_next_write(
    throw: Any, keeper: Registry, client: Any
) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await keeper.writer.flush()
    state, deck, _ = keys(party.code)
    await party.swipe()
    writing = asyncio.create_task(keeper.writer.flush())
    await asyncio.sleep(0)
    party.live.save_state.invalidate()
    await writing
    client.delete(deck)
    keeper.changed(party.live)
    await keeper.writer.flush()
    assert snapshot.load(client.hget(state, "state"), client.get(deck)) == party.live.room


async def test_a_room_that_is_being_written_counts_as_unsaved(throw: Any, keeper: Registry, time: MovedClock) -> None:
    await throw("Alice")
    assert keeper.unsaved_count == 1
    writing = asyncio.create_task(keeper.writer.flush())
    await asyncio.sleep(0)
    time.now_ms += 3_000
    assert keeper.unsaved_count == 1
    assert keeper.write_lag_s == 3
    await writing
    assert keeper.unsaved_count == 0
    assert keeper.write_lag_s == 0


async def test_the_game_goes_on_without_redis_and_is_saved_when_it_is_back(
    throw: Any, keeper: Registry, client: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice", "Bob", "Carol")
    caplog.set_level("INFO", "rooms")
    with monkeypatch.context() as broken:
        broken.setattr(keeper.store, "write", _fail(ConnectionError("gone")))
        await party.start_round()
        for _ in range(3):
            await party.swipe()
            assert not await keeper.writer.flush()
    assert caplog.text.count("Redis unavailable") == 1
    assert not keeper.is_redis_up
    assert keeper.unsaved_count == 1
    assert await keeper.writer.flush()
    assert keeper.is_redis_up
    assert "Redis available again" in caplog.text
    state, deck, _ = keys(party.code)
    assert snapshot.load(client.hget(state, "state"), client.get(deck)) == party.live.room


async def test_the_game_goes_on_while_redis_is_out_of_memory(
    throw: Any, keeper: Registry, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    party = await throw("Alice", "Bob")
    client.config_set("maxmemory", "1")
    try:
        await party.host.say("LOCK_ROOM")
        assert not await keeper.writer.flush()
        assert "maxmemory" in caplog.text
        assert keeper.unsaved_count == 1
    finally:
        client.config_set("maxmemory", "0")
    assert await keeper.writer.flush()
    assert keeper.unsaved_count == 0


async def test_many_changes_are_one_write(throw: Any, keeper: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    party = await throw("Alice", "Bob")
    with monkeypatch.context() as broken:
        broken.setattr(keeper.store, "write", _fail(ConnectionError("gone")))
        for number in range(50):
            await party.host.say("UNLOCK_ROOM" if number % 2 else "LOCK_ROOM")
            await keeper.writer.flush()
    assert keeper.unsaved_count == 1
    assert await keeper.writer.flush()


async def test_the_writer_retries_with_back_off(throw: Any, keeper: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    party = await throw("Alice", "Bob")
    pauses: list[float] = []

    async def pause(delay_s: float) -> None:
        pauses.append(delay_s)
        if len(pauses) == 5:
            raise asyncio.CancelledError

    with monkeypatch.context() as broken:
        broken.setattr(keeper.store, "write", _fail(ConnectionError("gone")))
        broken.setattr("rooms.storage.write_behind.asyncio.sleep", pause)
        with pytest.raises(asyncio.CancelledError):
            await keeper.writer.run()
    assert pauses == [0.1, 0.2, 0.4, RETRY_MAX_S, RETRY_MAX_S]
    assert party.live.save_state.revision > 5


async def test_a_room_that_cannot_be_serialized_does_not_block_the_others(
    throw: Any, keeper: Registry, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    broken, party = await throw("Alice"), await throw("Alice", "Bob")
    broken.live.room.seed = 2**200
    await keeper.writer.flush()
    assert f"Room {broken.code}: serialization failed" in caplog.text
    assert snapshot.load(client.hget(keys(party.code)[0], "state"), None) == party.live.room
    broken.live.room.seed = 1


async def test_a_closed_room_is_deleted_from_redis(throw: Any, keeper: Registry, client: Any, time: MovedClock) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await keeper.writer.flush()
    stale = await _save_of(keeper, party)
    await party.host.say("CLOSE_ROOM")
    assert await keeper.open(party.code) is None
    await keeper.writer.flush()
    state, deck, log = keys(party.code)
    assert not client.exists(deck, log)
    assert not client.hexists(state, "state")
    assert 0 < client.ttl(state) <= 60
    assert client.zscore(INDEX, party.code) is None
    assert not client.hexists(SUMMARIES, party.code)
    assert await keeper.open(party.code) is None
    assert await keeper.store.write([stale]) == [FENCED], "what was under way brings it back to no life"


async def test_a_closed_room_stays_closed_while_redis_is_away(
    throw: Any, keeper: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice")
    await keeper.writer.flush()
    with monkeypatch.context() as broken:
        broken.setattr(keeper.store, "write", _fail(ConnectionError("gone")))
        await party.host.say("CLOSE_ROOM")
        assert not await keeper.writer.flush()
    assert await keeper.open(party.code) is None
    assert await keeper.summary(party.code) is None
    assert await keeper.writer.flush()
    assert keeper.unsaved_count == 0
    assert await keeper.open(party.code) is None


async def test_a_snapshot_of_an_unknown_schema_is_left_alone(
    throw: Any, keeper: Registry, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    party = await throw()
    client.hset(keys(party.code)[0], "state", msgspec.msgpack.encode({"schema": 99, "room": {}}))
    assert await keeper.open(party.code) is None
    assert "schema 99" in caplog.text


async def test_an_unreadable_event_log_is_a_gap(throw: Any, keep: Any, client: Any) -> None:
    party = await throw("Alice", "Bob")
    heard = party["Bob"].sequence_id
    await party.host.say("LOCK_ROOM")
    await party.keeper.writer.flush()
    client.lset(keys(party.code)[2], 0, b"\xc1")
    live = await reopened(party, keep)
    assert live.log.since(live.room.sequence_id, EVERYTHING) == []
    bob = await party.back("Bob")
    assert (await bob.reconnect(heard))["missedEvents"] is None


async def test_a_write_is_saved_fenced_or_recreated(throw: Any, keeper: Registry, client: Any) -> None:
    party = await throw("Alice", "Bob")
    await keeper.writer.flush()
    save = await _save_of(keeper, party)
    assert await keeper.store.write([save]) == [SAVED]
    assert await keeper.store.write([save]) == [FENCED]
    client.flushall()
    assert await keeper.store.write([save]) == [RECREATED]
    party.live.save_state.revision = save.revision


async def test_a_redis_without_the_scripts_gets_them_with_the_next_write(
    throw: Any, keeper: Registry, client: Any
) -> None:
    """Commands that succeeded in the same round trip are not repeated."""
    one, other = await throw("Alice", "Bob"), await throw("Alice", "Bob")
    await keeper.writer.flush()
    saves = [await _save_of(keeper, party) for party in (one, other)]
    end = Tombstone(other.code, saves[1].epoch, saves[1].revision + 1)
    client.script_flush()
    assert await keeper.store.write([*saves, end]) == [SAVED, SAVED, SAVED]
    assert int(client.hget(keys(one.code)[0], "revision")) == saves[0].revision
    assert not client.hexists(keys(other.code)[0], "state")
    client.script_flush()
    client.eval(SAVE.source, 4, *keys(one.code), "60", "0", "0", b"")  # refused, but known from now on
    late = [
        msgspec.structs.replace(saves[0], revision=saves[0].revision + 1),
        Tombstone(one.code, saves[0].epoch, 10**6),
    ]
    assert await keeper.store.write(late) == [SAVED, SAVED]
    for party in (one, other):
        party.live.stop()
        keeper.forget(party.live)


async def _save_of(keeper: Registry, party: Any) -> Save:
    """The next save of the party's room, built but not sent."""
    caught: list[Save] = []
    write = keeper.store.write

    async def catch(writes: Any) -> Any:
        caught.extend(writes)
        raise TimeoutError

    keeper.store.write = catch  # type: ignore[method-assign]
    await keeper.writer.save(party.live)
    keeper.store.write = write  # type: ignore[method-assign]
    return caught[0]


def _fail(error: Exception) -> Any:
    async def fail(*args: Any) -> Any:
        raise error

    return fail
