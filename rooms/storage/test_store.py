"""Rooms in Redis: keys, fencing, claims, deletion, and scripts that Redis does not know."""

from typing import Any

import msgspec
import pytest

from gameplay.engine import snapshot
from rooms.cluster.node import Node
from rooms.conftest import MovedClock, outlive
from rooms.errors import Unavailable
from rooms.storage.conftest import keys
from rooms.storage.keys import INDEX, SUMMARIES
from rooms.storage.store import FENCED, RECREATED, SAVE, SAVED, Save, Tombstone


async def test_a_new_room_is_in_redis_before_its_code_is_returned(throw: Any, client: Any) -> None:
    party = await throw()
    state, deck, log = keys(party.code)
    assert snapshot.load(client.hget(state, "state"), None).code == party.code
    assert not client.exists(deck, log)
    assert 7_190 <= client.ttl(state) <= 7_200
    assert client.zscore(INDEX, party.code) is not None
    assert msgspec.json.decode(client.hget(SUMMARIES, party.code))["hostName"] == "Alice"


async def test_the_host_secret_is_nowhere_in_redis(throw: Any, node: Node, client: Any) -> None:
    party = await throw("Alice", "Bob")
    await node.writer.flush()
    stored = b"".join(client.hgetall(keys(party.code)[0]).values()) + b"".join(client.hgetall(SUMMARIES).values())
    for guest in party.guests.values():
        assert guest.session_id.encode() not in stored


async def test_a_delayed_write_is_fenced_off(throw: Any, node: Node) -> None:
    party = await throw("Alice", "Bob")
    late: list[Save] = []
    write = node.store.write

    async def swallow(writes: Any) -> Any:
        late.extend(writes)
        raise TimeoutError

    node.store.write = swallow  # type: ignore[method-assign]
    assert not await node.writer.flush()
    node.store.write = write  # type: ignore[method-assign]
    await party.host.say("LOCK_ROOM")
    assert await node.writer.flush()
    assert await node.store.write(late) == [FENCED]
    assert (await node.store.summary(party.code)).joinable is False  # type: ignore[union-attr]


async def test_a_delayed_claim_changes_no_owner(
    throw: Any, make_node: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice", "Bob")
    await party.node.writer.flush()
    other = make_node("other")
    await outlive(party.node, other, party.time)
    late: list[tuple[Any, ...]] = []
    execute = other.store.redis.eval

    async def swallow(*command: Any) -> Any:
        late.append(command)
        raise TimeoutError

    monkeypatch.setattr(other.store.redis, "eval", swallow)
    with pytest.raises(Unavailable):
        await other.registry.find(party.code)
    monkeypatch.setattr(other.store.redis, "eval", execute)
    live = await other.registry.find(party.code)
    assert live is not None
    await execute(*late[0])
    other.changed(live)
    assert await other.writer.flush()
    assert other.registry.get(party.code) is live


async def test_a_write_is_saved_fenced_or_recreated(throw: Any, node: Node, client: Any) -> None:
    party = await throw("Alice", "Bob")
    await node.writer.flush()
    save = await _save_of(node, party)
    assert await node.store.write([save]) == [SAVED]
    assert await node.store.write([save]) == [FENCED]
    client.flushall()
    assert await node.store.write([save]) == [RECREATED]
    party.live.save_state.revision = save.revision


async def test_a_redis_without_the_scripts_gets_them_with_the_next_write(throw: Any, node: Node, client: Any) -> None:
    """Commands that succeeded in the same round trip are not repeated."""
    one, other = await throw("Alice", "Bob"), await throw("Alice", "Bob")
    await node.writer.flush()
    saves = [await _save_of(node, party) for party in (one, other)]
    end = Tombstone(other.code, saves[1].epoch, saves[1].revision + 1)
    client.script_flush()
    assert await node.store.write([*saves, end]) == [SAVED, SAVED, SAVED]
    assert int(client.hget(keys(one.code)[0], "revision")) == saves[0].revision
    assert not client.hexists(keys(other.code)[0], "state")
    client.script_flush()
    client.eval(SAVE.source, 4, *keys(one.code), "60", "0", "0", b"")  # refused, but known from now on
    late = [
        msgspec.structs.replace(saves[0], revision=saves[0].revision + 1),
        Tombstone(one.code, saves[0].epoch, 10**6),
    ]
    assert await node.store.write(late) == [SAVED, SAVED]
    for party in (one, other):
        party.live.stop()
        node.registry.forget(party.live)


async def test_a_closed_room_is_deleted_from_redis(throw: Any, node: Node, client: Any, time: MovedClock) -> None:
    party = await throw("Alice", "Bob", "Carol")
    await party.start_round()
    await node.writer.flush()
    stale = await _save_of(node, party)
    await party.host.say("CLOSE_ROOM")
    assert await node.registry.find(party.code) is None
    await node.writer.flush()
    state, deck, log = keys(party.code)
    assert not client.exists(deck, log)
    assert not client.hexists(state, "state")
    assert 0 < client.ttl(state) <= 60
    assert client.zscore(INDEX, party.code) is None
    assert not client.hexists(SUMMARIES, party.code)
    assert await node.registry.find(party.code) is None
    assert await node.store.write([stale]) == [FENCED], "what was under way brings it back to no life"


async def _save_of(node: Node, party: Any) -> Save:
    """The next save of the party's room, built but not sent."""
    caught: list[Save] = []
    write = node.store.write

    async def catch(writes: Any) -> Any:
        caught.extend(writes)
        raise TimeoutError

    node.store.write = catch  # type: ignore[method-assign]
    await node.writer.save(party.live)
    node.store.write = write  # type: ignore[method-assign]
    return caught[0]
