"""Ownership of rooms: claims, takeovers from dead workers, and their epochs."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import redis

from rooms.cluster import ownership
from rooms.cluster.membership import LEASE_MS
from rooms.cluster.node import Node
from rooms.cluster.ownership import Elsewhere
from rooms.conftest import MovedClock, outlive
from rooms.errors import Unavailable
from rooms.live.room import LiveRoom
from rooms.telemetry.counters import counters

MakeNode = Callable[[str], Node]


@pytest.fixture(autouse=True)
def no_poll_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll without a delay."""
    monkeypatch.setattr(ownership, "POLL_INTERVAL_S", 0)


@pytest.fixture
def client(redis_url: str) -> Any:
    with redis.Redis.from_url(redis_url) as client:
        yield client


def owner(client: Any, code: str) -> tuple[int, str]:
    """Epoch and worker in the owner key."""
    epoch, _, worker = client.get(f"pf:{{{code}}}:owner").decode().partition(" ")
    return int(epoch), worker


async def test_a_new_room_has_no_owner(throw: Any, client: Any) -> None:
    party = await throw()
    assert not client.exists(f"pf:{{{party.code}}}:owner")
    owned = await party.node.store.ownership(party.code)
    assert (owned.epoch, owned.worker) == (0, "")


async def test_the_worker_of_the_first_socket_owns_the_room(throw: Any, client: Any) -> None:
    party = await throw("Alice")
    assert owner(client, party.code) == (1, party.node.store.worker)
    assert client.ttl(f"pf:{{{party.code}}}:owner") > 7_000


async def test_a_room_stays_with_a_live_owner(throw: Any, make_node: MakeNode, client: Any) -> None:
    party = await throw("Alice", "Bob")
    await party.node.lease_guard.heartbeat()
    other = make_node("other")
    await other.lease_guard.heartbeat()
    assert await other.registry.find(party.code) == Elsewhere(party.node.store.worker)
    assert owner(client, party.code) == (1, party.node.store.worker)
    await party.host.say("LOCK_ROOM")
    assert await party.node.writer.flush()


async def test_a_room_of_a_dead_owner_is_taken_over(
    throw: Any, make_node: MakeNode, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = await throw("Alice", "Bob")
    await party.node.writer.flush()
    before = counters.takeovers
    other = make_node("other")
    await outlive(party.node, other, party.time)
    live = await other.registry.find(party.code)
    assert isinstance(live, LiveRoom)
    assert owner(client, party.code) == (2, other.store.worker)
    assert counters.takeovers == before + 1


async def test_a_takeover_waits_until_the_owner_is_certainly_dead(
    throw: Any, make_node: MakeNode, time: MovedClock
) -> None:
    party = await throw("Alice", "Bob")
    await party.node.writer.flush()
    await party.node.membership.deregister()
    other = make_node("other")
    await other.lease_guard.heartbeat()
    finding = [asyncio.create_task(other.registry.find(party.code)) for _ in range(3)]
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in finding)
    time.now_ms += LEASE_MS
    async with asyncio.timeout(5):
        rooms = await asyncio.gather(*finding)
    assert {id(room) for room in rooms} == {id(other.registry.get(party.code))}


async def test_an_owner_that_turns_out_to_live_keeps_the_room(
    throw: Any, make_node: MakeNode, time: MovedClock
) -> None:
    party = await throw("Alice", "Bob")
    await party.node.writer.flush()
    other = make_node("other")
    await other.lease_guard.heartbeat()
    finding = asyncio.create_task(other.registry.find(party.code))
    await asyncio.sleep(0.05)
    assert not finding.done()
    await party.node.lease_guard.heartbeat()
    time.now_ms += 200
    async with asyncio.timeout(5):
        assert await finding == Elsewhere(party.node.store.worker)


async def test_a_takeover_without_certainty_is_unavailable(
    throw: Any, make_node: MakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ownership, "TAKEOVER_TIMEOUT_S", 0)
    party = await throw("Alice")
    await party.node.writer.flush()
    other = make_node("other")
    await other.lease_guard.heartbeat()
    with pytest.raises(Unavailable):
        await other.registry.find(party.code)


async def test_a_restarted_worker_takes_its_rooms_over_without_waiting(
    throw: Any, make_node: MakeNode, client: Any
) -> None:
    party = await throw("Alice", "Bob")
    await party.node.writer.flush()
    await party.node.lease_guard.heartbeat()
    again = make_node("worker")
    assert isinstance(await again.registry.find(party.code), LiveRoom)
    assert owner(client, party.code) == (2, again.store.worker)


async def test_of_two_concurrent_claims_one_wins(throw: Any, make_node: MakeNode, client: Any) -> None:
    party = await throw()
    one, two = make_node("one"), make_node("two")
    await one.lease_guard.heartbeat()
    await two.lease_guard.heartbeat()
    party.time.now_ms += 200  # so that each refreshes its view of the other
    found = await asyncio.gather(one.registry.find(party.code), two.registry.find(party.code))
    [live] = [room for room in found if isinstance(room, LiveRoom)]
    [elsewhere] = [room for room in found if isinstance(room, Elsewhere)]
    assert owner(client, party.code) == (1, elsewhere.worker)
    assert live.node.store.worker == elsewhere.worker


async def test_a_missing_owner_key_is_restored_for_the_same_owner(throw: Any, make_node: MakeNode, client: Any) -> None:
    party = await throw("Alice", "Bob")
    await party.node.writer.flush()
    await party.node.lease_guard.heartbeat()
    client.delete(f"pf:{{{party.code}}}:owner")
    other = make_node("other")
    await other.lease_guard.heartbeat()
    assert await other.registry.find(party.code) == Elsewhere(party.node.store.worker)
    await party.host.say("LOCK_ROOM")
    await party.node.writer.flush()
    assert owner(client, party.code) == (1, party.node.store.worker)


async def test_a_released_room_has_no_owner_and_keeps_its_epoch(throw: Any, make_node: MakeNode, client: Any) -> None:
    party = await throw("Alice", "Bob")
    await party.node.lease_guard.heartbeat()
    await party.node.stop()
    assert owner(client, party.code) == (1, "")
    other = make_node("other")
    assert isinstance(await other.registry.find(party.code), LiveRoom)
    assert owner(client, party.code) == (2, other.store.worker)


async def test_a_closed_room_has_no_owner(throw: Any, client: Any) -> None:
    party = await throw("Alice")
    await party.host.say("CLOSE_ROOM")
    await party.node.writer.flush()
    assert not client.exists(f"pf:{{{party.code}}}:owner")
