"""Worker membership: heartbeats, leases, and when a worker counts as dead."""

from collections.abc import Callable
from typing import Any

import pytest
import redis

from rooms.cluster.membership import LEASE_MS, WORKERS, Membership, live_workers, name_of
from rooms.cluster.node import Node
from rooms.conftest import MovedClock

MakeNode = Callable[[str], Node]


@pytest.fixture
def client(redis_url: str) -> Any:
    with redis.Redis.from_url(redis_url) as client:
        yield client


async def test_a_worker_knows_its_own_heartbeats(node: Node, make_node: MakeNode, time: MovedClock) -> None:
    assert not await node.membership.heartbeat()
    time.now_ms += 500
    assert await node.membership.heartbeat()
    again = make_node("worker").membership
    assert not await again.heartbeat(), "each incarnation has heartbeats of its own"
    assert again.worker != node.store.worker
    assert again.name == "worker" == name_of(again.worker)


async def test_a_heartbeat_holds_the_lease_for_three_seconds(node: Node, client: Any) -> None:
    await node.lease_guard.heartbeat()
    assert 2_500 < client.pttl("pf:worker:worker") <= LEASE_MS
    assert client.get("pf:worker:worker").decode() == node.store.worker
    assert client.zscore(WORKERS, "worker") is not None


async def test_other_workers_are_seen(make_node: MakeNode) -> None:
    one, two = make_node("one"), make_node("two")
    await one.lease_guard.heartbeat()
    await two.lease_guard.heartbeat()
    assert set(two.membership.others) == {"one"}
    assert two.membership.is_alive(one.store.worker)
    assert not two.membership.is_alive(one.store.worker + "0")


async def test_a_new_worker_declares_no_other_dead(make_node: MakeNode, time: MovedClock, client: Any) -> None:
    one, two = make_node("one"), make_node("two")
    await one.lease_guard.heartbeat()
    client.delete("pf:worker:one")
    await two.lease_guard.heartbeat()
    assert not two.membership.can_take_over_from(one.store.worker)
    time.now_ms += LEASE_MS - 1
    await two.lease_guard.heartbeat()
    assert not two.membership.can_take_over_from(one.store.worker)
    time.now_ms += 1
    await two.lease_guard.heartbeat()
    assert two.membership.can_take_over_from(one.store.worker)


async def test_a_worker_seen_within_its_lease_is_not_dead(make_node: MakeNode, time: MovedClock, client: Any) -> None:
    one, two = make_node("one"), make_node("two")
    await two.lease_guard.heartbeat()
    time.now_ms += 10 * LEASE_MS
    await one.lease_guard.heartbeat()
    await two.lease_guard.heartbeat()
    client.delete("pf:worker:one")
    time.now_ms += LEASE_MS - 500
    await two.lease_guard.heartbeat()
    assert not two.membership.is_alive(one.store.worker)
    assert not two.membership.can_take_over_from(one.store.worker)
    time.now_ms += 500
    assert two.membership.can_take_over_from(one.store.worker)


async def test_after_an_outage_of_redis_workers_have_a_lease_to_come_back(
    make_node: MakeNode, time: MovedClock, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = make_node("one"), make_node("two")
    await one.lease_guard.heartbeat()
    await two.lease_guard.heartbeat()
    with monkeypatch.context() as away:
        away.setattr(two.store.redis, "pipeline", _fail)
        time.now_ms += 10 * LEASE_MS
        await two.lease_guard.heartbeat()
    client.delete("pf:worker:one")
    await two.lease_guard.heartbeat()
    assert not two.membership.can_take_over_from(one.store.worker)
    time.now_ms += LEASE_MS
    await one.lease_guard.heartbeat()
    await two.lease_guard.heartbeat()
    assert not two.membership.can_take_over_from(one.store.worker)


async def test_a_redis_that_lost_its_data_counts_as_an_outage(
    make_node: MakeNode, time: MovedClock, client: Any
) -> None:
    one, two = make_node("one"), make_node("two")
    await one.lease_guard.heartbeat()
    await two.lease_guard.heartbeat()
    time.now_ms += 10 * LEASE_MS
    await two.lease_guard.heartbeat()
    client.flushall()
    time.now_ms += 200
    await two.lease_guard.heartbeat()
    assert not two.membership.can_take_over_from(one.store.worker)
    time.now_ms += LEASE_MS
    assert two.membership.can_take_over_from(one.store.worker)


async def test_a_later_incarnation_supersedes_the_earlier_one(
    make_node: MakeNode, time: MovedClock, caplog: pytest.LogCaptureFixture
) -> None:
    first, other = make_node("worker"), make_node("other")
    await first.lease_guard.heartbeat()
    later = make_node("worker")
    assert later.membership.can_take_over_from(first.store.worker), "rooms of its own former incarnation"
    await other.lease_guard.heartbeat()
    assert not other.membership.can_take_over_from(first.store.worker)
    await later.lease_guard.heartbeat()
    time.now_ms += 200
    await other.lease_guard.heartbeat()
    assert other.membership.can_take_over_from(first.store.worker)
    ended: list[bool] = []
    first.lease_guard.on_superseded = lambda: ended.append(True)
    for _ in range(2):
        time.now_ms += 200
        await first.lease_guard.heartbeat()
        await later.lease_guard.heartbeat()
    assert ended == [True]
    assert "worker names must be unique" in caplog.text
    assert other.membership.is_alive(later.store.worker)


async def test_a_deregistered_worker_holds_no_lease(make_node: MakeNode, client: Any) -> None:
    first = make_node("worker")
    await first.lease_guard.heartbeat()
    later = make_node("worker")
    await later.lease_guard.heartbeat()
    await first.membership.deregister()
    assert client.exists("pf:worker:worker"), "the later incarnation is live"
    await later.membership.deregister()
    assert not client.exists("pf:worker:worker", WORKERS)


async def test_other_workers_see_a_drain(node: Node, make_node: MakeNode) -> None:
    other = make_node("other")
    node.membership.is_draining = True
    await node.lease_guard.heartbeat()
    await other.lease_guard.heartbeat()
    assert other.membership.others["worker"].is_draining
    workers = await live_workers(other.store.redis)
    assert {name: live.is_draining for name, live in workers.items()} == {"worker": True, "other": False}


async def test_a_name_without_heartbeats_for_a_day_is_pruned(
    make_node: MakeNode, time: MovedClock, client: Any
) -> None:
    one, two = make_node("one"), make_node("two")
    await one.lease_guard.heartbeat()
    time.now_ms += 25 * 3_600_000
    await two.lease_guard.heartbeat()
    await two.sweep()
    assert client.zrange(WORKERS, 0, -1) == [b"two"]


async def test_concurrent_refreshes_read_redis_once(
    node: Node, time: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await node.lease_guard.heartbeat()
    refreshes: list[int] = []
    refresh = Membership._refresh

    async def counted(membership: Membership) -> None:
        refreshes.append(time.now_ms)
        await refresh(membership)

    monkeypatch.setattr(Membership, "_refresh", counted)
    for _ in range(20):
        await node.membership.refresh()
    assert refreshes == [], "the heartbeat has just refreshed it"
    time.now_ms += 100
    for _ in range(20):
        await node.membership.refresh()
    assert len(refreshes) == 1


def _fail(*args: object, **options: object) -> None:
    raise ConnectionError("gone")
